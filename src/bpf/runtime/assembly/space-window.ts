/** Whose code the current thread runs, and which of its address spaces (src/bpf/memory.ts, SPACE_WINDOW). */
import {
  CURRENT_BLOCK,
  CURRENT_TS,
  PUMP_BLOCK,
  PUMP_SPACES,
  SPACE_CHANGE_NS,
  SPACE_CHANGE_PID,
  SPACE_CHANGE_SIZE_BYTES,
  SPACE_CHANGE_SPACE,
  SPACE_TABLE_CHANGES,
  SPACE_TABLE_COUNT,
  SPACE_WINDOW_HIGH,
  SPACE_WINDOW_HIGH_SHIFT,
  SPACE_WINDOW_SPACE,
} from "./layout";
import { currentTgid } from "./tasks";

export function isSpaceWindow(address: u64): bool {
  return address == (<u64>SPACE_WINDOW_HIGH) << (<u64>SPACE_WINDOW_HIGH_SHIFT);
}

/** The last change of a process that is not later than `ns`; before its first one it has space 0. */
function spaceOf(table: usize, pid: u32, ns: u64): u32 {
  let low: u32 = 0;
  let high = load<u32>(table, SPACE_TABLE_COUNT);
  while (low < high) {
    const middle = (low + high) >> 1;
    const change = table + SPACE_TABLE_CHANGES + middle * SPACE_CHANGE_SIZE_BYTES;
    const other = load<u32>(change, SPACE_CHANGE_PID);
    if (other < pid || (other == pid && load<u64>(change, SPACE_CHANGE_NS) <= ns)) low = middle + 1;
    else high = middle;
  }
  if (!low) return 0;
  const last = table + SPACE_TABLE_CHANGES + (low - 1) * SPACE_CHANGE_SIZE_BYTES;
  return load<u32>(last, SPACE_CHANGE_PID) == pid ? load<u32>(last, SPACE_CHANGE_SPACE) : 0;
}

/** Zeros where nobody tells what a process has mapped: the code is anybody's. */
export function readSpaceWindow(to: usize, size: u32): bool {
  memory.fill(to, 0, size);
  if (size != 8) return false;
  const table: usize = load<u32>(PUMP_BLOCK, PUMP_SPACES);
  if (!table) return true;
  const pid = currentTgid();
  store<u32>(to, pid);
  if (pid) store<u32>(to, spaceOf(table, pid, load<u64>(CURRENT_BLOCK, CURRENT_TS)), SPACE_WINDOW_SPACE);
  return true;
}
