/** Lines that tell of tasks without an event. */
import { expect, test } from "vitest";
import type { Recording } from "../../../probes/recording.ts";
import { runScript } from "../../support/run-script.ts";
import { openLines, printed } from "./support.ts";

const work = (ts: number, pid: number, more: object = {}): object => ({ ts, pid, event: "app:work", args: { n: 1 }, ...more });
const TASK = "struct task_struct { int pid; int tgid; char comm[16]; unsigned long long start_time; struct task_struct *real_parent; };\n";
const WHO = `${TASK} t:app:work { print((pid, comm, ppid, uid, gid, cgroup, curtask->start_time)); }`;
const lived = async (recording: Recording): Promise<string[]> =>
  printed(`${TASK} iter:task { print((ctx.task->pid, ctx.task->comm)); }`, recording);

test("a line tells who a task is", async () => {
  const told = { pid: 7, parent: 1, flags: 0, comm: "cat", uid: 1000, gid: "100", started: 450, cgroup: "4711" };
  expect(await printed(WHO, await openLines({ ts: 500, task: told }, work(1000, 7)))).toEqual(["(7, cat, 1, 1000, 100, 4711, 450)"]);
});

test("a child has what its parent has; a thread is in its process", async () => {
  const parent = { ts: 500, task: { pid: 7, parent: 1, flags: 0, comm: "cat", uid: 1000, gid: 100, cgroup: 4711 } };
  const born = (flags: string): object => ({ ts: 600, task: { pid: 8, parent: 7, flags } });
  expect(await printed(WHO, await openLines(parent, born("0x10000"), work(1000, 8)))).toEqual(["(7, cat, 1, 1000, 100, 4711, 600)"]);
  expect(await printed(WHO, await openLines(parent, born("0"), work(1000, 8)))).toEqual(["(8, cat, 7, 1000, 100, 4711, 600)"]);
  // It may have been put into another cgroup, and the time is not that of its birth.
  expect(await printed(WHO, await openLines(parent, born("0x8000000200000000"), work(1000, 8)))).toEqual(["(8, cat, 7, 1000, 100, 0, 0)"]);
});

test("without flags nobody knows whose process it is", async () => {
  const lines = [{ ts: 500, task: { pid: 7, tgid: 7 } }, { ts: 600, task: { pid: 8, parent: 7 } }, work(1000, 8)];
  const { stdout, missing } = await runScript("t:app:work { print((pid, ppid)); }", { recording: await openLines(...lines) });
  expect(stdout.trim()).toBe("(8, 7)");
  expect(missing["tgid"]).toBe(1);
});

test("a name that a line told is told again by an event that has another", async () => {
  const lines = [work(1, 7, { comm: "one" }), { ts: 2, task: { pid: 7, comm: "two" } }, work(3, 7), work(4, 7, { comm: "one" })];
  expect(await printed("t:app:work { print(comm); }", await openLines(...lines))).toEqual(["one", "two", "one"]);
});

test("a task is there from its line on, until it exits", async () => {
  const lines = [
    { ts: 5, task: { pid: 7, comm: { hex: "636174" } } },
    work(6, 8, { comm: "work" }),
    { ts: 7, task: { pid: 9, comm: "gone" } },
  ];
  expect(await lived(await openLines(...lines, { ts: 8, task: { pid: 9, exits: true } }))).toEqual(["(7, cat)", "(8, work)"]);
});

test("times are exact behind a task that is told of first", async () => {
  const far = 2n ** 60n;
  const lines = [`{"ts": "${far}", "task": {"pid": 7}}`, `{"ts": "${far + 1n}", "pid": 7, "event": "app:work", "args": {"n": 1}}`];
  for (const head of [[], [{ hindsight: 1, complete: true, events: { "app:work": { fields: ["int n"] } } }]])
    expect(await printed("t:app:work { print(nsecs); }", await openLines(...head, ...lines))).toEqual([String(far + 1n)]);
});

test.each([
  [{ parent: 3 }, "pid"],
  [{ pid: 7, parent: -1 }, "parent"],
  [{ pid: 7, uid: 2 ** 32 }, "uid"],
  [{ pid: 7, cgroup: "many" }, "cgroup"],
  [{ pid: 7, comm: 7 }, "comm"],
  [{ pid: 7, exits: "soon" }, "exits"],
])("%j is left out and said", async (task, name) => {
  const recording = await openLines(work(1, 5), { ts: 2, task });
  await printed("t:app:work { }", recording);
  expect(recording.info.warnings.join()).toContain(`2:16: ${name} of a task cannot be read, or is not there`);
});
