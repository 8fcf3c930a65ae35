/**
 * From records as perf wrote them to ring-buffer pages in order of time. A mark ends each round of the recorder's reading of all CPUs: what is
 * not later than the latest record of the round before is complete then (tools/perf/Documentation/perf.data-file-format.txt, FINISHED_ROUND).
 */
import {
  COMPACT_TIME,
  COMPACT_TYPE,
  LIMITS_BLOCK_BYTES,
  PRODUCED_DONE,
  PRODUCED_NEEDS_DATA,
  RECORD_TYPE_AUXTRACE,
  RECORD_TYPE_BUILD_ID,
  RECORD_TYPE_COMPRESSED,
  RECORD_TYPE_COMPRESSED2,
  RECORD_TYPE_FINISHED_ROUND,
  RECORD_TYPE_FIRST_USER,
  RECORD_TYPE_SAMPLE,
  RECORD_TYPE_TRACING_DATA,
  RUN_END,
  RUN_POSITION,
  RUN_TIME,
  STATE,
  STATE_ARENA,
  STATE_BROKEN_AT,
  STATE_DAMAGED,
  STATE_IS_BROKEN,
  STATE_LATE,
  STATE_MOST_PENDING,
  STATE_OUT,
  STATE_SAMPLE_TIME_AT,
  STATE_COUNTERS_END,
  STATE_WITHOUT_TIME,
} from "./layout";
import { freeBlock, resetArena } from "./arena";
import { resetCounts, timeOf } from "./attrs";
import { canCompact, compactEnd, compactSamples, firstTime, lastTime, samplesEnd } from "./compact";
import { count, emitCompact, emitOther, emitSample, loseUntold, resetEmit } from "./emit";
import { sideband } from "./env";
import { half, long, word } from "./order";
import { finishPages, putCompact, resetPages, startPages, timeNow } from "./pages";
import { addRecord, addRecords, aloneTo, buildHeap, earliest, isFull, pass, pendingBytes, prune, resetRuns } from "./runs";
import { resetTasks } from "./tasks";

const HEADER_BYTES: u32 = 8;

/** Next byte to scan and end of what is there; position in the stream of the byte at `scanned`. What waits of the bytes before ends at `kept`. */
let scanned: usize = 0;
let kept: usize = 0;
let filled: usize = 0;
let blockEnd: usize = 0;
let position: u64 = 0;
/** Bytes of data behind a record that are no records. */
let skipped: u64 = 0;
let isEnded: bool = false;

/** Records up to this time go out, or until so many bytes are left waiting. */
let isFlushing: bool = false;
let flushTo: u64 = 0;
let keepBytes: u32 = 0;
/** Latest time so far, and at the end of the last round; time of the first sample, as far as is known. */
let latest: u64 = 0;
let roundLatest: u64 = 0;
let firstSample: u64 = u64.MAX_VALUE;
/** What the pages are at. */
let emitted: u64 = 0;

export function reset(): void {
  scanned = load<u32>(STATE, STATE_ARENA);
  kept = scanned;
  filled = scanned;
  blockEnd = scanned + LIMITS_BLOCK_BYTES;
  position = 0;
  skipped = 0;
  isEnded = false;
  isFlushing = false;
  latest = 0;
  roundLatest = 0;
  firstSample = u64.MAX_VALUE;
  emitted = 0;
  memory.fill(STATE + STATE_DAMAGED, 0, STATE_COUNTERS_END - STATE_DAMAGED);
  resetArena();
  resetRuns();
  resetPages();
  resetTasks();
  resetEmit();
  resetCounts();
}

/** Where at least `bytes` more of the stream go, at most a block less the longest record; `room` is the size of that place. */
export function reserve(bytes: u32): usize {
  // At most a part of a record.
  const left = filled - scanned;
  if (kept != scanned) {
    memory.copy(kept, scanned, left);
    scanned = kept;
    filled = kept + left;
  }
  if (filled + bytes <= blockEnd) return filled;
  // The pages are empty now.
  const aside: usize = load<u32>(STATE, STATE_OUT);
  memory.copy(aside, scanned, left);
  const to = freeBlock();
  memory.copy(to, aside, left);
  scanned = to;
  kept = to;
  filled = to + left;
  blockEnd = to + LIMITS_BLOCK_BYTES;
  return filled;
}

