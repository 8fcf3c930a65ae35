/** What a run must say on stderr at its end: what the recording lost or lacks, once each, with counts. */
import type { RecordingInfo } from "../../probes/recording.ts";
import type { PumpStats } from "../bpf/machine-types.ts";

/** Per kind of missing data: what was asked for, and the recording command that would have captured it. */
const MISSING: Readonly<Record<string, readonly [string, string]>> = {
  uid: ["uid or gid", "the recording has no user ids; they cannot be recorded with events"],
  comm: ["comm", "record with: trace-cmd record -e sched:sched_switch -e task:task_rename …"],
  tgid: ["pid (tgid)", "record with: trace-cmd record -e task:task_newtask … (the thread id was used)"],
  kernelMemory: [
    "kernel memory",
    "record what the pointer points to with a probe: kprobe fetch arguments, for instance s1=+0($arg2):string",
  ],
  userMemory: [
    "user memory (a string behind a pointer)",
    "a tracepoint holds only the pointer; record the string with a dynamic event, for instance: echo 'e:hs/open syscalls/sys_enter_openat s_filename=+0($filename):ustring' >> dynamic_events",
  ],
  cgroup: ["cgroup", "the recording has no cgroup ids"],
  task: ["curtask", "the recording has no task memory"],
};

export function missingLines(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).flatMap(([kind, count]) => {
    const [what, hint] = MISSING[kind] ?? [kind, ""];
    if (count === 0) return [];
    return [
      `WARNING: the recording does not hold ${what}: asked for ${count} time${count === 1 ? "" : "s"}, zero or empty was used\n`,
      ...(hint === "" ? [] : [`HINT: ${hint}\n`]),
    ];
  });
}

export function lostLines(info: RecordingInfo, stats: PumpStats): string[] {
  const lines: string[] = [];
  if (stats.lost > 0n) lines.push(`WARNING: the recorder lost ${String(stats.lost)} events; results lack them\n`);
  if (stats.lostUnknown > 0)
    lines.push(`WARNING: the recorder lost an unknown number of events in ${stats.lostUnknown} places; results lack them\n`);
  if (stats.damaged > 0) lines.push(`WARNING: ${stats.damaged} damaged pages or records were skipped\n`);
  const overrun = info.recordedLost.reduce((sum, cpu) => sum + cpu.overrun + cpu.dropped, 0n);
  if (overrun > 0n && stats.lost === 0n)
    lines.push(`WARNING: the recorder's own counters say that ${String(overrun)} events were overwritten or dropped\n`);
  return lines;
}
