/**
 * Walks ring-buffer pages: from one record that somebody wants to the next one of the same stream. Layout: include/linux/ring_buffer.h and
 * the header_page and header_event texts of tracefs.
 *
 * Everything is read inside the filled part of the window, whatever the bytes say, and every step moves on: a broken page costs its records
 * and is counted.
 */
import { fill } from "./env";
import { canPause, enterStream, fire, mustReturn } from "./fire";
import { loseCalls } from "./call-memory";
import {
  CURRENT_BLOCK,
  CURRENT_NCPUS,
  CURSOR_CELL,
  CURSOR_CPU,
  CURSOR_END,
  CURSOR_FILLS,
  CURSOR_FLAGS,
  CURSOR_FLAGS_BIG_ENDIAN,
  CURSOR_FLAGS_DRY,
  CURSOR_FLAGS_ENDED,
  CURSOR_FLAGS_MARKS_CPU,
  CURSOR_FLAGS_SCALED,
  CURSOR_HEADER_BYTES,
  CURSOR_LAYOUT,
  CURSOR_MULT,
  CURSOR_OFFSET,
  CURSOR_PAGE,
  CURSOR_PAGE_BYTES,
  CURSOR_PLAN,
  CURSOR_POSITION,
  CURSOR_RANK,
  CURSOR_RAW,
  CURSOR_RAW_LIMIT,
  CURSOR_RECORD,
  CURSOR_RECORD_BYTES,
  CURSOR_SHIFT,
  CURSOR_STREAM,
  CURSOR_TS,
  CURSOR_WINDOW,
  CURSOR_WINDOW_END,
  EVENT_PLAN_MIN_BYTES,
  LAYOUT_IDS_SHIFT,
  LIMITS_FILL_COST,
  PUMP_BLOCK,
  PUMP_BUDGET,
  PUMP_REST,
  PUMP_DAMAGED,
  PUMP_DISPATCH,
  PUMP_EVENTS,
  PUMP_FIRST_TS,
  PUMP_KEEPS_PAGE,
  PUMP_LAST_TS,
  PUMP_LIMITED,
  PUMP_LOST,
  PUMP_LOST_UNKNOWN,
  PUMP_SEEN,
} from "./layout";
import { Big, half, isBig, Little, long, word } from "./order";
import { Any, Find, handles, wantsAny } from "./purpose";

const COMMIT_BYTES: u32 = 0x07ffffff;
const LOST_EVENTS: u32 = 0x80000000;
const LOST_COUNT_STORED: u32 = 0x40000000;

const LAST_SMALL: u32 = 28;
const PADDING: u32 = 29;
const TIME_EXTEND: u32 = 30;
/** Stamps have 59 bits; the rest comes from the time before. */
const STAMP_TOP: u64 = 0xf8 << 56;
/** Type, flags, preempt count and pid: every event has them. */
const COMMON_BYTES: u32 = 8;

function addTo32(field: usize, n: u32): void {
  store<u32>(PUMP_BLOCK + field, load<u32>(PUMP_BLOCK + field) + n);
}

function addTo64(field: usize, n: u64): void {
  store<u64>(PUMP_BLOCK + field, load<u64>(PUMP_BLOCK + field) + n);
}

function hasFlag(cursor: usize, flag: u32): bool {
  return (load<u32>(cursor, CURSOR_FLAGS) & flag) != 0;
}

/** ns = ((raw × mult) >> shift) + offset. */
// @inline
function convertTime(cursor: usize, raw: u64): u64 {
  return hasFlag(cursor, CURSOR_FLAGS_SCALED) ? scaleTime(cursor, raw) : raw + load<u64>(cursor, CURSOR_OFFSET);
}

/** With a product of 96 bits. */
function scaleTime(cursor: usize, raw: u64): u64 {
  const offset = load<u64>(cursor, CURSOR_OFFSET);
  const mult: u64 = load<u32>(cursor, CURSOR_MULT);
  const shift: u64 = load<u32>(cursor, CURSOR_SHIFT);
  const low = (raw & 0xffffffff) * mult;
  const high = (raw >>> 32) * mult + (low >>> 32);
  if (shift >= 32) return (high >>> (shift - 32)) + offset;
  return (high << (32 - shift)) + ((low & 0xffffffff) >>> shift) + offset;
}

