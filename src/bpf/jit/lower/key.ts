/** The key that r2 points to, in a map call: often its words were stored from registers just before, and need not be loaded again. */
import { knownOf, type Slot } from "../facts/state.ts";
import { op } from "../wasm/opcodes.ts";
import { pushAddress, pushReg, pushReg32, type Lowering } from "./context.ts";

/** Pushes 4 or 8 bytes of the key as an unsigned i64. */
export function pushKeyWord(low: Lowering, off: number, size: 4 | 8): void {
  const { code } = low;
  const stored = storedWord(low, off, size);
  if (stored === null) return code.memory(size === 8 ? op.i64Load : op.i64Load32U, pushAddress(low, 2, off));
  if (stored.kind === "const") return code.i64(size === 8 ? stored.value : BigInt.asUintN(32, BigInt(stored.value)));
  if (size === 8) return pushReg(low, stored.reg);
  pushReg32(low, stored.reg);
  code.emit(op.i64ExtendI32U);
}

/** Pushes a key of 4 bytes as an i32. */
export function pushKey32(low: Lowering): void {
  const stored = storedWord(low, 0, 4);
  if (stored?.kind === "reg") return pushReg32(low, stored.reg);
  low.code.memory(op.i32Load, pushAddress(low, 2, 0));
}

function storedWord(low: Lowering, off: number, size: 4 | 8): Slot["content"] | null {
  const key = knownOf(low.state, 2);
  const slot = key.kind === "frame" ? low.state.slots.get(key.off + off) : undefined;
  return slot?.size === size ? slot.content : null;
}
