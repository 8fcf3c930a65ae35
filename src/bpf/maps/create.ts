/** What BPF_MAP_CREATE says to a map's numbers (measured on Linux 6.18; kernel/bpf/{hashtab,arraymap,ringbuf}.c). */
import { errno } from "../runtime/layout.ts";
import type { MapSpec, MapType } from "../spec.ts";

const flag = {
  noPrealloc: 1,
  noCommonLru: 2,
  numaNode: 4,
  rdonly: 8,
  wronly: 0x10,
  zeroSeed: 0x40,
  access: 0x198,
  mmapable: 0x400,
  inner: 0x1000,
};

/** Flags that a type takes beside those for access. */
const allowedFlags: Readonly<Record<MapType, number>> = {
  hash: flag.noPrealloc | flag.numaNode | flag.zeroSeed,
  percpu_hash: flag.noPrealloc | flag.numaNode | flag.zeroSeed,
  lru_hash: flag.noCommonLru | flag.numaNode | flag.zeroSeed,
  lru_percpu_hash: flag.noCommonLru | flag.numaNode | flag.zeroSeed,
  array: flag.numaNode | flag.mmapable | flag.inner,
  percpu_array: flag.numaNode,
  stack_trace: flag.numaNode,
  ringbuf: flag.numaNode,
};

/** sysctl kernel.perf_event_max_stack, as it is everywhere. */
const MAX_STACK_FRAMES = 127;

const PAGE_BYTES = 4096;
const MAX_PERCPU_VALUE_BYTES = 32 * 1024;
const MAX_VALUE_BYTES = 2 ** 31 - 1;

const isPowerOfTwo = (n: number): boolean => n > 0 && 2 ** Math.round(Math.log2(n)) === n;

export const isPercpu = (type: MapType): boolean => type === "percpu_hash" || type === "percpu_array" || type === "lru_percpu_hash";
export const isLru = (type: MapType): boolean => type === "lru_hash" || type === "lru_percpu_hash";
export const isArray = (type: MapType): boolean => type === "array" || type === "percpu_array";

function flagsError(spec: MapSpec): number {
  if (isLru(spec.type) && spec.flags & flag.noPrealloc) return errno.enotsupp;
  const access = spec.type === "ringbuf" ? 0 : flag.access;
  if (spec.flags & ~(allowedFlags[spec.type] | access)) return errno.einval;
  const readAndWriteOnly = flag.rdonly | flag.wronly;
  return (spec.flags & readAndWriteOnly) === readAndWriteOnly ? errno.einval : 0;
}

/** 0, or the negative errno that the kernel answers to such a map. */
export function createError(spec: MapSpec): number {
  const error = flagsError(spec);
  if (error !== 0) return error;
  if (spec.type === "ringbuf") {
    const sizeFits = isPowerOfTwo(spec.maxEntries) && spec.maxEntries % PAGE_BYTES === 0;
    return spec.keySize === 0 && spec.valueSize === 0 && sizeFits ? 0 : errno.einval;
  }
  if (spec.keySize < 1 || spec.valueSize < 1 || spec.maxEntries < 1) return errno.einval;
  if (spec.type === "stack_trace" && (spec.keySize !== 4 || spec.valueSize % 8 !== 0 || spec.valueSize / 8 > MAX_STACK_FRAMES))
    return errno.einval;
  if (isArray(spec.type) && spec.keySize !== 4) return errno.einval;
  if (isPercpu(spec.type) && spec.valueSize > MAX_PERCPU_VALUE_BYTES) return errno.e2big;
  return spec.valueSize > MAX_VALUE_BYTES ? errno.e2big : 0;
}