const ENTERED: u32 = 0;
const AT_END: u32 = 1;
const OUT_OF_BUDGET: u32 = 2;

/** Makes the next whole page current; refills the window when it is used up. */
function enterPage<Order>(cursor: usize): u32 {
  const pageBytes = load<u32>(cursor, CURSOR_PAGE_BYTES);
  const headerBytes = load<u32>(cursor, CURSOR_HEADER_BYTES);
  let page = load<u32>(cursor, CURSOR_PAGE);
  const wanted = load<u32>(PUMP_BLOCK, PUMP_KEEPS_PAGE) ? pageBytes * 2 : pageBytes;
  while (true) {
    const left = load<u32>(cursor, CURSOR_WINDOW_END) - page;
    if (left < wanted && !(hasFlag(cursor, CURSOR_FLAGS_DRY) && left >= pageBytes)) {
      if (!load<u32>(PUMP_BLOCK, PUMP_BUDGET)) {
        canPause();
        return OUT_OF_BUDGET;
      }
      page = refill(cursor, page, wanted == pageBytes ? 0 : left);
      if (!page) return AT_END;
    }
    store<u32>(cursor, page + pageBytes, CURSOR_PAGE);
    // The kernel's long is sign-extended: only its low word counts, which a big-endian one has at its end.
    const commit = word<Order>(isBig<Order>() ? page + headerBytes - 4 : page + 8);
    const dataBytes = commit & COMMIT_BYTES;
    if (dataBytes > pageBytes - headerBytes) {
      addTo32(PUMP_DAMAGED, 1);
      page += pageBytes;
      continue;
    }
    const data = page + headerBytes;
    if (commit & LOST_EVENTS) {
      countLost<Order>(commit, data + dataBytes, page + pageBytes, headerBytes - 8);
      loseCalls(convertTime(cursor, long<Order>(page)));
    }
    store<u64>(cursor, long<Order>(page), CURSOR_RAW);
    store<u32>(cursor, data, CURSOR_POSITION);
    store<u32>(cursor, data + dataBytes, CURSOR_END);
    return ENTERED;
  }
}

function countLost<Order>(commit: u32, at: usize, pageEnd: usize, longBytes: u32): void {
  if (commit & LOST_COUNT_STORED && pageEnd - at >= longBytes) addTo64(PUMP_LOST, longBytes == 8 ? long<Order>(at) : <u64>word<Order>(at));
  else addTo32(PUMP_LOST_UNKNOWN, 1);
}

/**
 * Start of the window after it was filled again; 0 at the end. A piece of a page at the end is a file that was cut. `kept` bytes at `from`,
 * a page or nothing, stay in front of the new ones.
 */
function refill(cursor: usize, from: usize, kept: u32): usize {
  const window = load<u32>(cursor, CURSOR_WINDOW);
  if (kept) memory.copy(window, from, kept);
  const more = fill(load<u32>(cursor, CURSOR_STREAM), kept);
  if (!more) store<u32>(cursor, load<u32>(cursor, CURSOR_FLAGS) | CURSOR_FLAGS_DRY, CURSOR_FLAGS);
  const bytes = kept + more;
  const pageBytes = load<u32>(cursor, CURSOR_PAGE_BYTES);
  store<u32>(cursor, load<u32>(cursor, CURSOR_FILLS) + 1, CURSOR_FILLS);
  store<u32>(cursor, window + bytes, CURSOR_WINDOW_END);
  store<u32>(cursor, window, CURSOR_PAGE);
  spend(LIMITS_FILL_COST);
  if (bytes % pageBytes) addTo32(PUMP_DAMAGED, 1);
  return bytes < pageBytes ? 0 : window;
}

/** Of the slice, then of the rest of the budget. */
function spend(cost: u32): void {
  const budget = load<u32>(PUMP_BLOCK, PUMP_BUDGET);
  store<u32>(PUMP_BLOCK, budget > cost ? budget - cost : 0, PUMP_BUDGET);
  if (budget >= cost) return;
  const rest = load<u32>(PUMP_BLOCK, PUMP_REST);
  const owed = cost - budget;
  store<u32>(PUMP_BLOCK, rest > owed ? rest - owed : 0, PUMP_REST);
}