export function room(): u32 {
  return <u32>(blockEnd - filled);
}

/** So many bytes were put there; 0: that was all. */
export function supply(bytes: u32): void {
  filled += bytes;
  if (!bytes) isEnded = true;
}

function advance(bytes: u32): void {
  scanned += bytes;
  position += bytes;
}

function breakOff(): void {
  store<u64>(STATE, position, STATE_BROKEN_AT);
  store<u32>(STATE, 1, STATE_IS_BROKEN);
  skipped = 0;
  isEnded = true;
  scanned = filled;
  kept = filled;
}

/** A record of the recorder itself. True: it ends a round. */
function userRecord<Order>(type: u32, size: u32): bool {
  const record = scanned;
  if (type == RECORD_TYPE_BUILD_ID) sideband(<u32>record);
  else if (type == RECORD_TYPE_TRACING_DATA && size >= 12) skipped = (<u64>word<Order>(record + HEADER_BYTES) + 7) & ~7;
  else if (type == RECORD_TYPE_AUXTRACE && size >= 16) skipped = long<Order>(record + HEADER_BYTES);
  else if (type == RECORD_TYPE_COMPRESSED || type == RECORD_TYPE_COMPRESSED2) count(STATE_DAMAGED);
  advance(size);
  return type == RECORD_TYPE_FINISHED_ROUND;
}

/** Samples in a row whose times rise: the usual case. */
function samplesInOrder<Order>(): void {
  const timeAt = load<u32>(STATE, STATE_SAMPLE_TIME_AT);
  const most = load<u32>(STATE, STATE_MOST_PENDING);
  if (!timeAt || isFull() || pendingBytes > most) return;
  const end = min<usize>(filled, scanned + most);
  if (canCompact()) {
    compactSamples<Order>(scanned, end, kept);
    return addSamples(samplesEnd, kept, compactEnd, firstTime, lastTime);
  }
  let at = scanned;
  let first: u64 = 0;
  let last: u64 = 0;
  while (end - at >= HEADER_BYTES && word<Order>(at) == RECORD_TYPE_SAMPLE) {
    const size = half<Order>(at + 6);
    if (size < timeAt + 8 || size > end - at) break;
    const time = long<Order>(at + timeAt);
    if (time < last || !time) break;
    if (!first) first = time;
    last = time;
    at += size;
  }
  addSamples(at, scanned, at, first, last);
}

/** The samples up to `end` wait at [from, to). */
function addSamples(end: usize, from: usize, to: usize, first: u64, last: u64): void {
  if (end == scanned) return;
  firstSample = min<u64>(firstSample, first);
  latest = max<u64>(latest, last);
  addRecords(from, to, first, last);
  advance(<u32>(end - scanned));
  kept = to;
}

function kernelRecord<Order>(type: u32, size: u32): void {
  const time = timeOf<Order>(scanned);
  if (type == RECORD_TYPE_SAMPLE) {
    firstSample = min<u64>(firstSample, time);
    if (!time) count(STATE_WITHOUT_TIME);
  }
  latest = max<u64>(latest, time);
  // Where there are gaps, they are filled: else every such record would end a run.
  if (!canCompact()) kept = scanned;
  else if (kept != scanned) memory.copy(kept, scanned, size);
  addRecord(kept, size, time);
  kept += size;
  advance(size);
}

