/** Others' tools read the trace.dat that a conversion gives; the command line. */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRecording } from "../../probes/open.ts";
import { fixturePath, unpackedFixture } from "../support/fixtures.ts";
import { runCommand } from "../support/run-command.ts";
import { runScript } from "../support/run-script.ts";

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "hindsight-others-"));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const isThere = spawnSync("trace-cmd", ["report", "--version"]).error === undefined;
if (!isThere) console.log("skipped: what trace-cmd reads of conversions (no trace-cmd)");

async function converted(path: string, name: string): Promise<string> {
  const to = join(directory, name);
  const { status, stderr } = await runCommand(["convert", path, "--to", to]);
  expect(status, stderr).toBe(0);
  return to;
}

const TASK = "struct task_struct { int pid; int tgid; char comm[16]; struct task_struct *real_parent; unsigned long long start_time; };";
const WHO = "pid, tid, comm, ppid, cgroup, curtask->start_time, curtask->real_parent->comm";
const THERE = "ctx.task->pid, ctx.task->tgid, ctx.task->comm, ctx.task->real_parent->pid";

const report = (path: string): string[] => {
  const run = spawnSync("trace-cmd", ["report", "-i", path], { encoding: "latin1", maxBuffer: 1 << 28 });
  expect(run.stderr).not.toMatch(/error/i);
  return run.stdout.split("\n").filter((line) => line !== "" && !line.startsWith("cpus="));
};

describe.skipIf(!isThere)("trace-cmd", () => {
  test("reports the same of a conversion as of the recording", async () => {
    const path = unpackedFixture("traces/s08-futex/trace.dat");
    expect(report(await converted(path, "same.dat"))).toEqual(report(path));
  });

  test("reports calls of strace with their strings", async () => {
    const lines = report(await converted(unpackedFixture("strace/strace2.txt"), "calls.dat"));
    expect(lines.length).toBeGreaterThan(1500);
    expect(lines.some((line) => /cat-\d+ .*sys_enter_openat: .*__filename_val=\/etc\/passwd/.test(line))).toBe(true);
  });

  test("reports text whose events were described by others", async () => {
    const path = join(directory, "made.txt");
    writeFileSync(path, "# tracer: nop\n#\n  bash-1360    [001] .....  1.000001: sched_wakeup: comm=a pid=22 prio=120 target_cpu=001\n");
    expect(report(await converted(path, "text.dat")).map((line) => line.replace(/\s+/g, " ").trim())).toEqual([
      "bash-1360 [001] 1000001000: sched_wakeup: a:22 [120] CPU:001",
    ]);
    const lines = await converted(path, "text.jsonl");
    const answers = [];
    for (const of of [path, lines]) answers.push(await runCommand(["--trace", of, "-q", "-e", "t:*:* { @[probe] = count(); }"]));
    expect(answers[0]!.stdout).toContain("@[tracepoint:sched:sched_wakeup]: 1");
    expect(answers[1]).toEqual(answers[0]);
  });

  test("reports JSON lines", async () => {
    const path = join(directory, "made.jsonl");
    writeFileSync(
      path,
      '{"ts":1000000001,"cpu":0,"pid":7,"comm":"app","event":"app:request","args":{"status":200,"path":"/x"}}\n' +
        '{"ts":2000000002,"cpu":2,"pid":8,"comm":"other","event":"app:request","args":{"status":404,"path":"/y"}}\n',
    );
    expect(report(await converted(path, "made.dat")).map((line) => line.replace(/\s+/g, " ").trim())).toEqual([
      "app-7 [000] 1.000000: request: status=200 path=/x",
      "other-8 [002] 2.000000: request: status=404 path=/y",
    ]);
  });
});

const COUNT =
  "tracepoint:raw_syscalls:sys_enter { @[comm, pid, tid] = count(); } tracepoint:syscalls:sys_enter_openat { @o[str(args.filename)] = count(); }";

