/**
 * Hash maps: hash, percpu_hash and their LRU forms. A table of buckets points to chains of elements in a slab; elements never move, so a value
 * pointer stays valid until its element is deleted, and a deleted slot is the next to be used. All operations are O(1) at any load and
 * after any history. Elements are also linked in insertion order, which is the order in which user space sees them.
 *
 * LRU: a program's lookup or an update of a present key sets the referenced bit. To make room, the oldest element goes; a referenced one loses
 * its bit and moves to the end instead (second chance). The kernel's lists work by the same bit, in batches and per CPU.
 *
 * The JIT writes lookups of small keys out in programs (jit/lower/hash-lookup.ts): hashing, buckets and chains here and there must agree.
 */
import { equalBytes, hash4, hash8, hashKey } from "./bytes";
import {
  CURRENT_BLOCK,
  CURRENT_CELL,
  E2BIG,
  EINVAL,
  ELEMENT_CHAIN,
  ELEMENT_FLAGS_LIVE,
  ELEMENT_FLAGS_REFERENCED,
  ELEMENT_HASH,
  ELEMENT_KEY,
  ELEMENT_NEXT,
  ELEMENT_PREV,
  ELEM_EXIST,
  ELEM_NOEXIST,
  EEXIST,
  ENOENT,
  MAP_BUCKETS,
  MAP_CELLS,
  MAP_CELL_BYTES,
  MAP_CELL_STRIDE,
  MAP_COUNT,
  MAP_ELEMENTS,
  MAP_ELEMENT_BYTES,
  MAP_FREE,
  MAP_HEAD,
  MAP_KEY_SIZE,
  MAP_MAX_ENTRIES,
  MAP_SHIFT,
  MAP_TAIL,
  MAP_TOUCH,
  MAP_USED,
  MAP_VALUE_OFFSET,
  MAP_VALUE_SIZE,
} from "./layout";

const FLAG_BITS: u32 = 3;

/** Where the current CPU's cell lies behind the first one. */
export function currentCell(map: usize): usize {
  return load<u32>(map, MAP_CELL_STRIDE) * load<u32>(CURRENT_BLOCK, CURRENT_CELL);
}

function bucketOf(map: usize, hash: u32): usize {
  return load<u32>(map, MAP_BUCKETS) + ((hash >>> load<u32>(map, MAP_SHIFT)) << 2);
}

function find4(map: usize, key: u32): usize {
  let element: usize = load<u32>(bucketOf(map, hash4(key)));
  while (element != 0 && load<u32>(element, ELEMENT_KEY) != key) element = load<u32>(element, ELEMENT_CHAIN);
  return element;
}

function find8(map: usize, key: u64): usize {
  let element: usize = load<u32>(bucketOf(map, hash8(key)));
  while (element != 0 && load<u64>(element, ELEMENT_KEY) != key) element = load<u32>(element, ELEMENT_CHAIN);
  return element;
}

function findBytes(map: usize, key: usize, size: usize, hash: u32): usize {
  let element: usize = load<u32>(bucketOf(map, hash));
  while (element != 0) {
    if (((load<u32>(element, ELEMENT_HASH) ^ hash) & ~FLAG_BITS) == 0 && equalBytes(element + ELEMENT_KEY, key, size)) return element;
    element = load<u32>(element, ELEMENT_CHAIN);
  }
  return 0;
}

/** The element of a key, or 0. */
export function findElement(map: usize, key: usize): usize {
  const size: usize = load<u32>(map, MAP_KEY_SIZE);
  if (size == 8) return find8(map, load<u64>(key));
  if (size == 4) return find4(map, load<u32>(key));
  return findBytes(map, key, size, hashKey(key, size));
}

function touch(map: usize, element: usize): void {
  const bit = load<u32>(map, MAP_TOUCH);
  if (bit) store<u32>(element, load<u32>(element, ELEMENT_HASH) | bit, ELEMENT_HASH);
}

