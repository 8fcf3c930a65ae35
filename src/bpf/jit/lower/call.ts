/** Calls of helpers (inlined where that is a few instructions) and of subprograms. */
import { isLog2 } from "../log2.ts";
import { op } from "../wasm/opcodes.ts";
import { pushCalleeFrameEnd } from "./callback.ts";
import { pushReg, setReg, type Lowering } from "./context.ts";
import { inlineHelpers } from "./inline.ts";

const ARGUMENTS = [1, 2, 3, 4, 5] as const;

export function lowerHelperCall(low: Lowering, index: number, id: number): void {
  if (inlineHelpers[id]?.(low, index) === true) return;
  const helper = low.linker.helper(id);
  for (const reg of ARGUMENTS.slice(0, helper.params)) pushReg(low, reg);
  low.code.call(helper.index);
  setReg(low, 0);
}

export function lowerLocalCall(low: Lowering, target: number): void {
  if (isLog2(low.insns, target)) return lowerLog2(low);
  for (const reg of ARGUMENTS) pushReg(low, reg);
  pushCalleeFrameEnd(low);
  low.code.call(low.linker.subprogram(target));
  setReg(low, 0);
}

/** 63 - clz(r1), and 0 for 0. */
function lowerLog2(low: Lowering): void {
  const { code } = low;
  code.i64(63);
  pushReg(low, 1);
  code.i64(1);
  code.emit(op.i64Or, op.i64Clz, op.i64Sub);
  setReg(low, 0);
}
