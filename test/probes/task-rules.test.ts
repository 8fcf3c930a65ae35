import { expect, test } from "vitest";
import { buildCatalogue } from "../../probes/catalogue.ts";
import { taskRules } from "../../probes/kernel/task-rules.ts";
import type { TaskRule } from "../../probes/recording.ts";
import { formatText } from "../../tooling/trace-dat/record.ts";

type FieldLine = readonly [string, number, number, 0 | 1];

function rulesOf(
  category: string,
  name: string,
  fields: readonly FieldLine[],
  byteOrder: "little" | "big" = "little",
): readonly TaskRule[] {
  const events = [{ category, name, id: 42, formatText: () => formatText(name, 42, fields) }];
  return taskRules(buildCatalogue({ events, byteOrder, longBytes: 8, ncpus: 1, warn: (m) => expect.fail(m) }));
}

const inline = (offset: number): object => ({ offset, sizeBytes: 16, loc: "inline", basename: false });
const before = { eventId: 42, when: "before" };
const after = { eventId: 42, when: "after" };

test("sched_switch names both tasks, and tells who runs from then on", () => {
  const fields: FieldLine[] = [
    ["char prev_comm[16]", 8, 16, 0],
    ["pid_t prev_pid", 24, 4, 1],
    ["char next_comm[16]", 40, 16, 0],
    ["pid_t next_pid", 56, 4, 1],
  ];
  expect(rulesOf("sched", "sched_switch", fields)).toEqual([
    { ...before, kind: "comm", pid: 24, comm: inline(8) },
    { ...before, kind: "comm", pid: 56, comm: inline(40) },
    { ...after, kind: "running", pid: 56 },
  ]);
});

test("task_rename fires before the name changes; without a pid it is the running task", () => {
  const names: FieldLine[] = [
    ["char oldcomm[16]", 12, 16, 0],
    ["char newcomm[16]", 28, 16, 0],
  ];
  expect(rulesOf("task", "task_rename", [["pid_t pid", 8, 4, 1], ...names])).toEqual([
    { ...before, kind: "old_comm", pid: 8, comm: inline(12) },
    { ...after, kind: "comm", pid: 8, comm: inline(28) },
  ]);
  expect(rulesOf("task", "task_rename", names)).toMatchObject([{ pid: 4 }, { pid: 4 }]);
});

test("task_newtask runs in the parent and carries the flags", () => {
  const fields: FieldLine[] = [
    ["pid_t pid", 8, 4, 1],
    ["char comm[16]", 12, 16, 0],
    ["unsigned long clone_flags", 32, 8, 0],
  ];
  expect(rulesOf("task", "task_newtask", fields)).toEqual([
    { ...before, kind: "fork", parent: 4, child: 8, comm: inline(12), flags: 32, wideFlags: true },
  ]);
});

test("4 bytes of flags are the low ones of the rule's 8, in either byte order", () => {
  const fields: FieldLine[] = [
    ["pid_t pid", 8, 4, 1],
    ["char comm[16]", 12, 16, 0],
    ["unsigned long clone_flags", 28, 4, 0],
  ];
  expect(rulesOf("task", "task_newtask", fields)).toMatchObject([{ flags: 28 }]);
  expect(rulesOf("task", "task_newtask", fields, "big")).toMatchObject([{ flags: 24 }]);
});

test("sched_process_fork says nothing about threads; names of newer kernels are dynamic", () => {
  const fields: FieldLine[] = [
    ["__data_loc char[] parent_comm", 8, 4, 0],
    ["pid_t parent_pid", 12, 4, 1],
    ["__data_loc char[] child_comm", 16, 4, 0],
    ["pid_t child_pid", 20, 4, 1],
  ];
  const dynamic = (offset: number): object => ({ offset, sizeBytes: 4, loc: "data_loc", basename: false });
  expect(rulesOf("sched", "sched_process_fork", fields)).toEqual([
    { ...before, kind: "comm", pid: 12, comm: dynamic(8) },
    { ...before, kind: "fork", parent: 12, child: 20, comm: dynamic(16), flags: -1 },
  ]);
});

test("sched_process_exec: the file's name is the task's already", () => {
  const fields: FieldLine[] = [
    ["__data_loc char[] filename", 8, 4, 0],
    ["pid_t pid", 12, 4, 1],
    ["pid_t old_pid", 16, 4, 1],
  ];
  expect(rulesOf("sched", "sched_process_exec", fields)).toEqual([
    { ...before, kind: "comm", pid: 12, comm: { offset: 8, sizeBytes: 4, loc: "data_loc", basename: true } },
    { ...before, kind: "tgid", tgid: 12 },
  ]);
});

