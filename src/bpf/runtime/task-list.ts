/** The tasks that the task table knows. */
import { PUMP_BLOCK, TASK_STRUCT } from "../memory.ts";
import { pump, task, taskFlags } from "./layout.ts";

/** Thread ids of tasks that have not exited, ascending; without those of which there is but a saved name. */
export function livingTasks(memory: DataView): number[] {
  const count = memory.getUint32(PUMP_BLOCK + pump.taskCount, true);
  const first = memory.getUint32(PUMP_BLOCK + pump.tasks, true);
  const all = Array.from({ length: count }, (_, i) => first + i * task.sizeBytes);
  const isThere = (flags: number): boolean => (flags & taskFlags.told) !== 0 && (flags & taskFlags.exited) === 0;
  const living = all.filter((at) => isThere(memory.getUint32(at + task.flags, true)));
  return living.map((at) => memory.getUint32(at + task.pid, true)).sort((a, b) => a - b);
}

/** Address that programs know a task by. */
export const taskAddress = (pid: number): bigint =>
  (BigInt(TASK_STRUCT.high) << BigInt(TASK_STRUCT.highShift)) | (BigInt(pid) << BigInt(TASK_STRUCT.pidShift));
