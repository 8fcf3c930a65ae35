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

/** What is at an offset of the struct that the script's reads of curtask go by; null: nothing that events tell. */
export function taskMemberAt({ taskStruct }: HirProgram, offset: bigint): TaskMember | null {
  const member = taskStruct?.members.find((one) => BigInt(one.offset) === offset && one.bits === undefined);
  return member !== undefined && Object.hasOwn(MEMBERS, member.name) ? MEMBERS[member.name]! : null;
}
