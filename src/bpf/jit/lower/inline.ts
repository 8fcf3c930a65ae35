/** Helpers that are a few instructions. */
import { HELPER } from "../../helpers/table.ts";
import { current, CURRENT_BLOCK, PUMP_BLOCK } from "../../memory.ts";
import { limits, pump, task as taskFields, taskFlags } from "../../runtime/layout.ts";
import { knownOf } from "../facts/state.ts";
import { arrayElement } from "../facts/array-element.ts";
import { op, type Op } from "../wasm/opcodes.ts";
import { lowerForEach, lowerLoop } from "./callback.ts";
import { addCpuCell, setReg, type Lowering } from "./context.ts";
import { lookupHash } from "./hash-lookup.ts";
import { pushKey32 } from "./key.ts";

/** Emits the call at insn `index`, or returns false, having emitted nothing. */
type Inline = (low: Lowering, index: number) => boolean;

/** By helper number (linux include/uapi/linux/bpf.h). */
export const inlineHelpers: Readonly<Record<number, Inline>> = {
  1: lookupElem,
  5: loadCurrent(op.i64Load, current.ts), // ktime_get_ns
  8: loadCurrent(op.i64Load32U, current.cpu), // get_smp_processor_id
  [HELPER.getCurrentPidTgid]: currentPidTgid,
  125: loadCurrent(op.i64Load, current.ts), // ktime_get_boot_ns: suspend is part of the recording's clock
  [HELPER.forEachMapElem]: lowerForEach,
  [HELPER.loop]: lowerLoop,
};

function loadCurrent(load: Op, field: number): Inline {
  return (low) => {
    low.code.i32(CURRENT_BLOCK + field);
    low.code.memory(load, 0);
    setReg(low, 0);
    return true;
  };
}

/** bpf_get_current_pid_tgid() is tgid << 32 | tid: the tid is in the current block, the tgid must be looked up. */
function currentPidTgid(low: Lowering, index: number): boolean {
  if (!low.demandsUpperHalf(index)) return loadCurrent(op.i64Load32U, current.tid)(low, index);
  const { code } = low;
  const [tid, task] = [low.i64Local, low.i32Local];
  const done = code.open(op.block);
  const unknown = code.open(op.block);
  code.i32(CURRENT_BLOCK + current.host);
  code.memory(op.i32Load, 0);
  code.brIf(unknown);
  code.i32(CURRENT_BLOCK + current.tid);
  code.memory(op.i64Load32U, 0);
  code.tee(tid);
  code.i64(BigInt(limits.pids));
  code.emit(op.i64GeU);
  code.brIf(unknown);
  // As findTask of runtime/assembly/tasks.ts.
  code.i32(PUMP_BLOCK + pump.taskIndex);
  code.memory(op.i32Load, 0);
  code.get(tid);
  code.emit(op.i32WrapI64);
  code.i32(2);
  code.emit(op.i32Shl, op.i32Add);
  code.memory(op.i32Load, 0);
  code.tee(task);
  code.emit(op.i32Eqz);
  code.brIf(unknown);
  code.get(task);
  code.memory(op.i32Load, taskFields.flags);
  code.i32(taskFlags.hasTgid);
  code.emit(op.i32And, op.i32Eqz);
  code.brIf(unknown);
  code.get(task);
  code.memory(op.i64Load32U, taskFields.tgid);
  code.i64(32);
  code.emit(op.i64Shl);
  code.get(tid);
  code.emit(op.i64Or);
  setReg(low, 0);
  code.br(done);
  code.close();
  // Begin and the like, the idle task, tasks of which little is known: it may have to be counted.
  code.call(low.linker.helper(HELPER.getCurrentPidTgid).index);
  setReg(low, 0);
  code.close();
  return true;
}

function lookupElem(low: Lowering): boolean {
  const map = knownOf(low.state, 1);
  if (map.kind !== "map") return false;
  const plan = low.env.map(map.map);
  if (plan.hash !== null) return lookupHash(low, plan.hash, plan.spec.keySize);
  return lookupArray(low);
}

function lookupArray(low: Lowering): boolean {
  const { code } = low;
  const element = arrayElement(low.state, low.env);
  if (element === null) return false;
  switch (element.kind) {
    case "fixed":
      code.i64(element.address);
      break;
    case "beyond":
      code.i64(0);
      break;
    case "fixed_percpu":
      code.i32(element.address);
      addCpuCell(low, element.layout.cpuStride);
      code.emit(op.i64ExtendI32U);
      break;
    case "computed":
      code.i32(element.layout.values);
      pushKey32(low);
      code.tee(low.i32Local);
      code.i32(element.layout.elementStride);
      code.emit(op.i32Mul, op.i32Add);
      if (element.layout.cpuStride !== 0) addCpuCell(low, element.layout.cpuStride);
      code.i32(0);
      code.get(low.i32Local);
      code.i32(element.maxEntries);
      code.emit(op.i32LtU, op.select, op.i64ExtendI32U);
      break;
  }
  setReg(low, 0);
  return true;
}