/** After it the cursor sorts behind everything. */
function endStream(cursor: usize): bool {
  store<u32>(cursor, load<u32>(cursor, CURSOR_FLAGS) | CURSOR_FLAGS_ENDED, CURSOR_FLAGS);
  store<u64>(cursor, u64.MAX_VALUE, CURSOR_TS);
  store<u32>(cursor, load<u32>(cursor, CURSOR_RANK) | 0x80000000, CURSOR_RANK);
  return true;
}

/** Adds data records to the statistics: their number, and their latest time. */
function countEvents(cursor: usize, events: u32, latest: u64): void {
  if (!events) return;
  addTo64(PUMP_EVENTS, events);
  const ts = convertTime(cursor, latest);
  if (ts > load<u64>(PUMP_BLOCK, PUMP_LAST_TS)) store<u64>(PUMP_BLOCK, ts, PUMP_LAST_TS);
}

/** Least time of a data record: looked at once per page, as records of a page are in order of time. */
function noteFirst(cursor: usize, raw: u64): void {
  const ts = convertTime(cursor, raw);
  if (load<u32>(PUMP_BLOCK, PUMP_SEEN) && ts >= load<u64>(PUMP_BLOCK, PUMP_FIRST_TS)) return;
  store<u32>(PUMP_BLOCK, 1, PUMP_SEEN);
  store<u64>(PUMP_BLOCK, ts, PUMP_FIRST_TS);
}

/** Leaves the walk behind a record; it goes on there when it is called again. */
function leave(cursor: usize, raw: u64, position: usize, end: usize): void {
  store<u64>(cursor, raw, CURSOR_RAW);
  store<u32>(cursor, position, CURSOR_POSITION);
  store<u32>(cursor, end, CURSOR_END);
}

/**
 * Moves a stream to its next event (cursor.ts, record, recordBytes, plan), or to its end. With Run and Watch, events before `limitNs` are not stopped at
 * but handled: nothing of other streams comes before them. False: the session is needed, or the budget used up; then the stream stands at no
 * event and has to be moved on.
 */
function walk<Order, Purpose>(cursor: usize, limitNs: u64): bool {
  const dispatch: usize = load<u32>(PUMP_BLOCK, PUMP_DISPATCH) + (load<u32>(cursor, CURSOR_LAYOUT) << (LAYOUT_IDS_SHIFT + 2));
  const limit = load<u64>(cursor, CURSOR_RAW_LIMIT);
  let raw = load<u64>(cursor, CURSOR_RAW);
  let position: usize = load<u32>(cursor, CURSOR_POSITION);
  let end: usize = load<u32>(cursor, CURSOR_END);
  let events: u32 = 0;
  let latest: u64 = 0;
  let isFirst = false;

  while (true) {
    if (position >= end) {
      countEvents(cursor, events, latest);
      events = 0;
      latest = 0;
      const entered = enterPage<Order>(cursor);
      if (entered == AT_END) return endStream(cursor);
      if (entered == OUT_OF_BUDGET) {
        leave(cursor, raw, end, end);
        return false;
      }
      raw = load<u64>(cursor, CURSOR_RAW);
      position = load<u32>(cursor, CURSOR_POSITION);
      end = load<u32>(cursor, CURSOR_END);
      isFirst = true;
      continue;
    }
    const left = end - position;
    if (left < 8) {
      // No data record and no two-word header is as short; a padding that ends the page may be.
      if (left >= 4 && isPadding<Order>(word<Order>(position))) position = end;
      else position = damaged(end);
      continue;
    }
    const header = word<Order>(position);
    const typeLen = isBig<Order>() ? header >>> 27 : header & 31;
    const delta: u64 = isBig<Order>() ? header & 0x7ffffff : header >>> 5;
    let record = position + 4;
    let bytes: u32 = typeLen << 2;
    if (typeLen - 1 >= LAST_SMALL) {
      const second = word<Order>(record);
      if (typeLen == 0) {
        record += 4;
        bytes = second - 4;
        if (second < 4 || bytes > left - 8) {
          position = damaged(end);
          continue;
        }
      } else if (typeLen == PADDING) {
        if (delta == 0) {
          position = end;
        } else if (second > left - 4) {
          position = damaged(end);
        } else if (hasFlag(cursor, CURSOR_FLAGS_MARKS_CPU)) {
          position = record + second;
          if (second == 8) enterCpu<Purpose>(cursor, word<Order>(record + 4));
        } else {
          // A discarded event: no data, but the time that passed before it did pass.
          position = record + second;
          raw += delta;
        }
        continue;
      } else {
        const time = delta + ((<u64>second) << 27);
        raw = typeLen == TIME_EXTEND ? raw + time : (raw & STAMP_TOP) | time;
        position += 8;
        continue;
      }
    }
    position = record + ((bytes + 3) & ~3);
    raw += delta;
    if (record + bytes > end || bytes < COMMON_BYTES) {
      position = bytes < COMMON_BYTES ? damaged(position) : damaged(end);
      continue;
    }
    if (raw >= limit) {
      store<u32>(PUMP_BLOCK, 1, PUMP_LIMITED);
      countEvents(cursor, events, latest);
      return endStream(cursor);
    }
    events++;
    latest = max<u64>(latest, raw);
    if (isFirst) {
      noteFirst(cursor, raw);
      isFirst = false;
    }
    let plan: usize = 0;
    if (!wantsAny<Purpose>()) {
      plan = load<u32>(dispatch + (half<Order>(record) << 2));
      if (!plan) continue;
      if (bytes < load<u32>(plan, EVENT_PLAN_MIN_BYTES)) {
        damaged(position);
        continue;
      }
    }
    const ts = convertTime(cursor, raw);
    if (handles<Purpose>() && ts < limitNs) {
      fire<Order, Purpose>(plan, record, bytes, ts);
      if (!mustReturn<Purpose>()) continue;
      countEvents(cursor, events, latest);
      leave(cursor, raw, position, end);
      return false;
    }
    countEvents(cursor, events, latest);
    leave(cursor, raw, position, end);
    store<u32>(cursor, record, CURSOR_RECORD);
    store<u32>(cursor, bytes, CURSOR_RECORD_BYTES);
    store<u32>(cursor, plan, CURSOR_PLAN);
    store<u64>(cursor, ts, CURSOR_TS);
    return true;
  }
}

