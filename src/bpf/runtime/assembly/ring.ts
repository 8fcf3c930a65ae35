/**
 * Ring buffers, with the record framing and the limits of the kernel's. User space takes everything at once when it takes anything, after
 * which the data start at the beginning again, so that every record lies in one piece without mapping the memory twice.
 */
import {
  CURRENT_BLOCK,
  CURRENT_FLAGS,
  CURRENT_FLAGS_YIELD,
  CURRENT_OUTPUT_LOST,
  EAGAIN,
  EINVAL,
  MAP_CONSUMED,
  MAP_ELEMENTS,
  MAP_MAX_ENTRIES,
  MAP_OUTPUT,
  MAP_PRODUCED,
  RING_BUSY,
  RING_DISCARD,
  RING_HEADER_BYTES,
  RING_LENGTH,
  RING_MAP,
  RING_MAX_RECORD_BYTES,
} from "./layout";

const WAKEUP_FLAGS: u64 = 3;
/** Word of an output record whose bit 0 asks for user space before the next event (lang/ir RECORD_FLAG_YIELD). */
const RECORD_FLAGS: usize = 4;
const RECORD_FLAG_YIELD: u32 = 1;

function requestYield(): void {
  store<u32>(CURRENT_BLOCK, load<u32>(CURRENT_BLOCK, CURRENT_FLAGS) | CURRENT_FLAGS_YIELD, CURRENT_FLAGS);
}

function lose(map: usize): usize {
  if (load<u32>(map, MAP_OUTPUT)) store<u32>(CURRENT_BLOCK, load<u32>(CURRENT_BLOCK, CURRENT_OUTPUT_LOST) + 1, CURRENT_OUTPUT_LOST);
  return 0;
}

/**
 * Bytes of a large output ring that only records with the yield flag may fill: an exit() after too much printf must not be lost with it.
 * A small ring is used to its last byte, as the kernel's.
 */
const CONTROL_BYTES: u64 = 4096;
const LARGE_RING_BYTES: u32 = 65536;

/** Address of the data of a new record, 0 if it does not fit. As in the kernel a ring of n bytes never holds n bytes. */
export function reserveRecord(map: usize, size: u64): usize {
  return reserveWithin(map, size, load<u32>(map, MAP_OUTPUT) && load<u32>(map, MAP_MAX_ENTRIES) >= LARGE_RING_BYTES ? CONTROL_BYTES : 0);
}

function reserveWithin(map: usize, size: u64, keptFree: u64): usize {
  if (size > <u64>RING_MAX_RECORD_BYTES) return lose(map);
  const bytes = (size + <u64>RING_HEADER_BYTES + 7) & ~7;
  const ringBytes: u64 = load<u32>(map, MAP_MAX_ENTRIES);
  const produced = load<u64>(map, MAP_PRODUCED);
  const filled = produced - load<u64>(map, MAP_CONSUMED);
  if (filled + bytes + keptFree > ringBytes - 1) return lose(map);
  store<u64>(map, produced + bytes, MAP_PRODUCED);
  if (load<u32>(map, MAP_OUTPUT) && (filled + bytes) * 2 > ringBytes) requestYield();
  const header = load<u32>(map, MAP_ELEMENTS) + <usize>filled;
  store<u32>(header, (<u32>size) | RING_BUSY, RING_LENGTH);
  store<u32>(header, map, RING_MAP);
  return header + RING_HEADER_BYTES;
}

export function commitRecord(data: usize, discard: bool): void {
  const header = data - RING_HEADER_BYTES;
  const size = load<u32>(header, RING_LENGTH) & ~RING_BUSY;
  store<u32>(header, discard ? size | RING_DISCARD : size, RING_LENGTH);
  if (discard || !load<u32>(load<u32>(header, RING_MAP), MAP_OUTPUT)) return;
  if (size >= RECORD_FLAGS + 4 && load<u32>(data, RECORD_FLAGS) & RECORD_FLAG_YIELD) requestYield();
}

export function outputRecord(map: usize, data: usize, size: u64, flags: u64): i64 {
  if (flags & ~WAKEUP_FLAGS) return EINVAL;
  const isControl = load<u32>(map, MAP_OUTPUT) && size >= RECORD_FLAGS + 4 && load<u32>(<usize>data, RECORD_FLAGS) & RECORD_FLAG_YIELD;
  const record = isControl ? reserveWithin(map, size, 0) : reserveRecord(map, size);
  if (!record) return EAGAIN;
  memory.copy(record, data, <usize>size);
  commitRecord(record, false);
  return 0;
}

/** bpf_ringbuf_query: BPF_RB_AVAIL_DATA, RING_SIZE, CONS_POS, PROD_POS. */
export function queryRing(map: usize, what: u64): u64 {
  if (what == 0) return load<u64>(map, MAP_PRODUCED) - load<u64>(map, MAP_CONSUMED);
  if (what == 1) return load<u32>(map, MAP_MAX_ENTRIES);
  if (what == 2) return load<u64>(map, MAP_CONSUMED);
  return what == 3 ? load<u64>(map, MAP_PRODUCED) : 0;
}
