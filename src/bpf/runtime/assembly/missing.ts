/** Counts the events on which a program asked for something that the recording does not hold. */
import { CURRENT_BLOCK, CURRENT_SERIAL, MISSING_BLOCK, MISSING_SEEN } from "./layout";

/** `kind`: offset of the counter, MISSING_*. */
export function countMissing(kind: usize): void {
  const serial = load<u32>(CURRENT_BLOCK, CURRENT_SERIAL);
  if (load<u32>(MISSING_SEEN + kind) == serial) return;
  store<u32>(MISSING_SEEN + kind, serial);
  store<u32>(MISSING_BLOCK + kind, load<u32>(MISSING_BLOCK + kind) + 1);
}
