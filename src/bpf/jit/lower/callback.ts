/** Helpers that call a subprogram in a loop: the loop is written out, so that the call is direct. */
import type { Reg } from "../../isa/insn.ts";
import { STACK_FRAME_BYTES } from "../../memory.ts";
import { knownOf } from "../facts/state.ts";
import { op } from "../wasm/opcodes.ts";
import { MAIN_FRAME_END, pushReg, pushReg32, setReg, type Lowering } from "./context.ts";

export function pushCalleeFrameEnd(low: Lowering): void {
  if (low.frame.kind === "fixed") return low.code.i32(MAIN_FRAME_END + STACK_FRAME_BYTES);
  low.code.get(low.frame.endLocal);
  low.code.i32(STACK_FRAME_BYTES);
  low.code.emit(op.i32Add);
}

/** Calls the subprogram that `callback` points to; its five arguments are on the stack. Leaves its result there. */
function callCallback(low: Lowering, callback: Reg): void {
  const { code, linker } = low;
  pushCalleeFrameEnd(low);
  const known = knownOf(low.state, callback);
  if (known.kind === "func") return code.call(linker.subprogram(known.target));
  pushReg32(low, callback);
  code.callIndirect(linker.subprogramType);
}

const MAX_LOOPS = 8 << 20;
const EINVAL = 22;
const E2BIG = 7;

/**
 * bpf_loop(r1: count, r2: callback, r3: its context, r4: flags) calls callback(i, context) until it returns something else than 0.
 * r0: the number of calls, or -EINVAL (flags), or -E2BIG (linux kernel/bpf/bpf_iter.c).
 */
export function lowerLoop(low: Lowering): true {
  const { code } = low;
  pushReg(low, 4);
  code.emit(op.i64Eqz);
  code.open(op.if, "i64");
  pushReg32(low, 1);
  code.i32(MAX_LOOPS);
  code.emit(op.i32LeU);
  code.open(op.if, "i64");
  countingLoop(low);
  code.else();
  code.i64(-E2BIG);
  code.close();
  code.else();
  code.i64(-EINVAL);
  code.close();
  setReg(low, 0);
  return true;
}

/** The i32 local holds the number of calls so far. */
function countingLoop(low: Lowering): void {
  const { code } = low;
  const calls = low.i32Local;
  code.i32(0);
  code.set(calls);
  const done = code.open(op.block);
  const again = code.open(op.loop);
  code.get(calls);
  pushReg32(low, 1);
  code.emit(op.i32GeU);
  code.brIf(done);
  code.get(calls);
  code.emit(op.i64ExtendI32U);
  pushReg(low, 3);
  for (let unused = 0; unused < 3; unused++) code.i64(0);
  code.get(calls);
  code.i32(1);
  code.emit(op.i32Add);
  code.set(calls);
  callCallback(low, 2);
  code.emit(op.i64Eqz);
  code.brIf(again);
  code.close();
  code.close();
  code.get(calls);
  code.emit(op.i64ExtendI32U);
}

/**
 * bpf_for_each_map_elem(r1: map, r2: callback, r3: its context, r4: flags) calls callback(map, key, value, context) for each element
 * until it returns something else than 0. r0: the number of calls, or -EINVAL (flags).
 */
export function lowerForEach(low: Lowering): true {
  const { code } = low;
  pushReg(low, 4);
  code.emit(op.i64Eqz);
  code.open(op.if, "i64");
  elementLoop(low);
  code.else();
  code.i64(-EINVAL);
  code.close();
  setReg(low, 0);
  return true;
}

/** The i32 local holds the runtime's cursor, the i64 local the number of calls so far. */
function elementLoop(low: Lowering): void {
  const { code, linker } = low;
  const cursor = low.i32Local;
  const calls = low.i64Local;
  const ofElement = (name: string): void => {
    pushReg32(low, 1);
    code.get(cursor);
    code.call(linker.runtime(name));
  };
  code.i32(0);
  code.set(cursor);
  code.i64(0);
  code.set(calls);
  const done = code.open(op.block);
  const again = code.open(op.loop);
  ofElement("map_iter_next");
  code.tee(cursor);
  code.emit(op.i32Eqz);
  code.brIf(done);
  code.get(calls);
  code.i64(1);
  code.emit(op.i64Add);
  code.set(calls);
  pushReg(low, 1);
  ofElement("map_iter_key");
  code.emit(op.i64ExtendI32U);
  ofElement("map_iter_value");
  code.emit(op.i64ExtendI32U);
  pushReg(low, 3);
  code.i64(0);
  callCallback(low, 2);
  code.emit(op.i64Eqz);
  code.brIf(again);
  code.close();
  code.close();
  code.get(calls);
}
