/** Seeks inside a recording of 10 M events, once it has been passed through: worst and median time, what passing takes beside a plain run, memory. */
import { existsSync, mkdirSync } from "node:fs";
import { openRecording } from "../probes/open.ts";
import type { Recording } from "../probes/recording.ts";
import { compileScript, usesTasks } from "../src/session/compile.ts";
import { createSession } from "../src/session/session.ts";
import { createReplay } from "../src/session/travel/replay.ts";
import { DATA, row } from "./measure.ts";
import { writeBigTrace } from "./trace-writer.ts";

const EVENTS = 10_000_000;
const SEEKS = 60;

mkdirSync(DATA, { recursive: true });
const path = `${DATA}large.dat`;
if (!existsSync(path)) writeBigTrace(path, EVENTS);

const SCRIPTS = {
  count: "config = { max_map_keys = 10000; } tracepoint:syscalls:sys_exit_* { @[args.ret] = count(); }",
  "keyed hist": "tracepoint:syscalls:sys_exit_* { @[pid] = hist(args.ret); }",
  "start to end": "tracepoint:syscalls:sys_enter_* { @at[tid] = nsecs; } tracepoint:syscalls:sys_exit_* { @ = hist(nsecs - @at[tid]); }",
  "many keys": "config = { max_map_keys = 1000000; } tracepoint:syscalls:sys_exit_* { @[nsecs / 5000] = count(); }",
  "printf now and then": 'tracepoint:syscalls:sys_exit_openat { printf("%d %s\\n", pid, comm); }',
} as const;

function optionsOf(recording: Recording, text: string) {
  const { ncpus } = recording.catalogue;
  const compile = (suffix: string) =>
    compileScript(
      { name: "stdin", text: text + suffix },
      { catalogue: recording.catalogue, params: [], namedParams: new Map(), config: new Map(), ncpus },
    );
  const { script, contextBytes, hir } = compile("");
  return {
    script: script!,
    contextBytes,
    hir,
    recording,
    backend: "jit" as const,
    ncpus,
    randSeed: 1n,
    window: { from: null, to: null },
    printMapsOnExit: false,
    trackTasks: usesTasks(hir),
    sink: () => undefined,
    compile,
  };
}

const seconds = (since: number): number => (performance.now() - since) / 1000;
const ms = (s: number): string => `${(s * 1000).toFixed(1)} ms`;

/** Deterministic parts of the whole, from 0 to 1. */
function* parts(count: number): Generator<number> {
  let state = 1;
  for (let i = 0; i < count; i++) yield (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

row("seeks in 10 M events", "run", "first pass", "seek, median", "worst", "step back", "moments");
for (const [name, text] of Object.entries(SCRIPTS)) {
  const opened = await openRecording(path);
  if (!opened.ok) throw new Error(opened.message);
  const { recording } = opened;
  const options = optionsOf(recording, text);

  let start = performance.now();
  const live = { now: () => 0n, sleepUntil: async () => {}, pid: 1, comm: "bench" };
  await createSession({ ...options, live, breathe: async () => {} }).run();
  const plain = seconds(start);

  start = performance.now();
  const replay = createReplay(options);
  replay.seekEnd();
  const pass = seconds(start);

  const first = replay.firstNs!;
  const length = Number(replay.lastNs() - first);
  const times: number[] = [];
  const back: number[] = [];
  for (const part of parts(SEEKS)) {
    start = performance.now();
    replay.seekTime({ ns: first + BigInt(Math.floor(length * part)), relative: false });
    times.push(seconds(start));
    replay.step();
    start = performance.now();
    replay.step(-1);
    back.push(seconds(start));
  }
  const sorted = (list: number[]): number[] => [...list].sort((a, b) => a - b);
  const { moments, bytes } = replay.memory();
  row(
    name,
    ms(plain),
    ms(pass),
    ms(sorted(times)[SEEKS / 2]!),
    `${ms(Math.max(...times))}${Math.max(...times) > 0.3 ? " TOO SLOW" : ""}`,
    ms(sorted(back)[SEEKS / 2]!),
    `${moments}, ${(bytes / 2 ** 20).toFixed(1)} MiB`,
  );
  recording.close();
}
