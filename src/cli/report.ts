/** What a run must say at its end: what the recording lost or lacks, once each, with counts. */
import { jsonString } from "../output/json.ts";
import type { RecordingInfo } from "../../probes/recording.ts";
import type { UserCode } from "../../probes/symbols/user-code.ts";
import type { PumpStats } from "../bpf/machine-types.ts";
import type { CompiledScript } from "../codegen/compiled.ts";
import { asksForSpaces } from "../session/asks-for-spaces.ts";
import { recorderHint } from "./recorder-hints.ts";

interface Missing {
  readonly what: string;
  /** What programs got instead. */
  readonly instead: string;
  readonly hint: string;
}

/** Per kind of missing data (src/bpf/memory.ts), with what would have captured it. */
const MISSING: Readonly<Record<string, Missing>> = {
  uid: {
    what: "the user ids of some tasks",
    instead: "0",
    hint: "events carry no ids; of tasks that call it, this one tells: -e syscalls:sys_exit_getuid",
  },
  gid: {
    what: "the group ids of some tasks",
    instead: "0",
    hint: "events carry no ids; of tasks that call it, this one tells: -e syscalls:sys_exit_getgid",
  },
  comm: {
    what: "the comm of some tasks",
    instead: "<...>",
    hint: "record also: -e sched:sched_switch -e task:task_rename -e sched:sched_process_exec",
  },
  tgid: {
    what: "the process id of some threads",
    instead: "their thread id",
    hint: "record also: -e task:task_newtask, before the tasks start",
  },
  kernelMemory: {
    what: "the kernel memory behind a pointer",
    instead: "zero or an empty string",
    hint: "record it with a dynamic event's fetch arguments, for instance: s0=+0($arg1):string",
  },
  userMemory: {
    what: "the user memory behind a pointer",
    instead: "zero or an empty string",
    hint: "a tracepoint records only the pointer; what it leads to takes an event of its own, which hindsight plan prints, for instance: p:hs/sys_enter_openat __x64_sys_openat filename=+104($arg1):u64 s_filename=+0(+104($arg1)):ustring",
  },
  cgroup: {
    what: "the cgroup ids of some tasks",
    instead: "0",
    hint: "perf writes them with samples: perf record --all-cgroups; of tasks that are moved, this one tells: -e cgroup:cgroup_attach_task",
  },
  start: {
    what: "when some tasks started",
    instead: "zero",
    hint: "record also: -e task:task_newtask, before the tasks start",
  },
  parent: {
    what: "the parents of some tasks",
    instead: "0",
    hint: "record also: -e task:task_newtask or -e sched:sched_process_fork, before the tasks start",
  },
  kernelSymbols: {
    what: "kernel symbols",
    instead: "the address",
    hint: "trace-cmd stores them by itself when it may read /proc/kallsyms: record as root, with kernel.kptr_restrict at most 1",
  },
  userSymbols: {
    what: "symbols of programs",
    instead: "the address",
    hint: "pass the mappings of the process and the files that it mapped: --maps FILE (its /proc/PID/maps) --symfs DIR",
  },
  kernelStack: {
    what: "the kernel stacks of some events",
    instead: "no frames",
    hint: "record them with: trace-cmd record -T (or echo stacktrace > events/CATEGORY/EVENT/trigger)",
  },
  userStack: {
    what: "the user stacks of some events",
    instead: "no frames",
    hint: "record them with: trace-cmd record -O userstacktrace",
  },
  tickStack: {
    what: "the stacks at ticks of profile, which are known from sched_switch only",
    instead: "no frames",
    hint: "sample instead: perf record -k mono -a -g -e cpu-clock -F 99",
  },
  ticks: {
    what: "which task was on some CPUs before their first sched_switch",
    instead: "no firing of profile there",
    hint: "begin to record earlier, or sample instead: perf record -k mono -a -e cpu-clock -F 99",
  },
  numa: { what: "the NUMA nodes of processors", instead: "0", hint: "events carry the processor only: use cpu" },
  task: {
    what: "members of task structures other than pid, tgid, comm, parent, real_parent, group_leader, start_time, uid and gid",
    instead: "zero",
    hint: "where a task is an argument of a function or tracepoint, record its members with it, for instance: t:hs/sched_switch sched_switch p1_flags=prev->flags",
  },
};

