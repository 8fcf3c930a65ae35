import type { Recording } from "./recording.ts";

/** `CATEGORY:NAME` of every event id that the recording describes: names for counts that the pump made. */
export function eventNames(recording: Recording): ReadonlyMap<number, string> {
  return new Map(recording.catalogue.tracepoints.map((t) => [t.id, `${t.category}:${t.name}`]));
}

/** What is known of a recording without reading its pages. */
export interface StaticFacts {
  readonly path: string;
  readonly format: string;
  readonly sizeBytes: number;
  readonly clock: string;
  readonly clockIsNs: boolean;
  readonly ncpus: number;
  readonly uname: string | null;
  /** Buffers with the CPUs that have data; the top buffer is named "". */
  readonly buffers: readonly { readonly name: string; readonly cpus: readonly number[] }[];
  /** Events that the recording describes, whether or not any was recorded. */
  readonly describedEvents: number;
  /** Tasks named by the recorder (saved_cmdlines). */
  readonly namedTasks: number;
  /** What the recorder itself counted as lost, of CPUs that lost something. */
  readonly lost: readonly { readonly buffer: string; readonly cpu: number; readonly overrun: bigint; readonly dropped: bigint }[];
}

export function staticFacts(recording: Recording): StaticFacts {
  const { info, streams, catalogue, comms } = recording;
  const { path, format, sizeBytes, clock, clockIsNs, ncpus, uname } = info;
  return {
    path,
    format,
    sizeBytes,
    clock,
    clockIsNs,
    ncpus,
    uname,
    buffers: info.buffers.map((name) => ({ name, cpus: streams.filter((s) => s.buffer === name).map((s) => s.cpu) })),
    describedEvents: catalogue.tracepoints.length,
    namedTasks: comms.size,
    lost: info.recordedLost.filter((l) => l.overrun > 0n || l.dropped > 0n),
  };
}
