/**
 * What the terminal interface costs: on-CPU time of playing a recording of 10 M events at full speed, five times from its start to its end, on a
 * screen of 200 columns and 50 rows, beside the same replay that nobody looks at. Promised: at most 10 % more, and at most 30 frames a second.
 */
import { existsSync, mkdirSync } from "node:fs";
import { PassThrough } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";
import { openRecording } from "../probes/open.ts";
import { utcClock } from "../src/output/strftime.ts";
import { recordedMachine } from "../src/session/recorded-machine.ts";
import { runTui } from "../src/tui/tui.ts";
import { createWorkspace, type Attached } from "../src/workspace/workspace.ts";
import { DATA, row } from "./measure.ts";
import { writeBigTrace } from "./trace-writer.ts";

const EVENTS = 10_000_000;
const ROUNDS = 5;
const PASSES = 5;
const MOST = 0.1;

mkdirSync(DATA, { recursive: true });
const path = `${DATA}large.dat`;
if (!existsSync(path)) writeBigTrace(path, EVENTS);

const SCRIPTS = {
  "scalar hist": "tracepoint:syscalls:sys_exit_* { @ = hist(args.ret); }",
  "start to end":
    "tracepoint:syscalls:sys_enter_* { @at[tid] = nsecs; } tracepoint:syscalls:sys_exit_* { @[pid] = hist(nsecs - @at[tid]); }",
  "10,000 keys": "config = { max_map_keys = 10000; } tracepoint:syscalls:sys_exit_* { @[args.ret] = count(); }",
  "1,000,000 keys": "config = { max_map_keys = 1000000; } tracepoint:syscalls:sys_exit_* { @[nsecs / 5000] = count(); }",
  "printf of each openat": 'tracepoint:syscalls:sys_exit_openat { printf("%d %s\\n", pid, comm); }',
} as const;

async function attach(text: string): Promise<Attached> {
  const opened = await openRecording(path);
  if (!opened.ok) throw new Error(opened.message);
  const { recording } = opened;
  const machine = recordedMachine(recording);
  const { ncpus } = recording.catalogue;
  const workspace = createWorkspace({
    recording,
    machine,
    compileOptions: () => ({ catalogue: machine.catalogue, params: [], namedParams: new Map(), config: new Map(), ncpus }),
    clock: utcClock(0n),
    host: () => ({ readFile: () => ({ error: "none" }), run: () => "" }),
    backend: "jit",
    seed: 1n,
    window: { from: null, to: null },
    bootEpochNs: 0n,
    warnings: false,
  });
  return workspace.attach(workspace.compile(text))!;
}

const cpuSeconds = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};

async function alone(text: string): Promise<number> {
  const { replay } = await attach(text);
  const start = process.cpuUsage();
  for (let pass = 0; pass < PASSES; pass++) {
    replay.seekFiring(0);
    replay.seekEnd();
  }
  return cpuSeconds(start);
}

/** The replay, and what it has cost whenever it came to its end: the frame behind that takes time from nobody. */
function watched(attached: Attached): {
  readonly attached: Attached;
  readonly ends: { readonly cpu: NodeJS.CpuUsage; readonly ms: number }[];
} {
  const ends: { cpu: NodeJS.CpuUsage; ms: number }[] = [];
  const replay: Attached["replay"] = Object.create(attached.replay, {
    advance: {
      value(...asked: Parameters<Attached["replay"]["advance"]>) {
        const advanced = attached.replay.advance(...asked);
        if (advanced.stopped === "end") ends.push({ cpu: process.cpuUsage(), ms: performance.now() });
        return advanced;
      },
    },
  }) as Attached["replay"];
  return { attached: { ...attached, replay }, ends };
}

interface Played {
  readonly cpu: number;
  readonly framesPerS: number;
  readonly bytes: number;
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

async function played(text: string): Promise<Played> {
  const { attached, ends } = watched(await attach(text));
  const [input, output] = [new PassThrough(), new PassThrough()];
  Object.assign(input, { setRawMode: () => input });
  Object.assign(output, { isTTY: true, columns: 200, rows: 50 });
  let [frames, bytes, shown] = [0, 0, ""];
  output.on("data", (chunk: Buffer) => {
    frames++;
    bytes += chunk.length;
    shown = chunk.toString("utf8");
  });
  const done = runTui({
    attached,
    scriptName: "bench",
    recordingName: "large.dat",
    input: input as unknown as ReadStream,
    output: output as unknown as WriteStream,
    env: { TERM: "xterm-256color", LANG: "C.UTF-8" },
    parseTime: () => null,
  });
  // The length of the recording stands there when it has been read.
  await until(() => /\d(ms|s)/.test(shown));
  input.write("++++");
  await until(() => shown.includes("full"));
  [frames, bytes] = [0, 0];
  let [cpu, seconds] = [0, 0];
  for (let pass = 1; pass <= PASSES; pass++) {
    const [start, startMs] = [process.cpuUsage(), performance.now()];
    // From the end on it plays from the start.
    input.write(" ");
    await until(() => ends.length === pass);
    const end = ends[pass - 1]!;
    cpu += (end.cpu.user + end.cpu.system - start.user - start.system) / 1e6;
    seconds += (end.ms - startMs) / 1000;
    // The frame that shows the end.
    await until(() => frames > 0 && attached.replay.position().phase === "ended");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const result = { cpu, framesPerS: frames / seconds, bytes };
  input.write("q");
  await done;
  return result;
}

const ms = (s: number): string => `${(s * 1000).toFixed(0)} ms`;

row("10 M events at full speed, on-CPU", "replay alone", "in the TUI", "more", "frames/s", "written");
for (const [name, text] of Object.entries(SCRIPTS)) {
  const plain: number[] = [];
  const shown: Played[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    plain.push(await alone(text));
    shown.push(await played(text));
  }
  const least = Math.min(...plain);
  const best = shown.reduce((a, b) => (b.cpu < a.cpu ? b : a));
  const more = best.cpu / least - 1;
  row(
    name,
    ms(least),
    ms(best.cpu),
    `${(more * 100).toFixed(1)} %${more > MOST ? " TOO MUCH" : ""}`,
    best.framesPerS.toFixed(1),
    `${(best.bytes / 1024).toFixed(0)} KiB`,
  );
}