/** One thing that makes the results less than the whole truth. */
export interface Shortfall {
  /** `missing`: asked for in vain; the others: events that results lack, whatever was asked for. */
  readonly type: "missing" | "lost" | "damaged";
  readonly kind: string;
  /** How often; null: an unknown number of times. */
  readonly count: bigint | null;
  readonly message: string;
  readonly hint: string | null;
}

export const times = (count: number): string => (count === 1 ? "once" : `${count} times`);

/** One for each kind of data that programs asked for in vain. */
export function missingShortfalls(counts: Readonly<Record<string, number>>, { format }: Pick<RecordingInfo, "format">): Shortfall[] {
  return Object.entries(counts).flatMap(([kind, count]): Shortfall[] => {
    const missing = MISSING[kind];
    if (count === 0 || missing === undefined) return [];
    const message = `the recording does not hold ${missing.what}: asked for ${times(count)}, answered with ${missing.instead}`;
    return [{ type: "missing", kind, count: BigInt(count), message, hint: recorderHint(format, kind) ?? missing.hint }];
  });
}

/** Of a script that names user code: changes of what processes had mapped that it was not told of (probes/symbols/address-spaces.ts). */
export function spaceShortfalls(script: CompiledScript, user: Pick<UserCode, "spaceChangesLeftOut">): Shortfall[] {
  const leftOut = asksForSpaces(script) ? user.spaceChangesLeftOut() : 0;
  if (leftOut === 0) return [];
  const [changes, are] = leftOut === 1 ? ["change", "is"] : ["changes", "are"];
  const message = `${leftOut} ${changes} of what processes had mapped ${are} not told apart, as there are too many: names of user code from before may be those of later code`;
  return [{ type: "missing", kind: "userSpaces", count: BigInt(leftOut), message, hint: "record a shorter time, or fewer processes" }];
}

const event = (type: "lost" | "damaged", kind: string, count: bigint | null, message: string): Shortfall => ({
  type,
  kind,
  count,
  message,
  hint: null,
});

export function lostShortfalls(info: RecordingInfo, stats: PumpStats): Shortfall[] {
  const found: Shortfall[] = [];
  if (stats.lost > 0n) found.push(event("lost", "marked", stats.lost, `the recorder lost ${String(stats.lost)} events; results lack them`));
  if (stats.lostUnknown > 0)
    found.push(
      event("lost", "unknown", null, `the recorder lost an unknown number of events in ${stats.lostUnknown} places; results lack them`),
    );
  if (stats.damaged > 0)
    found.push(event("damaged", "records", BigInt(stats.damaged), `${stats.damaged} damaged pages or records were skipped`));
  const overrun = info.recordedLost.reduce((sum, cpu) => sum + cpu.overrun + cpu.dropped, 0n);
  if (overrun > 0n && stats.lost === 0n)
    found.push(
      event("lost", "overrun", overrun, `the recorder's own counters say that ${String(overrun)} events were overwritten or dropped`),
    );
  return found;
}

/** For stderr. `level` is ERROR with --strict. */
export const shortfallText = ({ message, hint }: Shortfall, level: "WARNING" | "ERROR"): string =>
  `${level}: ${message}\n${hint === null ? "" : `HINT: ${hint}\n`}`;

/** Lost output is `lost_events` already (row 9.20). */
const RECORD_TYPES = { missing: "missing", lost: "lost_recorded", damaged: "damaged_recording" } as const;

/** A record of its own among the others of -f json. */
export function shortfallJson({ type, kind, count, message, hint }: Shortfall): string {
  const members = [
    `"kind": ${jsonString(kind)}`,
    `"count": ${count === null ? "null" : String(count)}`,
    `"message": ${jsonString(message)}`,
  ];
  if (hint !== null) members.push(`"hint": ${jsonString(hint)}`);
  return `{"type": "${RECORD_TYPES[type]}", "data": {${members.join(", ")}}}\n`;
}