/** A program's view of an element: the current CPU's cell, and a sign of use for LRU. */
function programValue(map: usize, element: usize): usize {
  if (!element) return 0;
  touch(map, element);
  return element + load<u32>(map, MAP_VALUE_OFFSET) + currentCell(map);
}

export function lookupBytes(map: usize, key: usize): usize {
  return programValue(map, findElement(map, key));
}

function append(map: usize, element: usize): void {
  const tail: usize = load<u32>(map, MAP_TAIL);
  store<u32>(element, tail, ELEMENT_PREV);
  store<u32>(element, 0, ELEMENT_NEXT);
  if (tail) store<u32>(tail, element, ELEMENT_NEXT);
  else store<u32>(map, element, MAP_HEAD);
  store<u32>(map, element, MAP_TAIL);
}

function unlink(map: usize, element: usize): void {
  const prev: usize = load<u32>(element, ELEMENT_PREV);
  const next: usize = load<u32>(element, ELEMENT_NEXT);
  if (prev) store<u32>(prev, next, ELEMENT_NEXT);
  else store<u32>(map, next, MAP_HEAD);
  if (next) store<u32>(next, prev, ELEMENT_PREV);
  else store<u32>(map, prev, MAP_TAIL);
}

function remove(map: usize, element: usize): void {
  // `link` is the address of the word that points to the element: the bucket, or the chain field of the one before.
  let link = bucketOf(map, load<u32>(element, ELEMENT_HASH));
  while (<usize>load<u32>(link) != element) link = <usize>load<u32>(link) + ELEMENT_CHAIN;
  store<u32>(link, load<u32>(element, ELEMENT_CHAIN));
  unlink(map, element);
  store<u32>(element, 0, ELEMENT_HASH);
  store<u32>(element, load<u32>(map, MAP_FREE), ELEMENT_CHAIN);
  store<u32>(map, element, MAP_FREE);
  store<u32>(map, load<u32>(map, MAP_COUNT) - 1, MAP_COUNT);
}

/** Ends: every move clears a bit, and a round without referenced elements evicts the first. */
function evictOldest(map: usize): void {
  while (true) {
    const oldest: usize = load<u32>(map, MAP_HEAD);
    const hash = load<u32>(oldest, ELEMENT_HASH);
    if (!(hash & ELEMENT_FLAGS_REFERENCED)) {
      remove(map, oldest);
      return;
    }
    store<u32>(oldest, hash & ~ELEMENT_FLAGS_REFERENCED, ELEMENT_HASH);
    unlink(map, oldest);
    append(map, oldest);
  }
}

function takeFreeSlot(map: usize): usize {
  const free: usize = load<u32>(map, MAP_FREE);
  if (free) {
    store<u32>(map, load<u32>(free, ELEMENT_CHAIN), MAP_FREE);
    return free;
  }
  const used = load<u32>(map, MAP_USED);
  if (used == load<u32>(map, MAP_MAX_ENTRIES)) return 0;
  store<u32>(map, used + 1, MAP_USED);
  return load<u32>(map, MAP_ELEMENTS) + used * load<u32>(map, MAP_ELEMENT_BYTES);
}

function insert(map: usize, key: usize): usize {
  let element = takeFreeSlot(map);
  if (!element) {
    if (!load<u32>(map, MAP_TOUCH)) return 0;
    evictOldest(map);
    element = takeFreeSlot(map);
  }
  const size: usize = load<u32>(map, MAP_KEY_SIZE);
  const hash = hashKey(key, size);
  const bucket = bucketOf(map, hash);
  store<u32>(element, load<u32>(bucket), ELEMENT_CHAIN);
  store<u32>(bucket, element);
  store<u32>(element, (hash & ~FLAG_BITS) | ELEMENT_FLAGS_LIVE, ELEMENT_HASH);
  append(map, element);
  store<u32>(map, load<u32>(map, MAP_COUNT) + 1, MAP_COUNT);
  // The padding of the key belongs to what user space compares and prints.
  store<u64>(element + load<u32>(map, MAP_VALUE_OFFSET) - 8, 0);
  memory.copy(element + ELEMENT_KEY, key, size);
  return element;
}

