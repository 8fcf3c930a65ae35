/** Writes records as ring-buffer pages: what page-writer.ts of ../../../stream does, in either byte order and with times of 64 bits. */
import {
  COMPACT_CPU,
  COMPACT_PID,
  COMPACT_RAW,
  COMPACT_SIZE,
  COMPACT_TIME,
  COMPACT_TYPE,
  LIMITS_PAGE_BYTES,
  STATE,
  STATE_OUT,
  STATE_OUT_BYTES,
  STATE_TOLD,
} from "./layout";
import { half, isBig, putLong, putWord, word } from "./order";

const HEADER_BYTES: u32 = 16;
const LOST_BYTES: u32 = 8;
const DATA_WORDS: u32 = 28;
const DISCARDED: u32 = 29;
const TIME_EXTEND: u32 = 30;
const TIME_STAMP: u32 = 31;
const DELTA_LIMIT: u64 = 1 << 27;
const LOST_EVENTS: u32 = 0x80000000;
const LOST_COUNT_STORED: u32 = 0x40000000;
/** In front of a record at most: CPU mark, time, header of two words. */
const MOST_OVERHEAD: u32 = 28;
/** Longer records never fit. */
export const MOST_RECORD_BYTES: u32 = <u32>LIMITS_PAGE_BYTES - HEADER_BYTES - MOST_OVERHEAD - LOST_BYTES;

let page: usize = 0;
let position: usize = 0;
/** 0: no page is open. */
let pageEnd: usize = 0;
let last: u64 = 0;
export let cpuNow: u32 = 0;
let lost: u64 = 0;

export function resetPages(): void {
  cpuNow = 0;
  lost = 0;
}

export function startPages(): void {
  page = load<u32>(STATE, STATE_OUT);
  position = 0;
  pageEnd = 0;
}

// @inline
function header<Order>(at: usize, typeLen: u32, delta: u32): void {
  putWord<Order>(at, isBig<Order>() ? (typeLen << 27) | delta : typeLen | (delta << 5));
}

/** What comes behind is of that CPU. */
// @inline
function mark<Order>(at: usize, cpu: u32): usize {
  header<Order>(at, DISCARDED, 1);
  putWord<Order>(at + 4, 8);
  putWord<Order>(at + 8, cpu);
  return at + 12;
}

function closePage<Order>(): void {
  if (!pageEnd) return;
  let flags: u32 = 0;
  if (lost) {
    flags = LOST_EVENTS | LOST_COUNT_STORED;
    putLong<Order>(position, lost);
  }
  putLong<Order>(page + 8, <u64>((<u32>(position - page - HEADER_BYTES)) | flags));
  lost = 0;
  page += LIMITS_PAGE_BYTES;
  pageEnd = 0;
}

function nextPage<Order>(ns: u64): bool {
  closePage<Order>();
  if (page + LIMITS_PAGE_BYTES > load<u32>(STATE, STATE_OUT) + load<u32>(STATE, STATE_OUT_BYTES)) return false;
  putLong<Order>(page, ns);
  last = ns;
  position = page + HEADER_BYTES;
  pageEnd = page + LIMITS_PAGE_BYTES - LOST_BYTES;
  return true;
}

/** `begin`, where most often there is no more to do than this. */
// @inline
export function beginNext<Order>(ns: u64, cpu: u32, bytes: u32): usize {
  const padded = (bytes + 3) & ~3;
  const delta = ns - last;
  const at = position;
  if (cpu != cpuNow || delta >= DELTA_LIMIT || padded > DATA_WORDS << 2 || at + padded + MOST_OVERHEAD > pageEnd)
    return begin<Order>(ns, cpu, bytes);
  last = ns;
  header<Order>(at, padded >>> 2, <u32>delta);
  if (bytes & 3) store<u32>(at + padded, 0);
  position = at + 4 + padded;
  return at + 4;
}

