/** Members of task structures that need no memory of the recording: whoever replays knows them from the events that tell of tasks. */
import type { HirProgram } from "../../lang/hir/hir.ts";

/** Where a task pointer leads on; those that lead to a task can be followed again. */
export type TaskMember = "value" | "task";

const MEMBERS: Readonly<Record<string, TaskMember>> = {
  pid: "value",
  tgid: "value",
  comm: "value",
  parent: "task",
  real_parent: "task",
  group_leader: "task",
};

/** Those that another task is the parent by. */
const PARENTS: readonly string[] = ["parent", "real_parent"];

const memberAt = ({ taskStruct }: HirProgram, offset: bigint): string | undefined =>
  taskStruct?.members.find((one) => BigInt(one.offset) === offset && one.bits === undefined)?.name;

/** Whether a parent is at an offset of that struct. */
export const isParentAt = (program: HirProgram, offset: bigint): boolean => PARENTS.includes(memberAt(program, offset) ?? "");

/** What is at an offset of the struct that the script's reads of curtask go by; null: nothing that events tell. */
export function taskMemberAt(program: HirProgram, offset: bigint): TaskMember | null {
  const name = memberAt(program, offset);
  return name !== undefined && Object.hasOwn(MEMBERS, name) ? MEMBERS[name]! : null;
}