test.each(["strace/strace2.txt", "strace/everything.txt"])("%s gives the same as JSON lines and as trace.dat", async (fixture) => {
  const path = unpackedFixture(fixture);
  const answer = async (of: string): Promise<string> => {
    const opened = await openRecording(of);
    if (!opened.ok) expect.fail(opened.message);
    const { stdout, stderr, exitCode } = await runScript(COUNT, { recording: opened.recording });
    opened.recording.close();
    expect(exitCode, stderr).toBe(0);
    return stdout;
  };
  const want = await answer(path);
  expect(want).toContain("@o[/");
  expect(await answer(await converted(path, "s.jsonl"))).toEqual(want);
  const names = async (of: string): Promise<string[]> => (await answer(of)).split("\n").filter((line) => line.startsWith("@o"));
  expect(await names(await converted(path, "s.dat"))).toEqual(await names(path));
});

describe("the command", () => {
  test.each([
    [["convert"], "one recording to convert, please"],
    [["convert", "a.dat"], "--to FILE says where to"],
    [["convert", "a.dat", "--to", "b"], "--format says what b is to be: jsonl or trace.dat"],
    [["convert", "a.dat", "--to", "b", "--format", "csv"], "there is no format 'csv' to convert to: jsonl or trace.dat"],
    [["convert", "a.dat", "--to", "-", "--format", "trace.dat"], "a trace.dat is written to a file, not to the standard output"],
    [["convert", "/nowhere.dat", "--to", "b.jsonl"], "cannot open /nowhere.dat: no such file"],
    [["convert", "--what"], "Unknown option '--what'"],
  ])("%j", async (args, message) => {
    const { status, stderr } = await runCommand(args);
    expect(status).toBe(1);
    expect(stderr).toContain(`ERROR: ${message}`);
  });

  test("never writes over its own recording", async () => {
    const path = join(directory, "own.jsonl");
    writeFileSync(path, '{"ts":1,"event":"a:b"}\n');
    const { status, stderr } = await runCommand(["convert", path, "--to", path]);
    expect(status).toBe(1);
    expect(stderr).toContain("is the recording itself");
    expect((await openRecording(path)).ok).toBe(true);
  });

  test("leaves nothing behind where it cannot write", async () => {
    const to = join(directory, "nowhere", "out.jsonl");
    const { status, stderr } = await runCommand(["convert", unpackedFixture("strace/plain.txt"), "--to", to]);
    expect(status).toBe(1);
    expect(stderr).toContain(`failed to write '${to}': No such file or directory`);
    expect(existsSync(to)).toBe(false);
  });
});

