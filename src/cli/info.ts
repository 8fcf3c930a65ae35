/** `hindsight info FILE`: what a recording holds. */
import type { Recording } from "../../probes/recording.ts";
import { survey, type Survey } from "../session/survey.ts";
import type { Console } from "./console.ts";

import type { CliOptions } from "./options.ts";
import { openRecordings } from "./recordings.ts";

const seconds = (ns: bigint): string => `${String(ns / 1_000_000_000n)}.${String(ns % 1_000_000_000n).padStart(9, "0")} s`;
const thousands = (n: bigint): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
const descending = (a: readonly [unknown, bigint], b: readonly [unknown, bigint]): number => (a[1] < b[1] ? 1 : a[1] > b[1] ? -1 : 0);

const MOST_TASKS = 10;

function timeLines({ stats }: Survey, recording: Recording): string[] {
  if (stats.firstTs === null || stats.lastTs === null) return ["time      no events"];
  const unit = recording.info.clockIsNs ? "" : "  (not nanoseconds: durations are in units of this clock)";
  return [
    `clock     ${recording.info.clock}${unit}`,
    `time      ${seconds(stats.firstTs)} to ${seconds(stats.lastTs)}, duration ${seconds(stats.lastTs - stats.firstTs)}`,
  ];
}

function lostLine({ stats }: Survey, recording: Recording): string {
  const counters = recording.info.recordedLost.reduce((sum, cpu) => sum + cpu.overrun + cpu.dropped, 0n);
  const parts = [
    stats.lost > 0n ? `${thousands(stats.lost)} marked in the data` : "",
    stats.lostUnknown > 0 ? `unknown numbers in ${stats.lostUnknown} places` : "",
    counters > 0n ? `${thousands(counters)} by the recorder's counters` : "",
    stats.damaged > 0 ? `${stats.damaged} damaged pages or records skipped` : "",
  ].filter((part) => part !== "");
  return `lost      ${parts.length === 0 ? "none" : parts.join(", ")}`;
}

export function infoText(recording: Recording, result: Survey): string {
  const { info, catalogue } = recording;
  const described = [
    ...catalogue.tracepoints.map(({ category, name, id }) => ({ name: `${category}:${name}`, id })),
    ...(catalogue.sampled ?? []).map(({ label, records }) => ({ name: label, id: records.eventId })),
  ];
  const events = described
    .map(({ name, id }) => [name, result.events.get(id) ?? 0n] as const)
    .filter(([, count]) => count > 0n)
    .sort(descending);
  const tasks = [...result.tasks].sort(descending);
  const width = Math.max(0, ...events.map(([name]) => name.length));
  return [
    `file      ${info.path}`,
    `format    ${info.format}, ${thousands(BigInt(info.sizeBytes))} bytes`,
    ...(info.uname === null ? [] : [`machine   ${info.uname}`]),
    ...timeLines(result, recording),
    `CPUs      ${info.ncpus}`,
    ...(info.buffers.length > 1 ? [`buffers   ${info.buffers.map((name) => (name === "" ? "(top)" : name)).join(", ")}`] : []),
    `events    ${thousands(result.recorded)} of ${events.length} kinds (${described.length} described)`,
    `tasks     ${tasks.length}: ${tasks
      .slice(0, MOST_TASKS)
      .map(([tid]) => `${recording.names?.().get(tid) ?? recording.comms.get(tid) ?? (tid === 0 ? "<idle>" : "<...>")}(${tid})`)
      .join(" ")}${tasks.length > MOST_TASKS ? " …" : ""}`,
    lostLine(result, recording),
    ...info.warnings.map((warning) => `WARNING   ${warning}`),
    "",
    ...events.map(([name, count]) => `${name.padEnd(width)} ${thousands(count).padStart(14)}`),
    "",
  ].join("\n");
}

/** Each recording by itself: what they hold together is what each of them holds. */
export async function info(options: CliOptions, console: Console): Promise<number> {
  const [second] = options.params;
  if (second !== undefined) {
    console.error(`ERROR: hindsight info takes one file, and ${second} is another: pass each with --trace FILE\n`);
    return 1;
  }
  const opened = await openRecordings(options, options.file);
  if (!opened.ok || opened.recordings.length === 0) {
    console.error(`${opened.ok ? "ERROR: USAGE: hindsight info FILE" : opened.message}\n`);
    return 1;
  }
  for (const [i, { recording }] of opened.recordings.entries()) {
    console.print(`${i > 0 ? "\n" : ""}${infoText(recording, survey(recording))}`);
    recording.close();
  }
  return 0;
}
