/** iter:task over a recording (row 1.45): the tasks that are there when it ends. */
import { expect, test } from "vitest";
import type { Recording } from "../../probes/recording.ts";
import { madeEvent, madeRecording } from "../support/made-recording.ts";
import { runScript, type RunOptions } from "../support/run-script.ts";
import { newtask } from "../support/task-events.ts";

const exit = madeEvent("sched", "sched_process_exit", 22, [
  ["char comm[16]", 16, 0],
  ["pid_t pid", 4, 1],
  ["int prio", 4, 1],
]);
const work = madeEvent("app", "work", 30, [["int what", 4, 1]]);
const switched = madeEvent("sched", "sched_switch", 23, [
  ["char prev_comm[16]", 16, 0],
  ["pid_t prev_pid", 4, 1],
  ["char next_comm[16]", 16, 0],
  ["pid_t next_pid", 4, 1],
]);

/** 300 starts 100, whose thread 101 lives, and 200, which exits 5 µs after the start. */
const recorded = async (): Promise<Recording> =>
  madeRecording([
    { event: newtask, pid: 300, values: { pid: 100, comm: "shell", clone_flags: 0 } },
    { event: newtask, pid: 100, values: { pid: 101, comm: "shell", clone_flags: 0x10000 } },
    { event: newtask, pid: 300, values: { pid: 200, comm: "child", clone_flags: 0 } },
    { event: work, pid: 200, values: { what: 1 } },
    { event: exit, pid: 200, values: { pid: 200, comm: "child" } },
    { event: work, pid: 101, values: { what: 1 } },
  ]);

const TASK = "struct task_struct { int pid; int tgid; char comm[16]; struct task_struct *real_parent; };\n";

async function walked(statements: string, options: RunOptions = {}): Promise<string[]> {
  const { stdout, stderr, exitCode } = await runScript(`${TASK} iter:task { ${statements} }`, { recording: await recorded(), ...options });
  expect(exitCode, stderr).toBe(0);
  return stdout.trim().split("\n");
}

test("row 1.45: an iterator runs once for each task, by its number", async () => {
  expect(await walked("print((ctx.task->pid, ctx->task->tgid));")).toEqual(["(100, 100)", "(101, 100)", "(300, 300)"]);
  expect(await walked('printf("%s %d\\n", ctx.task->comm, ctx.task->real_parent->pid);')).toContain("shell 300");
});

test("row 1.45: tasks of an earlier moment with --to", async () => {
  const to = { ns: 4_000n, relative: false };
  expect(await walked("print(ctx.task->pid);", { to })).toEqual(["100", "101", "200", "300"]);
});

test("row 1.45: predicates, maps and exit() are as in other probes", async () => {
  const { stdout } = await runScript(`${TASK} iter:task /ctx.task->pid != ctx.task->tgid/ { @threads = count(); }`, {
    recording: await recorded(),
  });
  expect(stdout.trim()).toBe("@threads: 1");
  expect(await walked("print(ctx.task->pid); exit();")).toEqual(["100"]);
});

test("row 1.45: who runs an iterator is not the task that it is at", async () => {
  expect(await walked("print((pid, comm)); exit();")).toEqual(["(0, hindsight)"]);
});

test("row 1.45: what an iterator has no member for", async () => {
  const { stderr } = await runScript("iter:task { print(ctx.tusk); }", { recording: await recorded() });
  expect(stderr).toContain("Struct/union of type 'struct bpf_iter__task' does not contain a field named 'tusk'");
  expect(stderr).toContain("HINT: did you mean task?");
});

test("row 1.45: it is said which tasks are walked", async () => {
  const { stderr } = await runScript("iter:task { }", { recording: await recorded() });
  expect(stderr).toContain(
    "WARNING: iter:task walks the tasks that the recording's events tell of: those that did nothing meanwhile are not known\n",
  );
});

/** Some that were saved by name, of which the events tell nothing. */
const withSaved = async (): Promise<Recording> => ({
  ...(await recorded()),
  comms: new Map([
    [100, "shell"],
    [7777, "long-gone"],
    [8888, "gone-too"],
  ]),
});

test("row 1.45: a saved name alone is no task", async () => {
  const { stdout, missing } = await runScript(`${TASK} iter:task { @[ctx.task->pid, ctx.task->tgid] = count(); }`, {
    recording: await withSaved(),
  });
  expect(stdout.trim().split("\n")).toEqual(["@[100, 100]: 1", "@[101, 100]: 1", "@[300, 300]: 1"]);
  // Of 300 it is not told; the others are not asked about.
  expect(missing["tgid"]).toBe(1);
});

test("row 1.45: a task is known from the first event by it or of it on", async () => {
  const recording = await madeRecording([
    { event: work, pid: 500, values: { what: 1 } },
    { event: switched, pid: 500, values: { prev_pid: 500, prev_comm: "one", next_pid: 600, next_comm: "two" } },
    { event: work, pid: 700, values: { what: 1 } },
  ]);
  const at = async (ns: bigint): Promise<string[]> => walked("print(ctx.task->pid);", { recording, to: { ns, relative: false } });
  expect(await at(1_001n)).toEqual(["500"]);
  expect(await at(2_001n)).toEqual(["500", "600"]);
  expect(await at(9_000n)).toEqual(["500", "600", "700"]);
});
