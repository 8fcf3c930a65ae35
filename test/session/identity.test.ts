/** Who tasks are: user and group ids, cgroups and beginnings, as far as events tell (rows 4.03, 4.14, 4.15). */
import { expect, test } from "vitest";
import { formatText } from "../../tooling/trace-dat/record.ts";
import { madeEvent, madeRecording, type MadeEvent, type MadeRecord } from "../support/made-recording.ts";
import { runScript, type RunOptions } from "../support/run-script.ts";
import { newtask } from "../support/task-events.ts";

const work = madeEvent("app", "work", 30, [["int what", 4, 1]]);
const forked = madeEvent("sched", "sched_process_fork", 21, [
  ["char parent_comm[16]", 16, 0],
  ["pid_t parent_pid", 4, 1],
  ["char child_comm[16]", 16, 0],
  ["pid_t child_pid", 4, 1],
]);
const exited = madeEvent("sched", "sched_process_exit", 22, [
  ["char comm[16]", 16, 0],
  ["pid_t pid", 4, 1],
]);
const attached = madeEvent("cgroup", "cgroup_attach_task", 23, [
  ["int dst_root", 4, 1],
  ["int dst_level", 4, 1],
  ["u64 dst_id", 8, 0],
  ["int pid", 4, 1],
  ["char comm[16]", 16, 0],
]);
let nextId = 40;
const call = (name: string, fields: readonly string[]): MadeEvent => ({
  category: "syscalls",
  name,
  format: formatText(name, nextId++, [["int __syscall_nr", 8, 4, 1], ...fields.map((field, i) => [field, 16 + 8 * i, 8, 0] as const)]),
});
const returns = (name: string): MadeEvent => call(`sys_exit_${name}`, ["long ret"]);
const calls = {
  getuid: returns("getuid"),
  getgid: returns("getgid"),
  clone: returns("clone"),
  setuid: [call("sys_enter_setuid", ["uid_t uid"]), returns("setuid")],
  setresuid: [call("sys_enter_setresuid", ["uid_t ruid", "uid_t euid", "uid_t suid"]), returns("setresuid")],
  setregid: [call("sys_enter_setregid", ["gid_t rgid", "gid_t egid"]), returns("setregid")],
} as const;

const works = (pid: number): MadeRecord => ({ event: work, pid, values: { what: 1 } });
const tells = (event: MadeEvent, pid: number, ret: number): MadeRecord => ({ event, pid, values: { ret } });
const sets = ([enter, exit]: readonly MadeEvent[], pid: number, values: Readonly<Record<string, number>>, ret = 0): MadeRecord[] => [
  { event: enter!, pid, values },
  { event: exit!, pid, values: { ret } },
];
const forks = (parent: number, child: number, flags: bigint | number = 0): MadeRecord => ({
  event: newtask,
  pid: parent,
  values: { pid: child, comm: "x", clone_flags: flags },
});
const moves = (pid: number, id: number, hierarchy = 0): MadeRecord => ({
  event: attached,
  pid: 1,
  values: { dst_root: hierarchy, dst_level: 1, dst_id: id, pid, comm: "x" },
});
const UNCHANGED = 0xffff_ffff;
const THREAD = 0x10000;
const NEW_USER = 0x1000_0000;
const INTO_CGROUP = 1n << 33n;

async function printed(value: string, records: readonly MadeRecord[], options: RunOptions = {}): Promise<(string | number)[]> {
  const { stdout, missing } = await runScript(`t:app:work { print(${value}); }`, { recording: await madeRecording(records), ...options });
  return [...stdout.trim().split("\n"), Object.values(missing).reduce((a, b) => a + b, 0)];
}

