/**
 * Records that wait for the end of their round. They lie in the arena as they came; a run is a piece of it whose records are in order of time, as
 * those of one CPU are. The heap has the runs by the time of their next record; of the same time, the one that came first.
 */
import {
  LIMITS_BLOCK_BYTES,
  LIMITS_RUNS,
  RUN_END,
  RUN_POSITION,
  RUN_SIZE_BYTES,
  RUN_TIME,
  STATE,
  STATE_ARENA,
  STATE_HEAP,
  STATE_RUNS,
} from "./layout";

let runs: u32 = 0;
let heap: u32 = 0;
/** Time of the last record of the last run. */
let lastTime: u64 = 0;
export let pendingBytes: u32 = 0;

export function resetRuns(): void {
  runs = 0;
  heap = 0;
  lastTime = 0;
  pendingBytes = 0;
}

function runAt(index: u32): usize {
  return load<u32>(STATE, STATE_RUNS) + index * RUN_SIZE_BYTES;
}

export function isFull(): bool {
  return runs == LIMITS_RUNS;
}

/** A record behind all others. There must be room for a run. */
export function addRecord(position: usize, size: u32, time: u64): void {
  pendingBytes += size;
  if (runs) {
    const last = runAt(runs - 1);
    if (load<u32>(last, RUN_END) == position && time >= lastTime) {
      // It was used up meanwhile.
      if (load<u32>(last, RUN_POSITION) == position) store<u64>(last, time, RUN_TIME);
      store<u32>(last, position + size, RUN_END);
      lastTime = time;
      return;
    }
  }
  const run = runAt(runs++);
  store<u32>(run, position, RUN_POSITION);
  store<u32>(run, position + size, RUN_END);
  store<u64>(run, time, RUN_TIME);
  lastTime = time;
}

function heapAt(place: u32): usize {
  return load<u32>(STATE, STATE_HEAP) + (place << 2);
}

function isBefore(a: u32, b: u32): bool {
  const timeA = load<u64>(runAt(a), RUN_TIME);
  const timeB = load<u64>(runAt(b), RUN_TIME);
  return timeA < timeB || (timeA == timeB && a < b);
}

function sift(from: u32): void {
  let place = from;
  const moved = load<u32>(heapAt(place));
  while (true) {
    let child = place * 2 + 1;
    if (child >= heap) break;
    if (child + 1 < heap && isBefore(load<u32>(heapAt(child + 1)), load<u32>(heapAt(child)))) child++;
    const index = load<u32>(heapAt(child));
    if (!isBefore(index, moved)) break;
    store<u32>(heapAt(place), index);
    place = child;
  }
  store<u32>(heapAt(place), moved);
}

function isUsedUp(index: u32): bool {
  return load<u32>(runAt(index), RUN_POSITION) == load<u32>(runAt(index), RUN_END);
}

/** Forgets runs that are used up. */
export function prune(): void {
  // What comes is no part of a run that ended before the last one.
  if (runs && isUsedUp(runs - 1)) lastTime = u64.MAX_VALUE;
  let kept: u32 = 0;
  for (let i: u32 = 0; i < runs; i++) {
    if (isUsedUp(i)) continue;
    if (kept != i) memory.copy(runAt(kept), runAt(i), RUN_SIZE_BYTES);
    kept++;
  }
  runs = kept;
}

export function buildHeap(): void {
  for (heap = 0; heap < runs; heap++) store<u32>(heapAt(heap), heap);
  for (let i: u32 = heap >>> 1; i > 0; i--) sift(i - 1);
}

/** The run with the earliest record; 0: none is left. */
// @inline
export function earliest(): usize {
  return heap ? runAt(load<u32>(heapAt(0))) : 0;
}

/** Up to which time the records of the earliest run come before those of all others. */
export function aloneTo(run: usize): u64 {
  if (heap < 2) return u64.MAX_VALUE;
  const second = load<u32>(heapAt(1));
  const next = heap > 2 && isBefore(load<u32>(heapAt(2)), second) ? load<u32>(heapAt(2)) : second;
  const time = load<u64>(runAt(next), RUN_TIME);
  return run < runAt(next) || !time ? time : time - 1;
}

/** The earliest run is done with up to a place; `time`: that of its next record, if there is one. */
export function pass(run: usize, position: usize, time: u64): void {
  pendingBytes -= <u32>(position - load<u32>(run, RUN_POSITION));
  store<u32>(run, position, RUN_POSITION);
  store<u64>(run, time, RUN_TIME);
  if (position >= load<u32>(run, RUN_END)) store<u32>(heapAt(0), load<u32>(heapAt(--heap)));
  if (heap > 1) sift(0);
}

/** Several records in order of time, behind all others. There must be room for a run. */
export function addRecords(position: usize, end: usize, first: u64, last: u64): void {
  addRecord(position, <u32>(end - position), first);
  lastTime = last;
}

/** Sorts the heap's places, which nobody needs between two flushes, by where their runs are. */
function sortByPosition(count: u32): void {
  for (let gap = count >>> 1; gap > 0; gap >>>= 1) {
    for (let i = gap; i < count; i++) {
      const moved = load<u32>(heapAt(i));
      const position = load<u32>(runAt(moved), RUN_POSITION);
      let place = i;
      for (; place >= gap && load<u32>(runAt(load<u32>(heapAt(place - gap))), RUN_POSITION) > position; place -= gap)
        store<u32>(heapAt(place), load<u32>(heapAt(place - gap)));
      store<u32>(heapAt(place), moved);
    }
  }
}

/** Moves what is left of the runs together, from `to` on. Not during a flush. */
export function gather(to: usize): void {
  prune();
  for (let i: u32 = 0; i < runs; i++) store<u32>(heapAt(i), i);
  sortByPosition(runs);
  for (let i: u32 = 0; i < runs; i++) {
    const run = runAt(load<u32>(heapAt(i)));
    const from: usize = load<u32>(run, RUN_POSITION);
    const bytes: usize = load<u32>(run, RUN_END) - from;
    memory.copy(to, from, bytes);
    store<u32>(run, to, RUN_POSITION);
    store<u32>(run, to + bytes, RUN_END);
    to += bytes;
  }
  // Nothing goes on with the last run where it was.
  lastTime = u64.MAX_VALUE;
}

/** Sets a byte for each block of the arena that has records of a run. */
export function markBlocks(marks: usize): void {
  const arena = load<u32>(STATE, STATE_ARENA);
  for (let i: u32 = 0; i < runs; i++) {
    if (isUsedUp(i)) continue;
    const last = (load<u32>(runAt(i), RUN_END) - 1 - arena) / LIMITS_BLOCK_BYTES;
    for (let block = (load<u32>(runAt(i), RUN_POSITION) - arena) / LIMITS_BLOCK_BYTES; block <= last; block++) store<u8>(marks + block, 1);
  }
}
