/** What perf records here, of a command of our own, in its several ways: each event as `perf script` tells it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openRecording } from "../../../probes/open.ts";
import { runScript } from "../../support/run-script.ts";

const directory = mkdtempSync(join(tmpdir(), "hindsight-perf-"));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** Forks, execs, renames itself by exec, and a thread or two. */
const COMMAND = [
  "sh",
  "-c",
  `for i in 1 2 3; do cat /etc/hostname > /dev/null; done
${process.execPath} -e 'const { Worker } = require("worker_threads"); new Worker("require(\\"fs\\").statSync(\\"/\\")", { eval: true });'`,
];

const TRACEPOINTS = [
  "-e",
  "syscalls:sys_*_openat",
  "-e",
  "syscalls:sys_*_read",
  "-e",
  "sched:sched_process_exec",
  "-e",
  "sched:sched_switch",
];

function whyNot(): string | null {
  const { error, status, stderr } = spawnSync("perf", ["record", "-o", "/dev/null", "-e", "sched:sched_switch", "--", "true"], {
    encoding: "utf8",
  });
  if (error !== undefined) return "perf does not run here";
  return status === 0 ? null : `perf cannot record here: ${stderr.trim().slice(0, 200)}`;
}

const reason = whyNot();
if (reason !== null) console.log(`skipped: comparison with perf script (${reason})`);

/** Records to a file, or through a pipe into one. */
function record(name: string, args: readonly string[], how: "file" | "pipe"): string {
  const path = join(directory, name);
  const output = how === "pipe" ? "-" : path;
  // The command's own output would go into the pipe.
  const command = how === "pipe" ? ["sh", "-c", `exec >/dev/null; ${COMMAND[2]!}`] : COMMAND;
  const { status, stdout, stderr } = spawnSync("perf", ["record", "-q", "-o", output, ...args, "--", ...command], {
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "pipe"],
  });
  expect(status, String(stderr)).toBe(0);
  if (how === "pipe") writeFileSync(path, stdout);
  return path;
}

