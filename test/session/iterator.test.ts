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
  expect(stderr).toContain("WARNING: iter:task walks the tasks that the recording names: those that did nothing meanwhile are not known\n");
});
