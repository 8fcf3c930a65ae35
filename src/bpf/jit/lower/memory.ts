/** Loads, stores and atomics. The memory is not shared, so an atomic is its load and its store. */
import type { AtomicOp, Insn, LddwValue, Size } from "../../isa/insn.ts";
import { op, type Op } from "../wasm/opcodes.ts";
import { pushAddress, pushOperand, pushReg, setReg, type Lowering } from "./context.ts";

const unsignedLoads: Record<Size, Op> = { 1: op.i64Load8U, 2: op.i64Load16U, 4: op.i64Load32U, 8: op.i64Load };
const signedLoads: Record<Size, Op> = { 1: op.i64Load8S, 2: op.i64Load16S, 4: op.i64Load32S, 8: op.i64Load };
const stores: Record<Size, Op> = { 1: op.i64Store8, 2: op.i64Store16, 4: op.i64Store32, 8: op.i64Store };

export function lowerLoad(low: Lowering, insn: Extract<Insn, { kind: "load" }>): void {
  const offset = pushAddress(low, insn.base, insn.off);
  low.code.memory((insn.signed ? signedLoads : unsignedLoads)[insn.size], offset);
  setReg(low, insn.dst);
}

export function lowerStore(low: Lowering, insn: Extract<Insn, { kind: "store" }>): void {
  const offset = pushAddress(low, insn.base, insn.off);
  pushOperand(low, insn.src);
  low.code.memory(stores[insn.size], offset);
}

type Atomic = Extract<Insn, { kind: "atomic" }>;

const combine: Record<Exclude<AtomicOp, "xchg" | "cmpxchg">, Op> = {
  add: op.i64Add,
  or: op.i64Or,
  and: op.i64And,
  xor: op.i64Xor,
};

/** 32-bit forms work on 64 bits and store the lower half; what they fetch is zero-extended. */
export function lowerAtomic(low: Lowering, insn: Atomic): void {
  switch (insn.op) {
    case "xchg":
      return exchange(low, insn);
    case "cmpxchg":
      return compareExchange(low, insn);
    default:
      return readModifyWrite(low, insn, combine[insn.op]);
  }
}

function loadOld(low: Lowering, { base, off, size }: Atomic): void {
  low.code.memory(unsignedLoads[size], pushAddress(low, base, off));
}

function readModifyWrite(low: Lowering, insn: Atomic, combined: Op): void {
  const { code } = low;
  const offset = pushAddress(low, insn.base, insn.off);
  loadOld(low, insn);
  if (insn.fetch) code.tee(low.i64Local);
  pushReg(low, insn.src);
  code.emit(combined);
  code.memory(stores[insn.size], offset);
  if (!insn.fetch) return;
  code.get(low.i64Local);
  setReg(low, insn.src);
}

function exchange(low: Lowering, insn: Atomic): void {
  const { code } = low;
  loadOld(low, insn);
  code.set(low.i64Local);
  const offset = pushAddress(low, insn.base, insn.off);
  pushReg(low, insn.src);
  code.memory(stores[insn.size], offset);
  code.get(low.i64Local);
  setReg(low, insn.src);
}

/** r0 gets the old value in any case. */
function compareExchange(low: Lowering, insn: Atomic): void {
  const { code } = low;
  loadOld(low, insn);
  code.tee(low.i64Local);
  pushReg(low, 0);
  if (insn.size === 4) {
    code.i64(0xffff_ffff);
    code.emit(op.i64And);
  }
  code.emit(op.i64Eq);
  code.open(op.if);
  const offset = pushAddress(low, insn.base, insn.off);
  pushReg(low, insn.src);
  code.memory(stores[insn.size], offset);
  code.close();
  code.get(low.i64Local);
  setReg(low, 0);
}

export function pushLddw(low: Lowering, value: LddwValue): void {
  const { code, env, linker } = low;
  switch (value.kind) {
    case "imm64":
      return code.i64(value.value);
    case "map":
      return code.i64(env.map(value.map).address);
    case "map_value": {
      const { array } = env.map(value.map);
      if (array === null) throw new Error("a direct value address needs an array: the program was not verified");
      return code.i64(array.values + value.off);
    }
    case "func":
      return code.i64(linker.callbackSlot(value.target));
  }
}
