/**
 * How often each program of a script fires, over time: a small eBPF program of our own in place of each, which counts by time bucket. One pass
 * over the recording, the way every script goes.
 */
import type { Recording } from "../../../probes/recording.ts";
import type { Insn, Reg } from "../../bpf/isa/insn.ts";
import type { PumpOptions } from "../../bpf/machine-types.ts";
import type { MapSpec, ProgramSpec } from "../../bpf/spec.ts";
import { at, ownMachine, ownProgram, pumpAll } from "../own-programs.ts";

export interface Density {
  /** Begin of the first bucket, ns of the recording's clock. */
  readonly startNs: bigint;
  readonly bucketNs: bigint;
  /** By program of the script, then by bucket; what is before the first one or behind the last is counted in those. */
  readonly counts: readonly (readonly number[])[];
}

const HELPER_LOOKUP = 1;
const HELPER_NOW = 5;
/** Immediate operands have 31 bits and a sign. */
const constant = (dst: Reg, value: bigint): Insn => ({ kind: "lddw", dst, value: { kind: "imm64", value: BigInt.asUintN(64, value) } });

/** counts[row × buckets + min((now - start) / bucketNs, buckets - 1)]++; a time before the start counts as the start. */
function counter(row: number, { startNs, bucketNs, buckets }: Ranges): ProgramSpec {
  const insns: Insn[] = [
    { kind: "call", helper: HELPER_NOW },
    constant(1, startNs),
    { kind: "branch", op: "ge", wide: true, dst: 0, src: { reg: 1 }, target: at(4) },
    { kind: "alu", op: "mov", wide: true, dst: 0, src: { reg: 1 } },
    { kind: "alu", op: "sub", wide: true, dst: 0, src: { reg: 1 } },
    constant(1, bucketNs),
    { kind: "alu", op: "div", wide: true, dst: 0, src: { reg: 1 } },
    { kind: "branch", op: "lt", wide: true, dst: 0, src: { imm: buckets }, target: at(9) },
    { kind: "alu", op: "mov", wide: true, dst: 0, src: { imm: buckets - 1 } },
    { kind: "alu", op: "add", wide: true, dst: 0, src: { imm: row * buckets } },
    { kind: "store", size: 4, base: 10, off: -4, src: { reg: 0 } },
    { kind: "lddw", dst: 1, value: { kind: "map", map: 0 } },
    { kind: "alu", op: "mov", wide: true, dst: 2, src: { reg: 10 } },
    { kind: "alu", op: "add", wide: true, dst: 2, src: { imm: -4 } },
    { kind: "call", helper: HELPER_LOOKUP },
    { kind: "branch", op: "eq", wide: true, dst: 0, src: { imm: 0 }, target: at(19) },
    { kind: "load", size: 8, signed: false, dst: 1, base: 0, off: 0 },
    { kind: "alu", op: "add", wide: true, dst: 1, src: { imm: 1 } },
    { kind: "store", size: 8, base: 0, off: 0, src: { reg: 1 } },
    { kind: "alu", op: "mov", wide: true, dst: 0, src: { imm: 0 } },
    { kind: "exit" },
  ];
  return ownProgram("density", "raw_tracepoint", insns);
}

interface Ranges {
  readonly startNs: bigint;
  readonly bucketNs: bigint;
  readonly buckets: number;
}

/** Time of the last event; null: there are none. Reads all streams, which stand anywhere afterwards. */
export function findLastNs(recording: Recording, pump: PumpOptions): bigint | null {
  const machine = ownMachine(recording, [], []);
  pumpAll(machine, { ...pump, dispatch: new Map(), probed: [], timers: [], trackTasks: false });
  return machine.stats().lastTs;
}

/**
 * `pump`: how the script's own programs are attached. Reads all streams, which stand anywhere afterwards.
 * `buckets` of equal length from startNs on, as short as they can be to take in lastNs.
 */
export function density(
  recording: Recording,
  programs: number,
  pump: PumpOptions,
  { startNs, lastNs, buckets }: { readonly startNs: bigint; readonly lastNs: bigint; readonly buckets: number },
): Density {
  const length = lastNs >= startNs ? lastNs - startNs + 1n : 1n;
  const ranges: Ranges = { startNs, bucketNs: (length + BigInt(buckets) - 1n) / BigInt(buckets), buckets };
  const map: MapSpec = { name: "counts", type: "array", keySize: 4, valueSize: 8, maxEntries: Math.max(1, programs * buckets), flags: 0 };
  const counters = Array.from({ length: programs }, (_, row) => counter(row, ranges));
  const machine = ownMachine(recording, counters, [map]);
  // No names of tasks: nobody looks at them.
  const { stacks: _, ...rest } = pump;
  pumpAll(machine, { ...rest, trackTasks: false });
  const cells = [...machine.maps[0]!.entries()].map(({ value }) =>
    Number(new DataView(value.buffer, value.byteOffset).getBigUint64(0, true)),
  );
  return {
    startNs,
    bucketNs: ranges.bucketNs,
    counts: counters.map((_, row) => cells.slice(row * buckets, (row + 1) * buckets)),
  };
}