test.each<[string, string, readonly MadeRecord[], readonly (string | number)[]]>([
  ["a call returns it, and it was so before", "uid", [works(5), tells(calls.getuid, 5, 1000), works(5)], ["1000", "1000", 0]],
  ["the group", "gid", [tells(calls.getgid, 5, 100), works(5)], ["100", 0]],
  ["both", "(uid, gid)", [tells(calls.getuid, 5, 1000), tells(calls.getgid, 5, 100), works(5)], ["(1000, 100)", 0]],
  ["another's is not known", "uid", [tells(calls.getuid, 5, 1000), works(6)], ["0", 1]],
  ["the group is not the user", "gid", [tells(calls.getuid, 5, 1000), works(5)], ["0", 1]],
  ["idle tasks are the kernel's", "(uid, gid)", [works(0)], ["(0, 0)", 0]],
  [
    "a thread of an unknown process has its creator's parent",
    "(pid, ppid)",
    [{ event: forked, pid: 4, values: { parent_comm: "x", parent_pid: 4, child_comm: "x", child_pid: 5 } }, forks(5, 6, THREAD), works(6)],
    ["(5, 4)", 1],
  ],
  ["nobody's parent is the own process", "(pid, ppid)", [forks(5, 6, THREAD), works(6)], ["(5, 0)", 2]],
  ["children have it", "uid", [tells(calls.getuid, 5, 1000), forks(5, 6), works(6)], ["1000", 0]],
  [
    "a pid that is used again is another task",
    "uid",
    [
      tells(calls.getuid, 6, 1000),
      { event: exited, pid: 6, values: { comm: "x", pid: 6 } },
      forks(5, 6),
      works(6),
      tells(calls.getuid, 6, 7),
      works(6),
    ],
    ["0", "7", 1],
  ],
  [
    "a child that only the return of clone() tells of",
    "uid",
    [tells(calls.getuid, 5, 1000), tells(calls.clone, 5, 6), tells(calls.clone, 6, 0), works(6)],
    ["1000", 0],
  ],
  ["setresuid()", "uid", [works(5), ...sets(calls.setresuid, 5, { ruid: 33, euid: 33, suid: 33 }), works(5)], ["0", "33", 1]],
  ["setresuid() that fails", "uid", [tells(calls.getuid, 5, 1), ...sets(calls.setresuid, 5, { ruid: 33 }, -1), works(5)], ["1", 0]],
  [
    "setresuid() of another id",
    "uid",
    [tells(calls.getuid, 5, 1), ...sets(calls.setresuid, 5, { ruid: UNCHANGED, euid: 3 }), works(5)],
    ["1", 0],
  ],
  ["setregid()", "gid", [...sets(calls.setregid, 5, { rgid: 44, egid: 44 }), works(5)], ["44", 0]],
  [
    "evidence behind a change says nothing of the time before it",
    "uid",
    [works(5), ...sets(calls.setresuid, 5, { ruid: 33 }), tells(calls.getuid, 5, 33)],
    ["0", 1],
  ],
  ["setuid() without capability sets another id", "uid", [...sets(calls.setuid, 5, { uid: 33 }), works(5)], ["0", 1]],
  ["setuid() to what it is", "uid", [tells(calls.getuid, 5, 33), ...sets(calls.setuid, 5, { uid: 33 }), works(5)], ["33", 0]],
  [
    "setuid() to another one forgets it until a call tells",
    "uid",
    [tells(calls.getuid, 5, 0), ...sets(calls.setuid, 5, { uid: 33 }), works(5), tells(calls.getuid, 5, 33), works(5)],
    ["0", "33", 1],
  ],
  [
    "in a user namespace of its own a task sees other ids",
    "uid",
    [
      tells(calls.getuid, 5, 1000),
      forks(5, 6, NEW_USER),
      tells(calls.getuid, 6, 65534),
      works(6),
      forks(6, 7),
      tells(calls.getuid, 7, 0),
      works(7),
    ],
    ["1000", "1000", 0],
  ],
])("ids: %s", async (_what, value, records, want) => {
  expect(await printed(value, records)).toEqual(want);
  expect(await printed(value, records, { backend: "interp" })).toEqual(want);
});

