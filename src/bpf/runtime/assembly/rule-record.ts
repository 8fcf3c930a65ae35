/** The record that task rules are applied to: its fields as numbers of this machine. */
import { PUMP_BLOCK, PUMP_DAMAGED } from "./layout";

/** The record at hand; set before a rule is applied, as AssemblyScript has no cheap records. The time is that of its event. */
export let record: usize = 0;
let recordBytes: u32 = 0;
let bigEndian: bool = false;
export let recordNs: u64 = 0;

function countDamage(): void {
  store<u32>(PUMP_BLOCK, load<u32>(PUMP_BLOCK, PUMP_DAMAGED) + 1, PUMP_DAMAGED);
}

export function holds(offset: u32, bytes: u32): bool {
  if (offset <= recordBytes && bytes <= recordBytes - offset) return true;
  countDamage();
  return false;
}

/** u32 at an offset of the record, 0 if it ends before: no rule does anything for pid 0. */
export function field(offset: u32): u32 {
  if (!holds(offset, 4)) return 0;
  const value = load<u32>(record + offset);
  return bigEndian ? bswap<u32>(value) : value;
}

export function field64(offset: u32): u64 {
  if (!holds(offset, 8)) return 0;
  const value = load<u64>(record + offset);
  return bigEndian ? bswap<u64>(value) : value;
}

/** A system call's result, whose low word is at `offset`, is 0. */
export function isZero(offset: u32): bool {
  return holds(offset, 4) && field(offset) == 0;
}

export function setRecord(at: usize, bytes: u32, isBigEndian: bool, ns: u64): void {
  record = at;
  recordBytes = bytes;
  bigEndian = isBigEndian;
  recordNs = ns;
}
