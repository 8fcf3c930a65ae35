/** Task structures: curtask, and the tasks that lead to one another (row 4.15). */
import { expect, test } from "vitest";
import type { Recording } from "../../probes/recording.ts";
import { formatText } from "../../tooling/trace-dat/record.ts";
import { madeEvent, madeRecording, type MadeEvent } from "../support/made-recording.ts";
import { runScript, type RunOptions } from "../support/run-script.ts";
import { newtask } from "../support/task-events.ts";

const rename: MadeEvent = {
  category: "task",
  name: "task_rename",
  format: formatText("task_rename", 21, [
    ["pid_t pid", 8, 4, 1],
    ["char oldcomm[16]", 12, 16, 0],
    ["char newcomm[16]", 28, 16, 0],
    ["short oom_score_adj", 44, 2, 1],
  ]),
};
const work = madeEvent("app", "work", 30, [["int what", 4, 1]]);

const THREAD = 0x10000;

/** shell (100) starts child (200), which gets a thread (201). */
async function family(byteOrder: "little" | "big" = "little"): Promise<Recording> {
  const records = [
    { event: rename, pid: 100, values: { pid: 100, oldcomm: "init", newcomm: "shell" } },
    { event: newtask, pid: 100, values: { pid: 200, comm: "shell", clone_flags: 0 } },
    { event: rename, pid: 200, values: { pid: 200, oldcomm: "shell", newcomm: "child" } },
    { event: newtask, pid: 200, values: { pid: 201, comm: "child", clone_flags: THREAD } },
    { event: rename, pid: 201, values: { pid: 201, oldcomm: "child", newcomm: "worker" } },
    { event: work, pid: 201, values: { what: 1 } },
  ];
  return madeRecording(records, { byteOrder });
}

const TASK = `struct task_struct {
  unsigned long flags; int pid; int tgid; struct task_struct *real_parent; char pad[40];
  struct task_struct *group_leader; char comm[16]; unsigned long utime; struct task_struct *parent; };
`;

async function printed(statements: string, options: RunOptions = {}): Promise<string[]> {
  const { stdout } = await runScript(`${TASK} t:app:work { ${statements} }`, { recording: await family(), ...options });
  return stdout.trimEnd().split("\n");
}

test.each<[string, string, readonly string[]]>([
  ["its own numbers and name", "print((curtask->pid, curtask->tgid, curtask->comm));", ["(201, 200, worker)"]],
  ["its process", "print((curtask->group_leader->pid, curtask->group_leader->comm));", ["(200, child)"]],
  ["its parent", "print((curtask->real_parent->pid, curtask->parent->tgid, curtask->real_parent->comm));", ["(100, 100, shell)"]],
  [
    "what functions of tasks ask (row 4.16)",
    "print((ppid(curtask), pcomm(curtask), leader_tid(curtask), leader_comm(curtask))); $l = curtask->group_leader; print(leader_tid($l->real_parent));",
    ["(100, shell, 200, child)", "100"],
  ],
  ["through variables", "$t = curtask; $p = $t->group_leader->real_parent; print($p->comm);", ["shell"]],
  [
    "equal tasks",
    "print(curtask->group_leader->group_leader == curtask->group_leader); print(curtask == curtask->group_leader);",
    ["true", "false"],
  ],
  [
    "texts by address",
    "$t = (uint8 *)curtask + offsetof(struct task_struct, comm); print(str($t)); print(str($t + 2));",
    ["worker", "rker"],
  ],
  ["parts of members", "print(*((uint8 *)curtask + offsetof(struct task_struct, pid))); print(curtask->comm[1]);", ["201", "111"]],
  [
    "a copy of it, as far as it is known",
    "$t = *curtask; print(($t.flags, $t.pid, $t.tgid, $t.real_parent->pid, $t.pad[0], $t.comm, $t.utime, $t.parent->comm));",
    ["(0, 201, 200, 100, 0, worker, 0, shell)"],
  ],
  ["neighbours at once", "print(*(uint64 *)((uint8 *)curtask + offsetof(struct task_struct, pid)));", [String((200n << 32n) | 201n)]],
])("row 4.15: a task tells %s", async (_what, statements, want) => {
  expect(await printed(statements)).toEqual(want);
  expect(await printed(statements, { backend: "interp" })).toEqual(want);
});

test.each<[string, string, string]>([
  ["other members", "print(curtask->utime)", "task"],
  ["the whole of it", "$t = *curtask; print($t.utime)", "task"],
  ["an unknown parent", "print(curtask->real_parent->real_parent->pid)", "parent"],
])("%s are not recorded: zero, and counted", async (_what, statements, kind) => {
  const { stdout, missing } = await runScript(`${TASK} t:app:work { ${statements}; }`, { recording: await family() });
  expect(stdout.trim()).toBe("0");
  const { [kind]: count, ...others } = missing;
  expect(count).toBe(1);
  expect(Object.values(others).filter((n) => n > 0)).toEqual([]);
});

test("begin and end are no task of the recording", async () => {
  const { stdout } = await runScript(`${TASK} begin { print((curtask->pid, curtask->comm)); } end { print(curtask->tgid); }`, {
    recording: await family(),
  });
  expect(stdout.trim().split("\n")).toEqual(["(0, hindsight)", "0"]);
});

test("without a recording it is this process", async () => {
  const { stdout } = await runScript(`${TASK} begin { print((curtask->pid, curtask->tgid, curtask->comm)); }`);
  expect(stdout.trim()).toBe("(4242, 4242, hindsight)");
});

test("idle tasks", async () => {
  const recording = await madeRecording([{ event: work, pid: 0, cpu: 1, values: { what: 1 } }]);
  const { stdout } = await runScript(`${TASK} t:app:work { print((curtask->pid, curtask->comm, curtask->real_parent->pid)); }`, {
    recording,
  });
  expect(stdout.trim()).toBe("(0, swapper/1, 0)");
});

test("tasks of a big-endian machine", async () => {
  const script =
    "$t = curtask; $p = $t->group_leader->real_parent; print(($t->pid, $t->tgid, $t->comm, $p->pid, $p->comm, $p == $t->parent));";
  expect(await printed(script, { recording: await family("big") })).toEqual(["(201, 200, worker, 100, shell, true)"]);
});
