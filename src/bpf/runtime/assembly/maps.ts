/** Map operations by map type: what programs call, and (map_*) what the JIT and the session call. */
import { arrayElement, clearArray, lookupArray, updateArrayFromProgram, updateArrayFromUser } from "./array";
import {
  clearHash,
  currentCell,
  deleteKey,
  findElement,
  lookupBytes,
  nextLiveSlot,
  slotAddress,
  updateFromProgram,
  updateFromUser,
} from "./hash";
import {
  EINVAL,
  ELEMENT_KEY,
  ENOTSUPP,
  MAP_CELLS,
  MAP_CELL_STRIDE,
  MAP_ITER_KEY,
  MAP_MAX_ENTRIES,
  MAP_TYPE,
  MAP_TYPE_ARRAY,
  MAP_TYPE_PERCPU_ARRAY,
  MAP_TYPE_RINGBUF,
  MAP_VALUE_OFFSET,
} from "./layout";

export function isArray(map: usize): bool {
  const type = load<u32>(map, MAP_TYPE);
  return type == MAP_TYPE_ARRAY || type == MAP_TYPE_PERCPU_ARRAY;
}

function isRing(map: usize): bool {
  return load<u32>(map, MAP_TYPE) == MAP_TYPE_RINGBUF;
}

export function lookup(map: usize, key: usize): usize {
  if (isArray(map)) return lookupArray(map, load<u32>(key));
  return isRing(map) ? 0 : lookupBytes(map, key);
}

export function update(map: usize, key: usize, value: usize, flags: u64): i64 {
  if (isArray(map)) return updateArrayFromProgram(map, load<u32>(key), value, flags);
  return isRing(map) ? ENOTSUPP : updateFromProgram(map, key, value, flags);
}

export function remove(map: usize, key: usize): i64 {
  if (isArray(map)) return EINVAL;
  return isRing(map) ? ENOTSUPP : deleteKey(map, key);
}

/** A given CPU's cell of a key; 0 if there is no such key or CPU. */
export function lookupPercpu(map: usize, key: usize, cpu: u32): usize {
  const stride: usize = load<u32>(map, MAP_CELL_STRIDE);
  if (!stride || cpu >= load<u32>(map, MAP_CELLS)) return 0;
  const own = lookup(map, key);
  return own ? own - currentCell(map) + cpu * stride : 0;
}

// --- for bpf_for_each_map_elem. A cursor is 0 before the first element, then what the last call gave; 0 again is the end.
// Elements come by slot: in insertion order as long as nothing was deleted, else with reused slots in their place. The kernel promises no
// order; this one stays finite and valid whatever the callback inserts or deletes.

export function map_iter_next(map: usize, cursor: u32): u32 {
  if (isArray(map)) return cursor < load<u32>(map, MAP_MAX_ENTRIES) ? cursor + 1 : 0;
  return isRing(map) ? 0 : nextLiveSlot(map, cursor);
}

/** Address of the element's key. That of an array element is valid until the next call for the same map. */
export function map_iter_key(map: usize, cursor: u32): usize {
  if (!isArray(map)) return slotAddress(map, cursor - 1) + ELEMENT_KEY;
  store<u32>(map, cursor - 1, MAP_ITER_KEY);
  return map + MAP_ITER_KEY;
}

/** Address of the element's value (the current CPU's cell). */
export function map_iter_value(map: usize, cursor: u32): usize {
  if (isArray(map)) return lookupArray(map, cursor - 1);
  return slotAddress(map, cursor - 1) + load<u32>(map, MAP_VALUE_OFFSET) + currentCell(map);
}

// --- for the session: the system-call side.

/** Address of the first cell, 0 if the key is absent. No sign of use for LRU maps, as in the kernel. */
export function map_user_lookup(map: usize, key: usize): usize {
  if (isArray(map)) return arrayElement(map, load<u32>(key));
  if (isRing(map)) return 0;
  const element = findElement(map, key);
  return element ? element + load<u32>(map, MAP_VALUE_OFFSET) : 0;
}

export function map_user_update(map: usize, key: usize, value: usize, flags: u64): i32 {
  if (isRing(map)) return <i32>(flags == 4 ? EINVAL : ENOTSUPP);
  // The system call looks at BPF_F_LOCK before the map's own checks.
  if (flags & 4) return <i32>EINVAL;
  if (isArray(map)) return <i32>updateArrayFromUser(map, load<u32>(key), value, flags);
  return <i32>updateFromUser(map, key, value, flags);
}

export function map_user_delete(map: usize, key: usize): i32 {
  return <i32>remove(map, key);
}

/** Element of a hash map (not its value), 0 if the key is absent: where a walk in insertion order goes on. */
export function map_user_find(map: usize, key: usize): usize {
  return findElement(map, key);
}

/** Empties a hash map; zeroes an array. */
export function map_user_clear(map: usize): void {
  if (isArray(map)) clearArray(map);
  else if (!isRing(map)) clearHash(map);
}