test.each<[string, readonly MadeRecord[], readonly (string | number)[]]>([
  ["a move tells it", [works(5), moves(5, 77), works(5)], ["0", "77", 1]],
  ["of version 2 only", [moves(5, 77), moves(5, 4, 3), works(5)], ["77", 0]],
  ["children have it", [moves(5, 77), forks(5, 6), works(6)], ["77", 0]],
  ["unless they were put into another one", [moves(5, 77), forks(5, 6, INTO_CGROUP), works(6)], ["0", 1]],
  [
    "or nobody knows that they were not",
    [moves(5, 77), { event: forked, pid: 5, values: { parent_pid: 5, child_pid: 6, parent_comm: "x", child_comm: "x" } }, works(6)],
    ["0", 1],
  ],
  [
    "a move of the first thread may be one of all",
    [forks(4, 5), moves(5, 1), forks(5, 6, THREAD), works(6), moves(5, 2), works(6), works(5)],
    ["1", "0", "2", 1],
  ],
  ["a move of another thread is not", [forks(4, 5), moves(5, 1), forks(5, 6, THREAD), moves(6, 2), works(5), works(6)], ["1", "2", 0]],
])("cgroups: %s", async (_what, records, want) => {
  expect(await printed("cgroup", records)).toEqual(want);
});

const TASK = `struct kuid { unsigned int val; }; struct kgid { unsigned int val; };
struct cred { int usage; struct kuid uid; struct kgid gid; struct kuid euid; };
struct task_struct { int pid; struct task_struct *real_parent; unsigned long start_time; struct cred *cred; unsigned long start_boottime; };
`;

async function ofTask(statement: string, records: readonly MadeRecord[], byteOrder: "little" | "big" = "little"): Promise<unknown[]> {
  const recording = await madeRecording(records, { byteOrder });
  const { stdout, missing } = await runScript(`${TASK} ${statement}`, { recording });
  const lines = stdout.split("\n").filter((line) => line !== "" && !line.startsWith("@"));
  return [lines, Object.fromEntries(Object.entries(missing).filter(([, count]) => count > 0))];
}

test.each(["little", "big"] as const)("a task's beginning is the time of the event that tells of it (%s-endian)", async (byteOrder) => {
  const fork = { event: forked, pid: 5, values: { parent_pid: 5, child_pid: 6, parent_comm: "x", child_comm: "x" } };
  const script = "t:task:task_newtask { @at = nsecs; } t:app:work { print((curtask->start_time == @at, curtask->start_boottime == @at)); }";
  // The second event of one birth is later, and is not another birth.
  expect(await ofTask(script, [forks(5, 6), fork, works(6)], byteOrder)).toEqual([["(true, true)"], {}]);
  const bySecond = "t:sched:sched_process_fork { @at = nsecs; } t:app:work { print(curtask->start_time == @at); }";
  expect(await ofTask(bySecond, [forks(5, 6), fork, works(6), fork, works(6)], byteOrder)).toEqual([["false", "true"], {}]);
});

test("the beginning of a task that was there before is not known", async () => {
  expect(await ofTask("t:app:work { print(curtask->start_time); }", [works(5), forks(5, 6), works(6), works(5)])).toEqual([
    ["0", expect.stringMatching(/^[1-9]/), "0"],
    { start: 2 },
  ]);
});

test("credentials by curtask", async () => {
  const records = [tells(calls.getuid, 5, 1000), tells(calls.getgid, 5, 100), forks(5, 6), works(6)];
  const script = "t:app:work { $c = curtask->cred; print(($c->uid.val, $c->gid.val, curtask->real_parent->cred->uid.val)); }";
  for (const byteOrder of ["little", "big"] as const) expect(await ofTask(script, records, byteOrder)).toEqual([["(1000, 100, 1000)"], {}]);
  expect(await ofTask("t:app:work { print(curtask->cred->uid.val); }", [works(6)])).toEqual([["0"], { uid: 1 }]);
  expect(await ofTask("t:app:work { print(curtask->cred->euid.val); }", records)).toEqual([["0"], { task: 1 }]);
});
