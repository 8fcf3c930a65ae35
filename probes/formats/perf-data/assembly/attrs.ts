/** Which attr a record is of, and its time. */
import {
  ATTR_TIME_AT,
  ATTR_TRAILER_ID_FROM_END,
  ATTR_TRAILER_TIME_FROM_END,
  ID_SLOT_ATTR,
  ID_SLOT_COUNT,
  ID_SLOT_ID,
  ID_SLOT_SIZE_BYTES,
  RECORD_TYPE_SAMPLE,
  STATE,
  STATE_ATTRS,
  STATE_ATTR_COUNT,
  STATE_DENSE,
  STATE_DENSE_BASE,
  STATE_DENSE_COUNT,
  STATE_IDS,
  STATE_ID_AT,
  STATE_ID_MASK,
  STATE_SAMPLE_TIME_AT,
} from "./layout";
import { half, long, word } from "./order";

/** Address of the attr with an event id; 0: none has it. TypeScript fills the table by the same hash. */
// @inline
function attrOfId(id: u64): usize {
  const place = id - load<u64>(STATE, STATE_DENSE_BASE);
  if (place < <u64>load<u32>(STATE, STATE_DENSE_COUNT)) return load<u32>(load<u32>(STATE, STATE_DENSE) + ((<u32>place) << 2));
  return attrOfSparseId(id);
}

function attrOfSparseId(id: u64): usize {
  const slot = slotOfId(id);
  return slot ? load<u32>(slot, ID_SLOT_ATTR) : 0;
}

/** Address of an event id's slot; 0: it is not known. */
export function slotOfId(id: u64): usize {
  const ids: usize = load<u32>(STATE, STATE_IDS);
  const mask = load<u32>(STATE, STATE_ID_MASK);
  let index = (<u32>id * 0x9e3779b1) >>> 7;
  while (true) {
    const slot = ids + (index & mask) * ID_SLOT_SIZE_BYTES;
    if (!load<u32>(slot, ID_SLOT_ATTR)) return 0;
    if (load<u64>(slot, ID_SLOT_ID) == id) return slot;
    index++;
  }
}

/** Counts of groups begin at zero. */
export function resetCounts(): void {
  const ids: usize = load<u32>(STATE, STATE_IDS);
  const slots = load<u32>(STATE, STATE_ID_MASK) + 1;
  for (let i: u32 = 0; i < slots; i++) store<u64>(ids + i * ID_SLOT_SIZE_BYTES, 0, ID_SLOT_COUNT);
}

/** Of a sample record; 0: not known. */
// @inline
export function attrOfSample<Order>(record: usize): usize {
  const idAt = load<u32>(STATE, STATE_ID_AT);
  if (!idAt) return load<u32>(STATE, STATE_ATTR_COUNT) ? load<u32>(STATE, STATE_ATTRS) : 0;
  return idAt + 8 > half<Order>(record + 6) ? 0 : attrOfId(long<Order>(record + idAt));
}

/** All attrs have their ids at the same place from the end, or only one is. */
function attrOfOther<Order>(record: usize, size: u32): usize {
  const first: usize = load<u32>(STATE, STATE_ATTRS);
  if (!load<u32>(STATE, STATE_ATTR_COUNT)) return 0;
  const fromEnd = load<u32>(first, ATTR_TRAILER_ID_FROM_END);
  if (!fromEnd || fromEnd + 8 > size) return first;
  const found = attrOfId(long<Order>(record + size - fromEnd));
  return found ? found : first;
}

/** ns; 0: the record has none. */
export function timeOf<Order>(record: usize): u64 {
  const size = half<Order>(record + 6);
  if (word<Order>(record) == RECORD_TYPE_SAMPLE) {
    let at = load<u32>(STATE, STATE_SAMPLE_TIME_AT);
    if (!at) {
      const attr = attrOfSample<Order>(record);
      at = attr ? load<u32>(attr, ATTR_TIME_AT) : 0;
    }
    return at && at + 8 <= size ? long<Order>(record + at) : 0;
  }
  const attr = attrOfOther<Order>(record, size);
  const fromEnd = attr ? load<u32>(attr, ATTR_TRAILER_TIME_FROM_END) : 0;
  return fromEnd && fromEnd + 8 <= size ? long<Order>(record + size - fromEnd) : 0;
}
