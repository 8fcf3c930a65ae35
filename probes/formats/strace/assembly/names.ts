/** Looks names up in the tables that lines/byte-names.ts makes. */
import {
  FOUND_FIRST,
  FOUND_INDEX,
  FOUND_LAST,
  FOUND_LENGTH,
  FOUND_MIDDLE,
  FOUND_MOST_BYTES,
  FOUND_SIZE_BYTES,
  NAMES_CACHE,
  NAMES_ENDS,
  NAMES_MASK,
  NAMES_SLOTS,
  NAMES_TEXT,
  STATE,
  STATE_CALLS,
} from "./layout";
import { at } from "./text";

const SEED: u32 = 0x811c9dc5;
const PRIME: u32 = 0x01000193;

function isName(table: usize, index: u32, start: usize, end: usize): bool {
  const ends = <usize>load<u32>(table, NAMES_ENDS);
  let from: u32 = index == 0 ? 0 : load<u32>(ends + ((index - 1) << 2));
  if (load<u32>(ends + (index << 2)) - from != <u32>(end - start)) return false;
  let name = <usize>load<u32>(table, NAMES_TEXT) + from;
  for (let place = start; place < end; place++, name++) if (at(place) != at(name)) return false;
  return true;
}

function lookUp(table: usize, start: usize, end: usize): i32 {
  let hash = SEED;
  for (let place = start; place < end; place++) hash = (hash ^ at(place)) * PRIME;
  const mask = load<u32>(table, NAMES_MASK);
  const slots = <usize>load<u32>(table, NAMES_SLOTS);
  let slot = (hash ^ (hash >>> 15)) & mask;
  let index = load<u32>(slots + (slot << 2));
  while (index != 0 && !isName(table, index - 1, start, end)) {
    slot = (slot + 1) & mask;
    index = load<u32>(slots + (slot << 2));
  }
  return <i32>index - 1;
}

/** Index of the name; -1: it is none of them. The same few names come again and again. */
export function find(table: usize, start: usize, end: usize): i32 {
  const length = <u32>(end - start);
  // Nobody has told the names yet.
  if (!load<u32>(table, NAMES_SLOTS)) return -1;
  if (length == 0 || length > FOUND_MOST_BYTES) return lookUp(table, start, end);
  let first = load<u64>(start);
  if (length < 8) first &= ((<u64>1) << (length << 3)) - 1;
  const middle: u64 = length > 16 ? load<u64>(start + 8) : 0;
  const last: u64 = length > 8 ? load<u64>(end - 8) : 0;
  const mixed = (first ^ (last << 1) ^ (middle << 2) ^ length) * 0x9e3779b97f4a7c15;
  const entry = <usize>load<u32>(table, NAMES_CACHE) + <usize>(mixed >>> 55) * FOUND_SIZE_BYTES;
  const isKept =
    load<u64>(entry, FOUND_FIRST) == first &&
    load<u64>(entry, FOUND_MIDDLE) == middle &&
    load<u64>(entry, FOUND_LAST) == last &&
    load<u32>(entry, FOUND_LENGTH) == length;
  if (isKept) return load<i32>(entry, FOUND_INDEX) - 1;
  const index = lookUp(table, start, end);
  store<u64>(entry, first, FOUND_FIRST);
  store<u64>(entry, middle, FOUND_MIDDLE);
  store<u64>(entry, last, FOUND_LAST);
  store<u32>(entry, length, FOUND_LENGTH);
  store<u32>(entry, index + 1, FOUND_INDEX);
  return index;
}

/** Index among the names of calls, -1: it is none of them. */
export function call_named(start: usize, end: usize): i32 {
  return find(STATE + STATE_CALLS, start, end);
}
