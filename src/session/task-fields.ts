/** Where in struct task_struct the members are that the task table knows, by the struct that the script's own reads go by. */
import type { HirProgram } from "../../lang/hir/hir.ts";
import { sizeOf, type StructMember, type StructType } from "../../lang/types/type.ts";
import type { TaskField } from "../bpf/machine-types.ts";
import { TASK_STRUCT } from "../bpf/memory.ts";

type Members = Readonly<Record<string, { readonly kind: TaskField["kind"]; readonly sizeBytes: number }>>;

/**
 * linux include/linux/sched.h. A parent that is traced by a debugger has another `parent`, which no recording tells. A task that overrides its
 * credentials for a while has the same real ids. The kernel takes the time of the start a little before the events that tell of it; it is the
 * recording's clock whatever clock the member is of, as everywhere.
 */
const OF_TASK: Members = {
  pid: { kind: "pid", sizeBytes: 4 },
  tgid: { kind: "tgid", sizeBytes: 4 },
  comm: { kind: "comm", sizeBytes: 16 },
  real_parent: { kind: "parent", sizeBytes: 8 },
  parent: { kind: "parent", sizeBytes: 8 },
  group_leader: { kind: "leader", sizeBytes: 8 },
  cred: { kind: "cred", sizeBytes: 8 },
  real_cred: { kind: "cred", sizeBytes: 8 },
  start_time: { kind: "started", sizeBytes: 8 },
  start_boottime: { kind: "started", sizeBytes: 8 },
  real_start_time: { kind: "started", sizeBytes: 8 },
};

/** include/linux/cred.h: kuid_t and kgid_t are structs of one number. */
const OF_CREDENTIALS: Members = { uid: { kind: "uid", sizeBytes: 4 }, gid: { kind: "gid", sizeBytes: 4 } };

function fieldsOf(struct: StructType | undefined, known: Members, base: number): TaskField[] {
  const fieldOf = ({ name, type, offset, bits }: StructMember): TaskField[] => {
    const found = Object.hasOwn(known, name) ? known[name]! : null;
    return found === null || bits !== undefined || sizeOf(type) !== found.sizeBytes ? [] : [{ kind: found.kind, offset: base + offset }];
  };
  return struct?.members.flatMap(fieldOf) ?? [];
}

export const taskFields = (hir: HirProgram | null): readonly TaskField[] => [
  ...fieldsOf(hir?.taskStruct, OF_TASK, 0),
  ...fieldsOf(hir?.credStruct, OF_CREDENTIALS, TASK_STRUCT.cred),
];
