/** Writes down where the known members of struct task_struct and of its credentials are. */
import type { TaskField } from "../machine-types.ts";
import { TASK_FIELDS } from "../memory.ts";
import { limits, taskField, taskFieldKind } from "./layout.ts";

const BYTES: Readonly<Record<TaskField["kind"], number>> = {
  ...{ pid: 4, tgid: 4, comm: limits.commBytes, parent: 8, leader: 8 },
  ...{ cred: 8, uid: 4, gid: 4, started: 8 },
};

export function stageTaskFields(memory: DataView, fields: readonly TaskField[]): void {
  if (fields.length > limits.taskFields) throw new Error(`${fields.length} members of struct task_struct`);
  fields.forEach(({ kind, offset }, i) => {
    const at = TASK_FIELDS + i * taskField.sizeBytes;
    memory.setUint32(at + taskField.offset, offset, true);
    memory.setUint32(at + taskField.bytes, BYTES[kind], true);
    memory.setUint32(at + taskField.kind, taskFieldKind[kind], true);
  });
}