/** The records to come are those of this CPU. */
function enterCpu<Purpose>(cursor: usize, cpu: u32): void {
  store<u32>(cursor, cpu, CURSOR_CPU);
  store<u32>(cursor, cpu % load<u32>(CURRENT_BLOCK, CURRENT_NCPUS), CURSOR_CELL);
  if (handles<Purpose>()) enterStream(cursor);
}

/** Any padding in the last word of the data ends the page: nothing fits behind it. */
function isPadding<Order>(header: u32): bool {
  return (isBig<Order>() ? header >>> 27 : header & 31) == PADDING;
}

/** Counts, and goes on at `next`. */
function damaged(next: usize): usize {
  addTo32(PUMP_DAMAGED, 1);
  return next;
}

export function isBigEndian(cursor: usize): bool {
  return hasFlag(cursor, CURSOR_FLAGS_BIG_ENDIAN);
}

/** Moves a stream to its next event that has programs or task rules, or to its end. False: the budget is used up before. */
export function advance(cursor: usize): bool {
  return isBigEndian(cursor) ? walk<Big, Find>(cursor, 0) : walk<Little, Find>(cursor, 0);
}

/** Moves a stream to its next data record of whatever event. */
export function advanceToAny(cursor: usize): bool {
  return isBigEndian(cursor) ? walk<Big, Any>(cursor, 0) : walk<Little, Any>(cursor, 0);
}

/**
 * Handles the event that a stream stands at and those after it before `limitNs`, and moves it to the next one. False: the session is needed,
 * and the stream has yet to be moved on (`advance`).
 */
export function runStream<Purpose>(cursor: usize, limitNs: u64): bool {
  enterStream(cursor);
  const plan: usize = load<u32>(cursor, CURSOR_PLAN);
  const record: usize = load<u32>(cursor, CURSOR_RECORD);
  const bytes = load<u32>(cursor, CURSOR_RECORD_BYTES);
  const ts = load<u64>(cursor, CURSOR_TS);
  if (isBigEndian(cursor)) {
    fire<Big, Purpose>(plan, record, bytes, ts);
    return !mustReturn<Purpose>() && walk<Big, Purpose>(cursor, limitNs);
  }
  fire<Little, Purpose>(plan, record, bytes, ts);
  return !mustReturn<Purpose>() && walk<Little, Purpose>(cursor, limitNs);
}
