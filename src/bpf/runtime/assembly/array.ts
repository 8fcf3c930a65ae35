/** Arrays and per-CPU arrays: element `i` holds the cells of all CPUs side by side. */
import { copyCell, copyCells, currentCell } from "./hash";
import { E2BIG, EEXIST, EINVAL, ELEM_EXIST, ELEM_LOCK, ELEM_NOEXIST, MAP_ELEMENTS, MAP_ELEMENT_BYTES, MAP_MAX_ENTRIES } from "./layout";

/** Address of the first cell of element `index`, 0 beyond the end. */
export function arrayElement(map: usize, index: u32): usize {
  if (index >= load<u32>(map, MAP_MAX_ENTRIES)) return 0;
  return load<u32>(map, MAP_ELEMENTS) + index * load<u32>(map, MAP_ELEMENT_BYTES);
}

export function lookupArray(map: usize, index: u32): usize {
  const element = arrayElement(map, index);
  return element ? element + currentCell(map) : 0;
}

/** The kernel's order: unknown flags, then the index, then the flags that cannot hold. */
function updateError(map: usize, index: u32, flags: u64): i64 {
  if ((flags & ~(<u64>ELEM_LOCK)) > <u64>ELEM_EXIST) return EINVAL;
  if (index >= load<u32>(map, MAP_MAX_ENTRIES)) return E2BIG;
  if (flags & (<u64>ELEM_NOEXIST)) return EEXIST;
  return flags & (<u64>ELEM_LOCK) ? EINVAL : 0;
}

export function updateArrayFromProgram(map: usize, index: u32, value: usize, flags: u64): i64 {
  const error = updateError(map, index, flags);
  if (error) return error;
  copyCell(map, arrayElement(map, index) + currentCell(map), value);
  return 0;
}

export function updateArrayFromUser(map: usize, index: u32, value: usize, flags: u64): i64 {
  const error = updateError(map, index, flags);
  if (error) return error;
  copyCells(map, arrayElement(map, index), value);
  return 0;
}

export function clearArray(map: usize): void {
  memory.fill(load<u32>(map, MAP_ELEMENTS), 0, load<u32>(map, MAP_MAX_ENTRIES) * load<u32>(map, MAP_ELEMENT_BYTES));
}