test("a task has exited when it says so, and when it is freed", () => {
  const fields: FieldLine[] = [
    ["char comm[16]", 8, 16, 0],
    ["pid_t pid", 24, 4, 1],
  ];
  const name = { ...before, kind: "comm", pid: 24, comm: inline(8) };
  const exit = { ...after, kind: "exit", pid: 24 };
  expect(rulesOf("sched", "sched_process_exit", fields)).toEqual([name, exit]);
  expect(rulesOf("sched", "sched_process_free", fields)).toEqual([name, exit]);
});

test("block events name the running task", () => {
  expect(rulesOf("block", "block_rq_issue", [["char comm[16]", 42, 16, 0]])).toEqual([
    { ...before, kind: "comm", pid: 4, comm: inline(42) },
  ]);
  expect(rulesOf("block", "block_rq_complete", [["char rwbs[8]", 42, 8, 0]])).toEqual([]);
});

test("user_stack tells the process", () => {
  expect(rulesOf("ftrace", "user_stack", [["unsigned int tgid", 8, 4, 0]])).toEqual([{ ...before, kind: "tgid", tgid: 8 }]);
});

test.each([
  ["sched", "sched_process_wait", "its pid is that of the task waited for, its comm the waiter's"],
  ["mine", "sched_switch", "another system's event of that name"],
  ["sched", "constructor", "no event of the table"],
])("%s:%s has no rule: %s", (category, name) => {
  expect(
    rulesOf(category, name, [
      ["char comm[16]", 8, 16, 0],
      ["pid_t pid", 24, 4, 1],
    ]),
  ).toEqual([]);
});

test("returns of clone and execve carry the result, whose low word is a pid or 0", () => {
  const fields: FieldLine[] = [
    ["int __syscall_nr", 8, 4, 1],
    ["long ret", 16, 8, 1],
  ];
  const fork = { ...before, kind: "fork", late: true, parent: 4, comm: null, flags: -1 };
  expect(rulesOf("syscalls", "sys_exit_clone", fields)).toEqual([{ ...fork, child: 16 }]);
  expect(rulesOf("syscalls", "sys_exit_vfork", fields, "big")).toEqual([{ ...fork, child: 20 }]);
  expect(rulesOf("syscalls", "sys_exit_execve", fields)).toEqual([{ ...before, kind: "exec", pid: 4, result: 16 }]);
  expect(rulesOf("syscalls", "sys_exit_read", fields)).toEqual([]);
});

test("calls that return or set real ids; of setuid() it is not sure which", () => {
  const ret: FieldLine[] = [
    ["int common_pid", 4, 4, 1],
    ["int __syscall_nr", 8, 4, 1],
    ["long ret", 16, 8, 1],
  ];
  const given = (names: readonly string[]): FieldLine[] => names.map((name, i) => [`uid_t ${name}`, 16 + 8 * i, 8, 0]);
  const pid: FieldLine = ["int common_pid", 4, 4, 1];
  expect(rulesOf("syscalls", "sys_exit_getuid", ret)).toEqual([{ ...before, kind: "id", id: "uid", pid: 4, value: 16 }]);
  expect(rulesOf("syscalls", "sys_exit_getgid", ret, "big")).toEqual([{ ...before, kind: "id", id: "gid", pid: 4, value: 20 }]);
  expect(rulesOf("syscalls", "sys_exit_geteuid", ret)).toEqual([]);
  expect(rulesOf("syscalls", "sys_enter_setuid", [pid, ...given(["uid"])])).toEqual([
    { ...before, kind: "want_id", id: "uid", pid: 4, value: 16, unsure: true },
  ]);
  expect(rulesOf("syscalls", "sys_enter_setresgid", [pid, ...given(["rgid", "egid", "sgid"])])).toEqual([
    { ...before, kind: "want_id", id: "gid", pid: 4, value: 16 },
  ]);
  expect(rulesOf("syscalls", "sys_exit_setresgid", ret)).toEqual([{ ...before, kind: "got_id", id: "gid", pid: 4, result: 16 }]);
});

test("a move to a cgroup tells its id since it has 8 bytes", () => {
  const fields = (idBytes: number): FieldLine[] => [
    ["int dst_root", 8, 4, 1],
    ["u64 dst_id", 16, idBytes, 0],
    ["int pid", 32, 4, 1],
    ["char comm[16]", 36, 16, 0],
  ];
  const named = { ...before, kind: "comm", pid: 32, comm: inline(36) };
  expect(rulesOf("cgroup", "cgroup_attach_task", fields(8))).toEqual([
    named,
    { ...before, kind: "cgroup", pid: 32, hierarchy: 8, value: 16 },
  ]);
  expect(rulesOf("cgroup", "cgroup_attach_task", fields(4))).toEqual([named]);
});
