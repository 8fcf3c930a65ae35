/** One share of a recording, handled by itself: plain data in, plain data out, so that it may go to another thread and back. */
import type { Recording } from "../../../probes/recording.ts";
import { createMachine } from "../../bpf/machine.ts";
import type { Backend, MapHandle, PumpOptions, PumpStats } from "../../bpf/machine-types.ts";
import type { MapSpec, ProgramSpec } from "../../bpf/spec.ts";
import { streamsOf } from "../streams.ts";

/** What the programs of an order-free script are to do with a share. */
export interface ShareTask {
  readonly programs: readonly ProgramSpec[];
  readonly maps: readonly MapSpec[];
  /** By map: what its array holds at the start; null: nothing. */
  readonly contents: readonly (Uint8Array | null)[];
  readonly ncpus: number;
  readonly backend: Backend;
  readonly outputRing: number;
  readonly startNs: bigint;
  readonly pump: Pick<PumpOptions, "dispatch" | "minRecordBytes" | "comms" | "trackTasks" | "tags" | "fromNs" | "toNs">;
}

/** Keys one after the other, and as many values: the cells of all CPUs, each padded to 8. */
export interface RawMap {
  readonly keys: Uint8Array;
  readonly values: Uint8Array;
  readonly entries: number;
}

export interface ShareResult {
  readonly maps: readonly RawMap[];
  readonly stats: PumpStats;
  readonly missing: Readonly<Record<string, number>>;
}

function rawMap(handle: MapHandle): RawMap {
  const found = [...handle.entries()];
  const keyBytes = found[0]?.key.length ?? 0;
  const valueBytes = found[0]?.value.length ?? 0;
  const keys = new Uint8Array(found.length * keyBytes);
  const values = new Uint8Array(found.length * valueBytes);
  found.forEach(({ key, value }, i) => {
    keys.set(key, i * keyBytes);
    values.set(value, i * valueBytes);
  });
  return { keys, values, entries: found.length };
}

/** Null: a program had something to say (a map is full, a division by zero), which has to come in the order of the events. */
export function runShare(task: ShareTask, recording: Pick<Recording, "streams">): ShareResult | null {
  const machine = createMachine({
    programs: task.programs,
    maps: task.maps,
    ncpus: task.ncpus,
    backend: task.backend,
    outputRing: task.outputRing,
    randSeed: 1n,
    streams: streamsOf(recording),
  });
  task.contents.forEach((bytes, i) => {
    if (bytes !== null) fillArray(machine.maps[i]!, bytes);
  });
  machine.setCurrent({ ts: task.startNs, startTs: task.startNs });
  machine.startPump({ ...task.pump, timers: [], taskRules: [] });
  let saidSomething = false;
  for (let done = false; !done && !saidSomething;) {
    done = machine.pump() === "done";
    machine.drain(() => !(saidSomething = true));
    if (machine.takeOutputLost() > 0) saidSomething = true;
  }
  if (saidSomething) return null;
  return { maps: machine.maps.map(rawMap), stats: machine.stats(), missing: machine.missingCounts() };
}

export function fillArray(handle: MapHandle, contents: Uint8Array): void {
  const key = new Uint8Array(4);
  const { valueSize } = handle.spec;
  for (let at = 0, n = 0; at < contents.length; at += valueSize, n++) {
    new DataView(key.buffer).setUint32(0, n, true);
    handle.update(key, contents.subarray(at, at + valueSize), 0n);
  }
}
