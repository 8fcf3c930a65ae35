/** Events that stand for what is no tracepoint's: ids for them, what the task rules make of them, and the formats of stacks. */
import type { EventSource } from "../../catalogue.ts";
import type { TaskRule } from "../../recording.ts";
import type { OwnEventIds } from "./transcoder.ts";
import { cgroupRecord, commRecord, forkRecord, tgidRecord } from "./transcoder-layout.ts";

const LAST_ID = 0xffff;

/** Ids that no recorded event has, from the highest down. */
export function freeIds(used: ReadonlySet<number>): () => number {
  let next = LAST_ID;
  return () => {
    while (used.has(next)) next--;
    return next--;
  };
}

export function ownEvents(newId: () => number): OwnEventIds {
  return {
    tgidEvent: newId(),
    commEvent: newId(),
    forkEvent: newId(),
    exitEvent: newId(),
    cgroupEvent: newId(),
    // trace-cmd takes the id above that of user_stack for the one of blktrace, as in the kernel: what it names must be in no trace.dat.
    userStack: newId(),
    kernelStack: newId(),
  };
}

const COMMON_PID = 4;

/** Of the records that assembly/tasks.ts writes. */
export function ownRules(ids: OwnEventIds): TaskRule[] {
  const comm = { offset: commRecord.comm, sizeBytes: commRecord.commBytes, loc: "inline", basename: false } as const;
  return [
    { eventId: ids.tgidEvent, when: "before", kind: "tgid", tgid: tgidRecord.tgid },
    { eventId: ids.commEvent, when: "before", kind: "tgid", tgid: commRecord.tgid },
    { eventId: ids.commEvent, when: "before", kind: "comm", pid: COMMON_PID, comm },
    {
      eventId: ids.forkEvent,
      when: "before",
      kind: "fork",
      parent: COMMON_PID,
      child: forkRecord.child,
      comm: null,
      flags: forkRecord.flags,
      wideFlags: true,
    },
    { eventId: ids.forkEvent, when: "before", kind: "started", pid: forkRecord.child, value: forkRecord.started },
    { eventId: ids.exitEvent, when: "after", kind: "exit", pid: COMMON_PID },
    { eventId: ids.cgroupEvent, when: "before", kind: "cgroup", pid: COMMON_PID, hierarchy: -1, value: cgroupRecord.cgroup },
  ];
}

const field = (decl: string, offset: number, sizeBytes: number, signed: 0 | 1): string =>
  `\tfield:${decl};\toffset:${offset};\tsize:${sizeBytes};\tsigned:${signed};\n`;

export const commonFields =
  field("unsigned short common_type", 0, 2, 0) +
  field("unsigned char common_flags", 2, 1, 0) +
  field("unsigned char common_preempt_count", 3, 1, 0) +
  field("int common_pid", 4, 4, 1);

const formatText = (name: string, id: number, fields: string): string => `name: ${name}\nID: ${id}\nformat:\n${commonFields}\n${fields}`;

/** As ftrace describes its records of stacks; there may be more frames than it says. */
export function stackEvents(ids: OwnEventIds, longBytes: 4 | 8): EventSource[] {
  const frames = field("unsigned long caller[8]", 8 + longBytes, 8 * longBytes, 0);
  const event = (name: string, id: number, first: string): EventSource => ({
    category: "ftrace",
    name,
    id,
    isMade: true,
    formatText: () => formatText(name, id, first + frames),
  });
  return [
    event("kernel_stack", ids.kernelStack, field("int size", 8, 4, 1)),
    event("user_stack", ids.userStack, field("unsigned int tgid", 8, 4, 0)),
  ];
}

/** A tracepoint whose format the recording lacks: it can be counted. */
export function formatless(category: string, name: string, id: number): EventSource {
  return { category, name, id, formatText: () => formatText(name, id, "") };
}