/** The flag rules of the kernel's hash maps. BPF_F_LOCK needs a spin lock in the value, which our maps do not have. */
export function flagsError(flags: u64, present: bool): i64 {
  if (flags > <u64>ELEM_EXIST) return EINVAL;
  if (present) return flags == <u64>ELEM_NOEXIST ? EEXIST : 0;
  return flags == <u64>ELEM_EXIST ? ENOENT : 0;
}

export function copyCell(map: usize, cell: usize, value: usize): void {
  store<u64>(cell + load<u32>(map, MAP_CELL_BYTES) - 8, 0);
  memory.copy(cell, value, load<u32>(map, MAP_VALUE_SIZE));
}

/** All cells, as user space hands them over. */
export function copyCells(map: usize, cells: usize, value: usize): void {
  if (load<u32>(map, MAP_CELL_STRIDE)) memory.copy(cells, value, load<u32>(map, MAP_CELL_BYTES) * load<u32>(map, MAP_CELLS));
  else copyCell(map, cells, value);
}

/** Update from a program: writes the current CPU's cell; in a new element those of the other CPUs are zero. */
export function updateFromProgram(map: usize, key: usize, value: usize, flags: u64): i64 {
  let element = findElement(map, key);
  const error = flagsError(flags, element != 0);
  if (error) return error;
  const cells: usize = load<u32>(map, MAP_VALUE_OFFSET);
  if (element) {
    touch(map, element);
  } else {
    element = insert(map, key);
    if (!element) return E2BIG;
    if (load<u32>(map, MAP_CELL_STRIDE)) memory.fill(element + cells, 0, load<u32>(map, MAP_CELL_BYTES) * load<u32>(map, MAP_CELLS));
  }
  copyCell(map, element + cells + currentCell(map), value);
  return 0;
}

/** Update from user space: `value` holds the cells of all CPUs, each padded to 8 (one unpadded value for maps that are not per CPU). */
export function updateFromUser(map: usize, key: usize, value: usize, flags: u64): i64 {
  let element = findElement(map, key);
  const error = flagsError(flags, element != 0);
  if (error) return error;
  if (element) {
    touch(map, element);
  } else {
    element = insert(map, key);
    if (!element) return E2BIG;
  }
  copyCells(map, element + load<u32>(map, MAP_VALUE_OFFSET), value);
  return 0;
}

export function deleteKey(map: usize, key: usize): i64 {
  const element = findElement(map, key);
  if (!element) return ENOENT;
  remove(map, element);
  return 0;
}

/** Empties the map: as if nothing had ever been inserted. Costs what is in it, not what fits. */
export function clearHash(map: usize): void {
  let element: usize = load<u32>(map, MAP_HEAD);
  while (element) {
    store<u32>(bucketOf(map, load<u32>(element, ELEMENT_HASH)), 0);
    store<u32>(element, 0, ELEMENT_HASH);
    element = load<u32>(element, ELEMENT_NEXT);
  }
  store<u32>(map, 0, MAP_COUNT);
  store<u32>(map, 0, MAP_USED);
  store<u32>(map, 0, MAP_FREE);
  store<u32>(map, 0, MAP_HEAD);
  store<u32>(map, 0, MAP_TAIL);
}

/** Live slot with a number of at least `slot`, counted from 0: its number + 1, or 0. */
export function nextLiveSlot(map: usize, slot: u32): u32 {
  const used = load<u32>(map, MAP_USED);
  while (slot < used) {
    if (load<u32>(slotAddress(map, slot), ELEMENT_HASH)) return slot + 1;
    slot++;
  }
  return 0;
}

export function slotAddress(map: usize, slot: u32): usize {
  return load<u32>(map, MAP_ELEMENTS) + slot * load<u32>(map, MAP_ELEMENT_BYTES);
}
