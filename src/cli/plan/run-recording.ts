/** Records a command's own processes through a private instance of tracefs. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MACHINE_BTF } from "../../../probes/kernel/btf/open.ts";
import { definitionOf, type RecordingPlan } from "../../plan/plan.ts";
import { namedEvents } from "../../plan/tools/event-names.ts";
import { BUFFER_KB } from "../../plan/tools/tracefs.ts";
import { failure, type Failure } from "../failure.ts";
import { errnoText } from "../load.ts";
import { holdCommand, type HeldCommand } from "./held-command.ts";
import { keepFiles, type KeptFiles } from "./keep-files.ts";
import type { Instance } from "./tracefs-instance.ts";

export type Recorded = { readonly ok: true; readonly file: string; readonly kept: KeptFiles; readonly status: number } | Failure;

export interface RecordJob {
  readonly plan: RecordingPlan;
  readonly instance: Instance;
  readonly command: readonly string[];
  readonly directory: string;
}

/** What is wrong, or null. */
function prepare({ plan, instance }: RecordJob): string | null {
  const must = (path: string, value: string | number): string | null => {
    const code = instance.set(path, value);
    return code === null ? null : `the kernel refuses ${value} for ${path} of a trace instance (${code})`;
  };
  const off =
    must("tracing_on", 0) ?? must("trace_clock", plan.clock) ?? must("buffer_size_kb", BUFFER_KB) ?? must("options/event-fork", 1);
  if (off !== null) return off;
  if (plan.ustack) {
    const stacks = must("options/userstacktrace", 1);
    if (stacks !== null) return stacks;
  }
  for (const event of plan.dynamic) {
    const definition = definitionOf(event);
    const reason = instance.define(definition);
    if (reason !== null) return `the kernel refuses the event '${definition}': ${reason}`;
  }
  for (const { path, name, kstack } of namedEvents(plan)) {
    const enabled = must(`events/${path}/enable`, 1);
    if (enabled !== null) return enabled;
    if (!kstack) continue;
    const stacks = name.endsWith(":*") ? must("options/stacktrace", 1) : must(`events/${path}/trigger`, "stacktrace");
    if (stacks !== null) return stacks;
  }
  return null;
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

/** trace-cmd writes the formats, the symbols and the pages of the instance; from 3.1 on it removes it, too. */
function extract({ instance, directory }: RecordJob): string | Failure {
  const file = join(directory, "trace.dat");
  const { error, status, stderr } = spawnSync("trace-cmd", ["extract", "-B", instance.name, "-o", file], {
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (error === undefined && status === 0) return file;
  const why = error === undefined ? stderr.trim().split("\n").at(-1) : errnoText(error);
  return failure(`ERROR: trace-cmd could not write ${file}: ${why ?? ""}`);
}

const bootTime = (): string | null => /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1] ?? null;

/** Null: there is one. */
export function withoutTraceCmd(): Failure | null {
  if (spawnSync("trace-cmd", ["--version"], { stdio: "ignore" }).error === undefined) return null;
  return failure("ERROR: recording needs trace-cmd, which writes the file: install it, or see hindsight plan --tool perf");
}

export async function runRecording(job: RecordJob): Promise<Recorded> {
  const { plan, instance, command, directory } = job;
  const problem = prepare(job);
  if (problem !== null) return failure(`ERROR: ${problem}`);
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    return failure(`ERROR: cannot make the directory ${directory}: ${errnoText(error)}`);
  }
  const wantsMaps = plan.kept.includes("mappings");
  const held = holdCommand(command, wantsMaps);
  if (held === null) return failure("ERROR: no shell could be started for the command");
  const refused = instance.set("set_event_pid", held.pid) ?? instance.set("tracing_on", 1);
  const status = await whileForwarding(held, () => {
    if (refused !== null) held.kill("SIGKILL");
    held.begin();
    return held.ended;
  });
  instance.set("tracing_on", 0);
  if (refused !== null) return failure(`ERROR: the kernel does not trace process ${held.pid} (${refused})`);
  const definitions = plan.dynamic.length === 0 ? null : instance.definitions();
  const file = extract(job);
  if (typeof file !== "string") return file;
  const kept = keepFiles(directory, {
    definitions,
    maps: wantsMaps ? held.maps() : null,
    programs: plan.programs,
    types: plan.kept.includes("types") && existsSync(MACHINE_BTF),
    bootTime: plan.wallClock ? bootTime() : null,
  });
  return { ok: true, file, kept, status };
}
