/** Records a command's own processes through a private instance of tracefs. */
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { definitionOf, type PlannedDynamic, type RecordingPlan } from "../../plan/plan.ts";
import { birthEvents } from "../../plan/task-events.ts";
import { namedEvents } from "../../plan/tools/event-names.ts";
import { BUFFER_KB } from "../../plan/tools/tracefs.ts";
import { failure, type Failure } from "../failure.ts";
import { errnoText } from "../load.ts";
import { holdCommand, type HeldCommand } from "./held-command.ts";
import { keepFiles, type KeptFiles } from "./keep-files.ts";
import { rawPages, type RawPages } from "./raw-pages.ts";
import { pageBytesOf, traceContent } from "./trace-content.ts";
import { writeTraceDat } from "./trace-dat-file.ts";
import type { Instance } from "./tracefs-instance.ts";

export type Recorded = { readonly ok: true; readonly file: string; readonly kept: KeptFiles; readonly status: number } | Failure;

export interface RecordJob {
  readonly plan: RecordingPlan;
  readonly instance: Instance;
  readonly command: readonly string[];
  readonly directory: string;
}

/** What is wrong, or null. */
function must(instance: Instance, path: string, value: string | number): string | null {
  const code = instance.set(path, value);
  return code === null ? null : `the kernel refuses ${value} for ${path} of a trace instance (${code})`;
}

/** Kinds of events that kernels may be built without, or be too old for. */
function wayOut({ letter, place }: PlannedDynamic): string {
  if (letter === "e")
    return "\nHINT: this kernel may have no event probes: attach to the function that has the pointer, kprobe:FUNCTION, or read only the fields of the event";
  if (letter === "t")
    return `\nHINT: this kernel may have no events on raw tracepoints: attach to the event of the place, tracepoint:*:${place}, whose fields are recorded`;
  return "";
}

/** Sets up the buffer and defines events. What is wrong, or null. */
function prepare({ plan, instance }: RecordJob): string | null {
  const off =
    must(instance, "tracing_on", 0) ??
    must(instance, "trace_clock", plan.clock) ??
    must(instance, "buffer_size_kb", BUFFER_KB) ??
    must(instance, "options/event-fork", 1) ??
    (plan.ustack ? must(instance, "options/userstacktrace", 1) : null);
  if (off !== null) return off;
  for (const event of plan.dynamic) {
    const definition = definitionOf(event);
    const reason = instance.define(definition);
    if (reason !== null) return `the kernel refuses the event '${definition}': ${reason}${wayOut(event)}`;
  }
  return null;
}

const enablePath = (path: string): string => `events/${path}/enable`;

/** What is wrong, or null. */
function enableEvents({ plan, instance }: RecordJob): string | null {
  for (const { path, name, kstack } of namedEvents(plan)) {
    const enabled = must(instance, enablePath(path), 1);
    if (enabled !== null) return enabled;
    if (!kstack) continue;
    const stacks = name.endsWith(":*") ? must(instance, "options/stacktrace", 1) : must(instance, `events/${path}/trigger`, "stacktrace");
    if (stacks !== null) return stacks;
  }
  return null;
}

/** Starts the command, which waits. Where its parent is asked for, its birth is recorded, and no other event of ours. */
async function holdBorn({ plan, instance, command }: RecordJob, wantsMaps: boolean): Promise<HeldCommand | null> {
  const births = birthEvents(plan);
  if (births.length === 0) return holdCommand(command, wantsMaps);
  instance.set("set_event_pid", readdirSync("/proc/self/task").join(" "));
  for (const { category, name } of births) instance.set(enablePath(`${category}/${name}`), 1);
  // Stacks of programs tell the process of the thread that has them: here, of the parent.
  instance.set("options/userstacktrace", 1);
  instance.set("tracing_on", 1);
  const held = holdCommand(command, wantsMaps);
  await held?.ready;
  instance.set("tracing_on", 0);
  if (!plan.ustack) instance.set("options/userstacktrace", 0);
  return held;
}

/** Signals reach the command; the recording up to then is kept and replayed. A second one kills it. */
async function whileForwarding(held: HeldCommand, wait: () => Promise<number>): Promise<number> {
  let asked = false;
  const forward = (signal: NodeJS.Signals): void => {
    held.kill(asked ? "SIGKILL" : signal);
    asked = true;
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, forward);
  try {
    return await wait();
  } finally {
    for (const signal of signals) process.off(signal, forward);
  }
}

/** Pages are taken out while the command runs, so that the buffer need not hold them all. */
const DRAIN_MS = 50;

const bootTime = (): string | null => /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1] ?? null;

/** The exit status of the command, or why the kernel did not trace it. */
async function runTraced(job: RecordJob, held: HeldCommand, pages: RawPages): Promise<number | string> {
  const { instance } = job;
  const refused = must(instance, "set_event_pid", held.pid) ?? enableEvents(job) ?? must(instance, "tracing_on", 1);
  const timer = setInterval(pages.drain, DRAIN_MS);
  try {
    const status = await whileForwarding(held, () => {
      if (refused !== null) held.kill("SIGKILL");
      held.begin();
      return held.ended;
    });
    return refused ?? status;
  } finally {
    clearInterval(timer);
    instance.set("tracing_on", 0);
    pages.drain();
  }
}

async function recordInto(job: RecordJob, pages: RawPages): Promise<Recorded> {
  const { plan, instance, directory } = job;
  const wantsMaps = plan.kept.includes("mappings");
  const held = await holdBorn(job, wantsMaps);
  if (held === null) return failure("ERROR: no shell could be started for the command");
  const status = await runTraced(job, held, pages);
  if (typeof status === "string") return failure(`ERROR: ${status}`);
  const file = join(directory, "trace.dat");
  writeTraceDat(file, traceContent(plan, instance.root, pages.files()));
  const kept = keepFiles(directory, {
    definitions: plan.dynamic.length === 0 ? null : instance.definitions(),
    maps: wantsMaps ? held.maps() : null,
    programs: plan.programs,
    bootTime: plan.wallClock ? bootTime() : null,
  });
  return { ok: true, file, kept, status };
}

export async function runRecording(job: RecordJob): Promise<Recorded> {
  const problem = prepare(job);
  if (problem !== null) return failure(`ERROR: ${problem}`);
  const { instance, directory } = job;
  let pages: RawPages | null = null;
  try {
    mkdirSync(directory, { recursive: true });
    pages = rawPages(instance.root, pageBytesOf(instance.root), directory);
    return await recordInto(job, pages);
  } catch (error) {
    return failure(`ERROR: cannot write the recording to ${directory}: ${errnoText(error)}`);
  } finally {
    pages?.close();
  }
}
