/** The tasks that the task table knows. */
import { PUMP_BLOCK, TASK_STRUCT } from "../memory.ts";
import { pump, task, taskFlags } from "./layout.ts";

/** Thread ids of tasks that have not exited, ascending. */
export function livingTasks(memory: DataView): number[] {
  const count = memory.getUint32(PUMP_BLOCK + pump.taskCount, true);
  const first = memory.getUint32(PUMP_BLOCK + pump.tasks, true);
  const all = Array.from({ length: count }, (_, i) => first + i * task.sizeBytes);
  const living = all.filter((at) => (memory.getUint32(at + task.flags, true) & taskFlags.exited) === 0);
  return living.map((at) => memory.getUint32(at + task.pid, true)).sort((a, b) => a - b);
}

/** Address that programs know a task by. */
export const taskAddress = (pid: number): bigint =>
  (BigInt(TASK_STRUCT.high) << BigInt(TASK_STRUCT.highShift)) | (BigInt(pid) << BigInt(TASK_STRUCT.pidShift));
