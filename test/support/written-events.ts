/** Small recordings made of events that a test writes down, for what the recordings of real machines do not happen to hold. */
import { expect } from "vitest";
import { optionIds } from "../../probes/formats/trace-dat/options.ts";
import { openRecordingBytes } from "../../probes/open.ts";
import type { Recording } from "../../probes/recording.ts";
import { pageBuilder } from "../../tooling/trace-dat/pages.ts";
import { encodeRecord, formatText, type FieldValue } from "../../tooling/trace-dat/record.ts";
import { traceDatBytes } from "../../tooling/trace-dat/writer.ts";

const FORMATS = {
  /** A field of every kind that functions read. */
  "app:work": formatText("work", 400, [
    ["u64 addr", 8, 8, 0],
    ["s64 ret", 16, 8, 1],
    ["u32 ip", 24, 4, 0],
    ["u8 mac[6]", 28, 6, 0],
    ["u16 port", 34, 2, 0],
    ["u8 ip6[16]", 36, 16, 0],
    ["char name[16]", 52, 16, 0],
    ["__data_loc char[] path", 68, 4, 0],
  ]),
  "sched:sched_process_fork": formatText("sched_process_fork", 401, [
    ["char parent_comm[16]", 8, 16, 0],
    ["pid_t parent_pid", 24, 4, 1],
    ["char child_comm[16]", 28, 16, 0],
    ["pid_t child_pid", 44, 4, 1],
  ]),
  "task:task_newtask": formatText("task_newtask", 402, [
    ["pid_t pid", 8, 4, 1],
    ["char comm[16]", 12, 16, 0],
    ["unsigned long clone_flags", 32, 8, 0],
    ["short oom_score_adj", 40, 2, 1],
  ]),
  "task:task_rename": formatText("task_rename", 403, [
    ["pid_t pid", 8, 4, 1],
    ["char oldcomm[16]", 12, 16, 0],
    ["char newcomm[16]", 28, 16, 0],
    ["short oom_score_adj", 44, 2, 1],
  ]),
} as const;

export interface WrittenEvent {
  readonly ns: number;
  readonly event: keyof typeof FORMATS;
  readonly pid: number;
  readonly cpu?: 0 | 1;
  readonly fields?: Readonly<Record<string, FieldValue>>;
}

export interface WrittenOptions {
  readonly comms?: ReadonlyMap<number, string>;
  readonly kallsyms?: string;
  readonly uname?: string;
}

const LAYOUT = { pageBytes: 4096, longBytes: 8, byteOrder: "little" } as const;

/** A recording of two CPUs; events of one CPU in the order of time. */
export async function recordingOf(events: readonly WrittenEvent[], { comms, kallsyms, uname }: WrittenOptions = {}): Promise<Recording> {
  const cpus = ([0, 1] as const).map((cpu) => ({
    cpu,
    pages(emit: (page: Uint8Array) => void): void {
      const builder = pageBuilder(LAYOUT, emit);
      for (const { ns, event, pid, fields } of events.filter((each) => (each.cpu ?? 0) === cpu))
        builder.record(ns, encodeRecord(FORMATS[event], { common_pid: pid, ...fields }));
      builder.flush();
    },
  }));
  const bytes = traceDatBytes({
    version: 7,
    events: Object.entries(FORMATS).map(([name, format]) => ({ category: name.split(":")[0]!, format })),
    ...(comms === undefined ? {} : { comms }),
    ...(kallsyms === undefined ? {} : { kallsyms }),
    cpuCount: 2,
    options: uname === undefined ? [] : [{ id: optionIds.uname, data: new TextEncoder().encode(`${uname}\0`) }],
    buffers: [{ name: "", cpus }],
  });
  const opened = await openRecordingBytes("written.dat", bytes);
  if (!opened.ok) expect.fail(opened.message);
  return opened.recording;
}
