/** perf_event_attr (include/uapi/linux/perf_event.h): what was recorded, and what each sample holds. */

/** enum perf_type_id; from 6 on the kernel numbers its other units as they come. */
export const attrType = { hardware: 0, software: 1, tracepoint: 2, hwCache: 3, raw: 4, breakpoint: 5 } as const;

/** Bits of the flags. */
const FLAG = { inherit: 1, comm: 9, freq: 10, task: 13, sampleIdAll: 18, useClockId: 25 } as const;

export interface PerfAttr {
  readonly type: number;
  readonly config: bigint;
  /** Events from one sample to the next; with `freq`, samples in a second. */
  readonly period: bigint;
  readonly freq: boolean;
  readonly sampleType: number;
  readonly readFormat: number;
  readonly branchFlags: number;
  readonly userRegs: bigint;
  readonly intrRegs: bigint;
  /** Tasks that are born are followed, each with counts of its own. */
  readonly inherit: boolean;
  /** Names, forks and exits of tasks are recorded. */
  readonly comm: boolean;
  readonly task: boolean;
  /** Records beside samples have the time, CPU and so on at their end. */
  readonly sampleIdAll: boolean;
  readonly breakpoint: { readonly type: number; readonly address: bigint; readonly length: bigint };
  /** clock_gettime(2); null: the kernel's own clock of perf. */
  readonly clockId: number | null;
  readonly ids: readonly bigint[];
  /** As the recorder has it: `sched:sched_switch`, `cycles:u`; null: not known. */
  readonly name: string | null;
}

const VERSION_0_BYTES = 64;
const MOST_BYTES = 4096;

/** Sizes that an attr may have: a later kernel's is longer. */
export const isAttrSize = (sizeBytes: number): boolean => sizeBytes >= VERSION_0_BYTES && sizeBytes <= MOST_BYTES;

/** The n-th bit-field of the flags: recorders of big-endian machines begin at the other end. */
const flagAt = (flags: bigint, bit: number, little: boolean): boolean => ((flags >> BigInt(little ? bit : 63 - bit)) & 1n) !== 0n;

/** Of at least 64 bytes. What an older kernel's lacks is zero. */
export function readAttr(bytes: Uint8Array, byteOrder: "little" | "big", ids: readonly bigint[]): PerfAttr {
  const little = byteOrder === "little";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const own = view.getUint32(4, little);
  const end = Math.min(bytes.length, isAttrSize(own) ? own : bytes.length);
  const u32 = (at: number): number => (at + 4 <= end ? view.getUint32(at, little) : 0);
  const u64 = (at: number): bigint => (at + 8 <= end ? view.getBigUint64(at, little) : 0n);
  const flags = u64(40);
  const low = (at: number): number => Number(u64(at) & 0xffffffffn);
  return {
    type: u32(0),
    config: u64(8),
    period: u64(16),
    freq: flagAt(flags, FLAG.freq, little),
    sampleType: low(24),
    readFormat: low(32),
    branchFlags: low(72),
    userRegs: u64(80),
    intrRegs: u64(96),
    inherit: flagAt(flags, FLAG.inherit, little),
    comm: flagAt(flags, FLAG.comm, little),
    task: flagAt(flags, FLAG.task, little),
    sampleIdAll: flagAt(flags, FLAG.sampleIdAll, little),
    breakpoint: { type: u32(52), address: u64(56), length: u64(64) },
    clockId: flagAt(flags, FLAG.useClockId, little) ? u32(92) : null,
    ids,
    name: null,
  };
}
