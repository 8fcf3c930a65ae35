/** Samples of the usual form, made smaller where they came in, while they are in the cache: most of a sample nobody reads. */
import {
  COMPACT_CPU,
  COMPACT_LEAST_RAW_AT,
  COMPACT_MOST_CPU,
  COMPACT_PID,
  COMPACT_RAW,
  COMPACT_SIZE,
  COMPACT_TIME,
  COMPACT_TYPE,
  LIMITS_PIDS,
  RECORD_TYPE_SAMPLE,
  STATE,
  STATE_PLAIN_CPU_AT,
  STATE_PLAIN_RAW_AT,
  STATE_PLAIN_TID_AT,
  STATE_SAMPLE_TIME_AT,
  STATE_WANTED_BYTES,
} from "./layout";
import { attrOfSample } from "./attrs";
import { half, long, putHalf, putWord, word } from "./order";
import { MOST_PLAIN_BYTES } from "./pages";

const COMMON_BYTES: u32 = 8;
const COMMON_PID: usize = 4;

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

/** Makes the samples from `from` on smaller, which are not beyond `end`, as long as their times rise. They go to `to`, which is not behind `from`. */
export function compactSamples<Order>(from: usize, end: usize, to: usize): void {
  const rawAt: usize = load<u32>(STATE, STATE_PLAIN_RAW_AT);
  const timeAt: usize = load<u32>(STATE, STATE_SAMPLE_TIME_AT);
  const tidAt: usize = load<u32>(STATE, STATE_PLAIN_TID_AT);
  const cpuAt: usize = load<u32>(STATE, STATE_PLAIN_CPU_AT);
  const most = load<u32>(STATE, STATE_WANTED_BYTES);
  let at = from;
  let first: u64 = 0;
  let last: u64 = 0;
  while (at + rawAt + COMMON_BYTES <= end && word<Order>(at) == RECORD_TYPE_SAMPLE) {
    const size: usize = half<Order>(at + 6);
    const raw = at + rawAt;
    const bytes = word<Order>(raw - 4);
    const time = long<Order>(at + timeAt);
    const cpu = word<Order>(at + cpuAt);
    const tid = word<Order>(at + tidAt + 4);
    if (
      size < rawAt ||
      size > end - at ||
      bytes - COMMON_BYTES > MOST_PLAIN_BYTES - COMMON_BYTES ||
      bytes & 3 ||
      bytes > size - rawAt ||
      time < last ||
      !time ||
      cpu > COMPACT_MOST_CPU ||
      tid >= LIMITS_PIDS ||
      !attrOfSample<Order>(at)
    )
      break;
    const pid = load<u32>(at + tidAt);
    const wanted = min<u32>(bytes, most);
    // Where it goes is in front of all that is still to be read.
    v128.store(to + COMPACT_RAW, v128.load(raw));
    if (wanted > 16) copyRest(to + COMPACT_RAW, raw, wanted);
    store<u32>(to, COMPACT_TYPE);
    putHalf<Order>(to + COMPACT_CPU, cpu);
    putHalf<Order>(to + COMPACT_SIZE, COMPACT_RAW + wanted);
    store<u64>(to, time, COMPACT_TIME);
    store<u32>(to, pid, COMPACT_PID);
    putWord<Order>(to + COMPACT_RAW + COMMON_PID, tid);
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