/** Takes in what is there. True: something is to be flushed. */
function scan<Order>(): bool {
  while (true) {
    if (skipped) {
      const step = <u32>min<u64>(skipped, filled - scanned);
      skipped -= step;
      advance(step);
    }
    samplesInOrder<Order>();
    if (filled - scanned < HEADER_BYTES) return false;
    const type = word<Order>(scanned);
    const size = half<Order>(scanned + 6);
    if (size < HEADER_BYTES || !type) {
      breakOff();
      return false;
    }
    if (filled - scanned < size) return false;
    if (type >= RECORD_TYPE_FIRST_USER) {
      if (!userRecord<Order>(type, size)) continue;
      const to = roundLatest;
      roundLatest = latest;
      // Until there is a sample nobody knows when to begin.
      if (firstSample == u64.MAX_VALUE) continue;
      startFlush(to, 0);
      return true;
    }
    if (isFull() || pendingBytes > load<u32>(STATE, STATE_MOST_PENDING)) {
      startFlush(u64.MAX_VALUE, pendingBytes >>> 1);
      return true;
    }
    kernelRecord<Order>(type, size);
  }
}

function startFlush(to: u64, keep: u32): void {
  flushTo = to;
  keepBytes = keep;
  isFlushing = true;
  buildHeap();
}

/** What the recorder found when it began, and so has no time, counts from the first sample on. */
function momentOf(time: u64): u64 {
  if (firstSample == u64.MAX_VALUE) return time;
  return time ? max<u64>(time, firstSample) : max<u64>(emitted, firstSample);
}

/** Of a record that waits. */
function waitingTime<Order>(at: usize): u64 {
  if (load<u32>(at) == COMPACT_TYPE) return load<u64>(at, COMPACT_TIME);
  return timeOf<Order>(at);
}

/** Records of a run up to a time and a place. False: the pages are full. */
function emitRun<Order>(run: usize, limit: u64, place: usize): bool {
  let at: usize = load<u32>(run, RUN_POSITION);
  let time = load<u64>(run, RUN_TIME);
  const end: usize = load<u32>(run, RUN_END);
  let hasRoom = true;
  do {
    const isCompact = load<u32>(at) == COMPACT_TYPE;
    if (isCompact && time >= emitted && time >= firstSample) {
      const next = putCompact<Order>(at, min<usize>(end, place), time, limit);
      if (next != at) {
        emitted = timeNow();
        at = next;
        if (at >= end) break;
        time = waitingTime<Order>(at);
        continue;
      }
    }
    const size = half<Order>(at + 6);
    const isSample = isCompact || word<Order>(at) == RECORD_TYPE_SAMPLE;
    const ns = time < emitted || time < firstSample ? momentOf(time) : time;
    hasRoom = isCompact ? emitCompact<Order>(at, size, ns) : isSample ? emitSample<Order>(at, size, ns) : emitOther<Order>(at, size, ns);
    if (!hasRoom) break;
    if (ns >= emitted) emitted = ns;
    else if (isSample) count(STATE_LATE);
    at += size;
    if (at >= end) break;
    time = waitingTime<Order>(at);
  } while (time <= limit && at < place);
  pass(run, at, time);
  return hasRoom;
}

/** True: everything that was to go out has; false: the pages are full. */
function flush<Order>(): bool {
  while (pendingBytes > keepBytes) {
    const run = earliest();
    if (!run || load<u64>(run, RUN_TIME) > flushTo) break;
    if (!emitRun<Order>(run, min<u64>(flushTo, aloneTo(run)), load<u32>(run, RUN_POSITION) + pendingBytes - keepBytes)) return false;
  }
  isFlushing = false;
  prune();
  return true;
}

/** Fills the pages as far as they reach. */
export function produce<Order>(): u32 {
  startPages();
  while (true) {
    if (isFlushing && !flush<Order>()) break;
    if (scan<Order>()) continue;
    if (!isEnded) {
      const bytes = finishPages<Order>(false);
      return bytes ? bytes : PRODUCED_NEEDS_DATA;
    }
    if (scanned < filled || skipped) breakOff();
    if (!pendingBytes) {
      loseUntold<Order>();
      const bytes = finishPages<Order>(true);
      return bytes ? bytes : PRODUCED_DONE;
    }
    startFlush(u64.MAX_VALUE, 0);
  }
  return finishPages<Order>(false);
}