describe("what a trace.dat has no place for", () => {
  const toDat = async (from: string, name: string): Promise<{ readonly path: string; readonly stderr: string }> => {
    const path = join(directory, name);
    const { status, stderr } = await runCommand(["convert", from, "--to", path]);
    expect(status, stderr).toBe(0);
    return { path, stderr };
  };

  test("samples are counted, and leave no stacks behind", async () => {
    const { path, stderr } = await toDat(unpackedFixture("traces/s14-profile/perf.data"), "samples.dat");
    expect(stderr).toMatch(/WARNING: 5396 records could not be taken over\n/);
    const opened = await openRecording(path);
    if (!opened.ok) expect.fail(opened.message);
    const { stdout } = await runScript("t:ftrace:kernel_stack, t:ftrace:user_stack { @ = count(); }", { recording: opened.recording });
    opened.recording.close();
    expect(stdout.trim()).toBe("");
  });

  test("names and processes of tasks that are no events", async () => {
    const { path, stderr } = await toDat(unpackedFixture("traces/s10-faults/perf.data"), "names.dat");
    expect(stderr).toMatch(/WARNING: a trace\.dat has no place for \d+ records of tasks that are no events/);
    if (isThere) expect(report(path).filter((line) => line.includes("blktrace"))).toEqual([]);
    expect((await toDat(unpackedFixture("traces/s03-forkexec/trace.dat"), "none.dat")).stderr).toBe("");
  });

  test.each([
    ["s03-forkexec", "tracepoint:sched:*"],
    ["s14-profile", "software:cpu-clock:1"],
    ["s10-faults", "tracepoint:exceptions:*"],
  ])("births, ends and names of tasks that are no events, in JSON lines: %s", async (trace, probe) => {
    const from = unpackedFixture(`traces/${trace}/perf.data`);
    const path = join(directory, "told.jsonl");
    const again = join(directory, "again.jsonl");
    expect((await runCommand(["convert", from, "--to", path])).stderr).not.toContain("of tasks");
    expect((await runCommand(["convert", path, "--to", again])).stderr).not.toContain("of tasks");
    expect(readFileSync(path, "utf8")).toMatch(/"task":\{"pid":\d+,"parent":\d+,"flags":"0x/);
    const answers = async (file: string): Promise<string[]> => {
      const answer = async (script: string): Promise<string> => {
        const opened = await openRecording(file);
        if (!opened.ok) expect.fail(opened.message);
        const { stdout, missing, stderr, exitCode } = await runScript(`${TASK} ${script}`, { recording: opened.recording });
        opened.recording.close();
        expect(exitCode, stderr).toBe(0);
        return stdout + JSON.stringify(missing);
      };
      return [await answer(`${probe} { @[${WHO}] = count(); }`), await answer(`iter:task { @[${THERE}] = count(); }`)];
    };
    const want = await answers(from);
    expect(want.join("").length).toBeGreaterThan(1000);
    expect(await answers(path)).toEqual(want);
    expect(await answers(again)).toEqual(want);
  });

  test("lines that tell of tasks are told again, once", async () => {
    const from = join(directory, "tasks.jsonl");
    const to = join(directory, "tasks-again.jsonl");
    const lines = [
      '{"ts":500,"cpu":0,"task":{"pid":7,"parent":1,"flags":"0x300000000"}}',
      '{"ts":500,"cpu":0,"task":{"pid":7,"tgid":7,"comm":"cat"}}',
      '{"ts":500,"cpu":0,"task":{"pid":7,"uid":1000,"gid":100,"started":"18446744073709551615"}}',
      '{"ts":500,"cpu":1,"task":{"pid":7,"cgroup":4711}}',
      '{"ts":600,"cpu":0,"task":{"pid":9,"parent":7}}',
      '{"ts":700,"cpu":0,"pid":8,"tgid":7,"comm":"dog","event":"app:work","args":{"n":1}}',
      '{"ts":800,"cpu":0,"task":{"pid":9,"exits":true}}',
      '{"ts":900,"cpu":0,"task":{"pid":8,"comm":"cow"}}',
    ];
    writeFileSync(from, `${lines.join("\n")}\n`);
    expect((await runCommand(["convert", from, "--to", to])).stderr).toBe("");
    expect(readFileSync(to, "utf8").trim().split("\n").slice(1)).toEqual(lines);
  });

  test.each(["dat", "jsonl"])("losses that nothing but a counter tells are told in a .%s too", async (suffix) => {
    // A capture of one interface whose statistics say that 7 packets were dropped.
    const block = (type: number, ...words: readonly number[]): number[] => [type, 4 * words.length + 12, ...words, 4 * words.length + 12];
    const statistics = [0, 0, 0, 0x0008_0005, 7, 0, 0];
    const packet = [0, 0, 5, 4, 4, 0x0102_0304];
    const words = [
      ...block(0x0a0d0d0a, 0x1a2b3c4d, 1, 0xffff_ffff, 0xffff_ffff),
      ...block(1, 1, 0),
      ...block(6, ...packet),
      ...block(5, ...statistics),
    ];
    const from = join(directory, `dropped-${suffix}.pcapng`);
    writeFileSync(from, Uint8Array.from(new Uint8Array(Uint32Array.from(words).buffer)));
    const to = join(directory, `dropped.${suffix}`);
    expect((await runCommand(["convert", from, "--to", to])).status).toBe(0);
    for (const path of [from, to]) {
      const { status, stderr } = await runCommand(["--strict", "--trace", path, "-e", "packet { @ = count(); }"]);
      expect(status).toBe(1);
      expect(stderr).toMatch(/ERROR: .*\b7 events/);
    }
  });
});

describe("what was kept beside a recording", () => {
  const STACKS = "t:sched:sched_switch { @[kstack(3)] = count(); }";
  const alone = (name: string): string => {
    const folder = mkdtempSync(join(directory, "alone-"));
    return join(folder, name);
  };
  const kernel = fixturePath("traces/kernel/kallsyms.gz");

  test.each(["jsonl", "dat"])("kernel symbols are in the .%s", async (suffix) => {
    const from = alone("perf.data");
    copyFileSync(unpackedFixture("traces/s04-pingpong/perf.data"), from);
    const want = (await runCommand(["-q", "--trace", from, "--kallsyms", kernel, "-e", STACKS])).stdout;
    expect(want).toContain("__schedule+");
    const named = alone(`named.${suffix}`);
    expect((await runCommand(["convert", from, "--to", named, "--kallsyms", kernel])).status).toBe(0);
    expect((await runCommand(["-q", "--trace", named, "-e", STACKS])).stdout).toBe(want);
    // Those that a replay would find by itself.
    copyFileSync(kernel, join(dirname(from), "kallsyms.gz"));
    const found = alone(`found.${suffix}`);
    const { stderr } = await runCommand(["convert", from, "--to", found]);
    expect(stderr).toContain("NOTE: kernel symbols are from");
    expect((await runCommand(["-q", "--trace", found, "-e", STACKS])).stdout).toBe(want);
  });

  test("definitions of probes and descriptions of events", async () => {
    const from = alone("trace.txt");
    writeFileSync(from, "sh 7 [000] 1.000001: probe:opened: (ffffffff81360d50 <- ffffffff81076840) ret=255\n");
    const definitions = alone("kprobe_events");
    writeFileSync(definitions, "r:probe/opened do_open ret=$retval:u8\n");
    const to = alone("out.jsonl");
    expect((await runCommand(["convert", from, "--to", to, "--dynamic-events", definitions])).status).toBe(0);
    expect(readFileSync(to, "utf8")).toContain('"u8 ret"');
    expect((await runCommand(["convert", from, "--to", to, "--events-from", "/nowhere"])).stderr).toContain(
      "failed to open file '/nowhere'",
    );
    expect((await runCommand(["convert", from, "--to", to, "--kallsyms", definitions])).stderr).toContain("ERROR: --kallsyms");
  });
});

test("names of code without places in functions stay as they are", async () => {
  const path = join(directory, "sym.txt");
  const frames = ["\tffffffff8158c3f5 try_to_wake_up", "\tffffffff8158c3f9 try_to_wake_up", "\t           20b1d _dl_map_object", ""];
  writeFileSync(path, ["sh  7  1.000001:  250000 cpu-clock: ", ...frames, ""].join("\n"));
  const to = await converted(path, "sym.jsonl");
  expect(readFileSync(to, "utf8")).toContain('"0xffffffff8158c3f5 try_to_wake_up"');
  const { stdout } = await runCommand(["-q", "--trace", to, "-e", 'software:cpu-clock:250000 { printf("%s%s", kstack, ustack) }']);
  expect(stdout.trim().split(/\s+/)).toEqual(["try_to_wake_up", "try_to_wake_up", "_dl_map_object"]);
});

test("an unknown number of events lost behind the last record", async () => {
  const path = join(directory, "lost.jsonl");
  writeFileSync(path, '{"ts":1000000001,"pid":7,"event":"app:request","args":{"status":200}}\n{"ts":2000000002,"lost":null}\n');
  const to = await converted(path, "lost.dat");
  const { stdout, stderr } = await runCommand(["-q", "--trace", to, "-e", "t:app:request { @ = count(); }"]);
  expect(stdout.trim()).toBe("@: 1");
  expect(stderr).toContain("the recorder lost an unknown number of events in 1 places");
  if (isThere) expect(report(to)).toHaveLength(1);
});