/** Room for a record of 4 bytes or more: where it goes; 0: none. Its last bytes up to a multiple of four are zero. */
export function begin<Order>(ns: u64, cpu: u32, bytes: u32): usize {
  const padded = (bytes + 3) & ~3;
  if (position + padded + MOST_OVERHEAD > pageEnd && !nextPage<Order>(ns)) return 0;
  let at = position;
  if (cpu != cpuNow) {
    at = mark<Order>(at, cpu);
    cpuNow = cpu;
  }
  let delta = ns - last;
  // Also what went back in time.
  if (delta >= DELTA_LIMIT) {
    const isBack = ns < last;
    const time = isBack ? ns : delta;
    header<Order>(at, isBack ? TIME_STAMP : TIME_EXTEND, <u32>(time & (DELTA_LIMIT - 1)));
    putWord<Order>(at + 4, <u32>(time >>> 27));
    at += 8;
    delta = 0;
  }
  last = ns;
  const words = padded >>> 2;
  if (words && words <= DATA_WORDS) {
    header<Order>(at, words, <u32>delta);
    at += 4;
  } else {
    header<Order>(at, 0, <u32>delta);
    putWord<Order>(at + 4, padded + 4);
    at += 8;
  }
  if (padded) store<u32>(at + padded - 4, 0);
  position = at + padded;
  return at;
}

/** Records of tracepoints are seldom longer than this, and one of them has a header of one word. */
export const MOST_PLAIN_BYTES: u32 = DATA_WORDS << 2;
const COMMON_PID: usize = 4;

/**
 * Puts the compact samples from `from` on, one behind the other, as long as there is no more to do than to copy their records: a task that is
 * known, room on the page. What the general way does with many calls is done here with everything at hand: this is where a recording's time is
 * spent. Returns the first one that was not put; all in between are compact samples up to `limit`.
 */
export function putCompact<Order>(from: usize, end: usize, first: u64, limit: u64): usize {
  if (!pageEnd) return from;
  const told: usize = load<u32>(STATE, STATE_TOLD);
  const full = pageEnd - MOST_OVERHEAD;
  let cpu = cpuNow;
  let at = from;
  let to = position;
  let before = last;
  let time = first;
  while (true) {
    const bytes = half<Order>(at + COMPACT_SIZE) - <u32>COMPACT_RAW;
    const raw = at + COMPACT_RAW;
    const tid = word<Order>(raw + COMMON_PID);
    const delta = time - before;
    if (to + bytes > full || delta >= DELTA_LIMIT) break;
    if (tid && load<u32>(told + (tid << 2)) != word<Order>(at + COMPACT_PID) + 1) break;
    const own = half<Order>(at + COMPACT_CPU);
    if (own != cpu) {
      to = mark<Order>(to, own);
      cpu = own;
    }
    header<Order>(to, bytes >>> 2, <u32>delta);
    to += 4;
    v128.store(to, v128.load(raw));
    if (bytes > 16) copyAtLeast(to, raw, bytes);
    to += bytes;
    before = time;
    at = raw + bytes;
    if (at >= end || load<u32>(at) != COMPACT_TYPE) break;
    time = load<u64>(at, COMPACT_TIME);
    if (time > limit) break;
  }
  position = to;
  last = before;
  cpuNow = cpu;
  return at;
}

/**
 * Copies up to 63 bytes too many: behind both places there is room (SLACK of transcoder-layout.ts). How long records are changes from one to the
 * next, so that a loop over just their bytes would be foretold wrongly each time.
 */
// @inline
export function copyAtLeast(to: usize, from: usize, bytes: u32): void {
  for (let i: u32 = 0; i < bytes; i += 64) {
    v128.store(to + i, v128.load(from + i));
    v128.store(to + i, v128.load(from + i, 16), 16);
    v128.store(to + i, v128.load(from + i, 32), 32);
    v128.store(to + i, v128.load(from + i, 48), 48);
  }
}

/** The time of what was put last. */
export function timeNow(): u64 {
  return last;
}

/** Events were lost before the next record. */
export function addLost<Order>(count: u64): void {
  closePage<Order>();
  lost += count;
}

/** Bytes of whole pages since startPages. `isLast`: nothing comes behind, so that a loss at the end is told too. */
export function finishPages<Order>(isLast: bool): u32 {
  if (isLast && lost && !pageEnd) nextPage<Order>(last);
  closePage<Order>();
  return <u32>(page - load<u32>(STATE, STATE_OUT));
}
