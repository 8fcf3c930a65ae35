/** Where in struct task_struct the members are that the task table knows, by the struct that the script's own reads go by. */
import type { HirProgram } from "../../lang/hir/hir.ts";
import { sizeOf, type StructMember } from "../../lang/types/type.ts";
import type { TaskField } from "../bpf/machine-types.ts";

/** linux include/linux/sched.h. A parent that is traced by a debugger has another `parent`, which no recording tells. */
const MEMBERS: Readonly<Record<string, { readonly kind: TaskField["kind"]; readonly sizeBytes: number }>> = {
  pid: { kind: "pid", sizeBytes: 4 },
  tgid: { kind: "tgid", sizeBytes: 4 },
  comm: { kind: "comm", sizeBytes: 16 },
  real_parent: { kind: "parent", sizeBytes: 8 },
  parent: { kind: "parent", sizeBytes: 8 },
  group_leader: { kind: "leader", sizeBytes: 8 },
};

function fieldOf({ name, type, offset, bits }: StructMember): TaskField[] {
  const known = Object.hasOwn(MEMBERS, name) ? MEMBERS[name]! : null;
  return known === null || bits !== undefined || sizeOf(type) !== known.sizeBytes ? [] : [{ kind: known.kind, offset }];
}

export const taskFields = (hir: HirProgram | null): readonly TaskField[] => hir?.taskStruct?.members.flatMap(fieldOf) ?? [];