function perfScript(path: string, args: readonly string[]): string[] {
  const { stdout } = spawnSync("perf", ["script", "--ns", "-i", path, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
  return stdout.split("\n");
}

async function hindsight(path: string, script: string): Promise<string> {
  const opened = await openRecording(path);
  if (!opened.ok) expect.fail(opened.message);
  const { stdout, stderr, exitCode } = await runScript(script, { recording: opened.recording });
  opened.recording.close();
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

/** perf shows places in files for addresses of user code: what they share is the place in the page. A zero ends a stack. */
function comparable(frames: readonly string[]): string {
  const all = frames.map((frame) => frame.trim());
  const end = all.indexOf("0");
  return (end < 0 ? all : all.slice(0, end)).map((frame) => (/^f{8}/.test(frame) ? frame : frame.slice(-3).padStart(3, "0"))).join(" ");
}

const EVENT = /^\s*(.+?)\s+(-?\d+)\/(-?\d+)\s+\[(\d+)\]\s+(\d+)\.(\d{9}):\s+(\S+?):(?:\s|$)/;

const theirEvents = (path: string): string[] =>
  perfScript(path, ["-F", "comm,pid,tid,cpu,time,event"]).flatMap((line) => {
    const found = EVENT.exec(line);
    if (found === null) return [];
    const [, comm, pid, tid, cpu, s, ns, event] = found;
    // perf calls a task so whose name was lost with other records, as small buffers make it happen.
    const name = comm === `:${tid}` ? "<...>" : comm;
    return [`${name} ${pid}/${tid} ${Number(cpu)} ${BigInt(s!) * 1_000_000_000n + BigInt(ns!)} ${event}`];
  });

const LIST = 'tracepoint:syscalls:*, tracepoint:sched:* { printf("%s %d/%d %d %ld %s\\n", comm, pid, tid, cpu, nsecs, probe); }';

const ourEvents = async (path: string): Promise<string[]> =>
  (await hindsight(path, LIST)).split("\n").flatMap((line) => (/ tracepoint:/.test(line) ? [line.replace(" tracepoint:", " ")] : []));

describe.skipIf(reason !== null)("perf records here", () => {
  test.each([
    ["a file", "file", []],
    ["a pipe", "pipe", []],
    ["compressed", "file", ["-z"]],
    ["compressed through a pipe", "pipe", ["-z"]],
    ["with callchains", "file", ["-g"]],
    ["of the monotonic clock, small buffers", "file", ["-k", "mono", "-m", "2"]],
  ] as const)("%s: each event, its task and its time", async (name, how, args) => {
    const path = record(`${name.replaceAll(/\W/g, "-")}.data`, [...args, ...TRACEPOINTS], how);
    const theirs = theirEvents(path);
    expect(theirs.length).toBeGreaterThan(50);
    expect(await ourEvents(path)).toEqual(theirs);
  });

  test("the fields of an exec", async () => {
    const path = record("exec.data", ["-e", "sched:sched_process_exec"], "file");
    const theirs = perfScript(path, ["-F", "tid,trace"]).flatMap((line) => {
      const found = /^\s*(\d+)\s+filename=(\S+) pid=(\d+) old_pid=(\d+)/.exec(line);
      return found === null ? [] : [found.slice(1).join(" ")];
    });
    const script = 'tracepoint:sched:sched_process_exec { printf("%d %s %d %d\\n", tid, str(args.filename), args.pid, args.old_pid); }';
    expect(theirs.length).toBeGreaterThanOrEqual(5);
    expect((await hindsight(path, script)).split("\n").filter((line) => /^\d/.test(line))).toEqual(theirs);
  });

  test("samples of the clock and their stacks", async () => {
    const path = record("clock.data", ["-g", "-F", "997", "-e", "cpu-clock"], "file");
    // Stacks end with an empty line; frames may be marked as inlined.
    const stacks = perfScript(path, ["--no-inline", "-F", "tid,time,ip"])
      .join("\n")
      .split("\n\n")
      .flatMap((block) => {
        const [head = "", ...frames] = block.trim().split("\n");
        const found = /^(\d+)\s+(\d+)\.(\d{9}):/.exec(head.trim());
        if (found === null) return [];
        return [`${found[1]} ${BigInt(found[2]!) * 1_000_000_000n + BigInt(found[3]!)} ${comparable(frames)}`];
      });
    const script = 'profile:hz:997 { printf("%d %ld %s %s;", tid, nsecs, kstack(raw, 127), ustack(raw, 127)); }';
    const ours = (await hindsight(path, script))
      .split(";")
      .map((text) => text.trim().split(/\s+/))
      .filter(([tid]) => /^\d/.test(tid ?? ""))
      .map(([tid, ns, ...frames]) => `${tid} ${ns} ${comparable(frames)}`);
    expect(stacks.length).toBeGreaterThan(5);
    expect(ours).toEqual(stacks);
  });

  test("copies of user stacks: their innermost frames", async () => {
    const path = record("copies.data", ["--call-graph", "dwarf", "-F", "997", "-e", "cpu-clock"], "file");
    const theirs = perfScript(path, ["-F", "misc,tid,time,uregs"]).flatMap((line) => {
      const [, mode, s, ns, regs = ""] = /^\s*\d+ (\w+)\s+(\d+)\.(\d{9}):(.*)$/.exec(line) ?? [];
      const ip = /\bIP:0x([0-9a-f]+)/.exec(regs)?.[1] ?? "";
      return mode === undefined ? [] : [`${BigInt(s!) * 1_000_000_000n + BigInt(ns!)} ${mode === "U" ? 1 : 0} ${ip}`.trim()];
    });
    const script = 'software:cpu-clock:1 { printf("%ld %d %s;", nsecs, usermode, ustack(raw)); }';
    const ours = (await hindsight(path, script))
      .split(";")
      .map((text) =>
        text
          .replace(/^[^]*probes?$/m, "")
          .trim()
          .split(/\s+/)
          .join(" "),
      )
      .filter((text) => text !== "");
    expect(theirs.filter((line) => line.split(" ").length === 3).length).toBeGreaterThan(5);
    expect(theirs.some((line) => line.split(" ")[1] === "0")).toBe(true);
    expect(ours).toEqual(theirs);
  });

  test.each([
    ["a tracepoint leads", "{sched:sched_switch,cpu-clock,page-faults}:S", []],
    ["the clock leads", "{cpu-clock,page-faults,sched:sched_switch}:S", ["-c", "200000"]],
    ["with callchains, through a pipe", "{cpu-clock,page-faults}:S", ["-g", "-c", "200000"]],
  ] as const)("members of a group that its leader samples: %s", async (name, events, args) => {
    const path = record(`group-${name.replaceAll(/\W/g, "-")}.data`, ["-e", events, ...args], args[0] === "-g" ? "pipe" : "file");
    const theirs = perfScript(path, ["-F", "tid,time,event"]).flatMap((line) => {
      const [, tid, s, ns, event] = /^\s*(\d+)\s+(\d+)\.(\d{9}):\s+(\S+?):(?:\s|$)/.exec(line) ?? [];
      return event === undefined ? [] : [`${tid} ${BigInt(s!) * 1_000_000_000n + BigInt(ns!)} ${event}`];
    });
    const print = (event: string): string => `{ printf("%d %ld ${event}\\n", tid, nsecs); }`;
    const script = [
      `software:cpu-clock:1 ${print("cpu-clock")} software:page-faults:1 ${print("page-faults")}`,
      events.includes("sched") ? `tracepoint:sched:sched_switch ${print("sched:sched_switch")}` : "",
    ].join(" ");
    const ours = (await hindsight(path, script)).split("\n").filter((line) => /^\d/.test(line));
    expect(theirs.some((line) => line.includes("page-faults"))).toBe(true);
    expect(ours).toEqual(theirs);
  });

  test("addresses of user code are named by the files that were mapped", async () => {
    const path = record("code.data", ["-c", "1", "-e", "page-faults"], "file");
    const opened = await openRecording(path);
    if (!opened.ok) expect.fail(opened.message);
    for (const stream of opened.recording.streams) {
      const window = new Uint8Array(1 << 18);
      while (stream.read(window) > 0);
    }
    const mapped = new Set(opened.recording.mappings?.().map((mapping) => mapping.path));
    expect(
      [...mapped].some((file) => file.endsWith("/cat")),
      [...mapped].join(),
    ).toBe(true);
    expect(mapped).toContain(process.execPath);
    opened.recording.close();
    expect(readFileSync(path).length).toBeGreaterThan(0);
  });
});
