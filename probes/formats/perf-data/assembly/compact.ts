/** Samples of the usual form, made smaller where they came in, while they are in the cache: most of a sample nobody reads. */
import {
  COMPACT_LEAST_RAW_AT,
  COMPACT_PID,
  COMPACT_RAW,
  COMPACT_TIME,
  COMPACT_TYPE,
  LIMITS_PIDS,
  RECORD_TYPE_SAMPLE,
  STATE,
  STATE_DENSE,
  STATE_DENSE_BASE,
  STATE_DENSE_COUNT,
  STATE_ID_AT,
  STATE_PLAIN_CPU_AT,
  STATE_PLAIN_RAW_AT,
  STATE_PLAIN_TID_AT,
  STATE_SAMPLE_TIME_AT,
  STATE_WANTED_BYTES,
} from "./layout";
import { attrOfSample } from "./attrs";
import { half, isBig, long, word } from "./order";
import { MOST_PLAIN_BYTES } from "./pages";

const COMMON_BYTES: u32 = 8;
/** Of the common fields as words: the task. */
const PID_LANE: u8 = 1;
const CPU_BITS: u32 = 16;
const SIGN: u32 = 0x80000000;

/** Behind the last sample that was made smaller, and behind what it became; times of the first and the last. */
export let samplesEnd: usize = 0;
export let compactEnd: usize = 0;
export let firstTime: u64 = 0;
export let lastTime: u64 = 0;

/** What is behind the first 16 bytes, up to 15 bytes too many; `to` is in front of `from`, at least as far as that. */
// @inline
function copyRest(to: usize, from: usize, bytes: u32): void {
  for (let i: u32 = 16; i < bytes; i += 16) v128.store(to + i, v128.load(from + i));
}

export function canCompact(): bool {
  return load<u32>(STATE, STATE_PLAIN_RAW_AT) >= COMPACT_LEAST_RAW_AT && load<u32>(STATE, STATE_SAMPLE_TIME_AT) != 0;
}

/** Type, CPU and size in one piece. */
// @inline
function putHead<Order>(to: usize, cpu: u32, size: u32): void {
  const halves = isBig<Order>() ? (<u32>bswap<u16>(<u16>cpu)) | ((<u32>bswap<u16>(<u16>size)) << 16) : cpu | (size << 16);
  store<u64>(to, (<u64>COMPACT_TYPE) | ((<u64>halves) << 32));
}

/**
 * Makes the samples from `from` on smaller, which are not beyond `end`, as long as their times rise. They go to `to`, which is not behind `from`.
 * What makes a sample another than usual is put together in one number, as it hardly ever happens.
 */
export function compactSamples<Order>(from: usize, end: usize, to: usize): void {
  const rawAt = load<u32>(STATE, STATE_PLAIN_RAW_AT);
  const timeAt: usize = load<u32>(STATE, STATE_SAMPLE_TIME_AT);
  const tidAt: usize = load<u32>(STATE, STATE_PLAIN_TID_AT);
  const cpuAt: usize = load<u32>(STATE, STATE_PLAIN_CPU_AT);
  const idAt: usize = load<u32>(STATE, STATE_ID_AT);
  const most = load<u32>(STATE, STATE_WANTED_BYTES);
  const dense: usize = load<u32>(STATE, STATE_DENSE);
  const denseBase = load<u64>(STATE, STATE_DENSE_BASE);
  const denseCount: u64 = idAt ? load<u32>(STATE, STATE_DENSE_COUNT) : 0;
  let at = from;
  let first: u64 = 0;
  // A sample without a time is no usual one.
  let last: u64 = 1;
  while (at + rawAt + COMMON_BYTES <= end && word<Order>(at) == RECORD_TYPE_SAMPLE) {
    const size = half<Order>(at + 6);
    const raw = at + rawAt;
    const bytes = word<Order>(raw - 4);
    const time = long<Order>(at + timeAt);
    const cpu = word<Order>(at + cpuAt);
    const tid = word<Order>(at + tidAt + 4);
    const tooLong = (<u32>(end - at) - size) | (size - rawAt - bytes) | (MOST_PLAIN_BYTES - bytes) | (bytes - COMMON_BYTES) | bytes;
    const odd = (tooLong & SIGN) | (bytes & 3) | (cpu >>> CPU_BITS) | (tid / LIMITS_PIDS) | (<u32>(time < last));
    if (odd) break;
    const place = long<Order>(at + idAt) - denseBase;
    if (place < denseCount ? !load<u32>(dense + ((<u32>place) << 2)) : !attrOfSample<Order>(at)) break;
    const pid = load<u32>(at + tidAt);
    const wanted = min<u32>(bytes, most);
    // Where it goes is in front of all that is still to be read.
    v128.store(to + COMPACT_RAW, i32x4.replace_lane(v128.load(raw), PID_LANE, load<i32>(at + tidAt + 4)));
    if (wanted > 16) copyRest(to + COMPACT_RAW, raw, wanted);
    putHead<Order>(to, cpu, COMPACT_RAW + wanted);
    store<u64>(to, time, COMPACT_TIME);
    store<u32>(to, pid, COMPACT_PID);
    to += COMPACT_RAW + wanted;
    if (!first) first = time;
    last = time;
    at += size;
  }
  samplesEnd = at;
  compactEnd = to;
  firstTime = first;
  lastTime = last;
}
