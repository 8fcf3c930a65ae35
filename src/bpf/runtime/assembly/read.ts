/** bpf_probe_read*: what of the traced machine's memory there is. */
import { keptRegion } from "./call-memory";
import { countMissing } from "./missing";
import { isSpaceWindow, readSpaceWindow } from "./space-window";
import { isTaskStruct, readTaskStruct, taskText, textBytes } from "./task-struct";
import { isTaskWindow, readTaskWindow } from "./task-window";
import { regionOf } from "./probed";
import {
  CURRENT_BLOCK,
  CURRENT_HOST,
  CURRENT_RECORD_ADDR,
  CURRENT_RECORD_LEN,
  CURRENT_SERIAL,
  CURSOR_RECORDING,
  EFAULT,
  PUMP_BLOCK,
  PUMP_CURSOR,
  PUMP_MAPS_END,
  PUMP_MAPS_START,
  RECORD_WINDOW_HIGH,
  RECORD_WINDOW_HIGH_SHIFT,
  RECORD_WINDOW_MARK,
  RECORD_WINDOW_SERIAL_SHIFT,
  PUMP_TAGS,
  REGION_ADDRESS,
  REGION_AT,
  REGION_LENGTH,
  STACK_BASE,
  STACK_FRAMES,
  STACK_FRAME_BYTES,
  TAG_WINDOW_BYTES,
  TAG_WINDOW_HIGH,
  TAG_WINDOW_HIGH_SHIFT,
} from "./layout";

/** In TAG_WINDOW: where the tag of the recording at hand is. */
function tagAt(address: u64): usize {
  const recording = load<u32>(load<u32>(PUMP_BLOCK, PUMP_CURSOR), CURSOR_RECORDING);
  return load<u32>(PUMP_BLOCK, PUMP_TAGS) + recording * TAG_WINDOW_BYTES + <u32>address;
}

function isTagWindow(address: u64): bool {
  return address >> (<u64>TAG_WINDOW_HIGH_SHIFT) == <u64>TAG_WINDOW_HIGH;
}

/** Nothing is mapped below: vm.mmap_min_addr, and the kernel reads no user addresses as its own. */
const NULL_BYTES: u64 = 65_536;

/** __data_loc has 16 bits for it. */
const RECORD_OFFSET: u64 = 0xffff;

function within(address: u64, start: u64, end: u64): bool {
  return address >= start && address < end;
}

/**
 * Bytes readable from `address` on, 0 if it is no address of ours: the record being handled, the BPF stack, maps and their scratch. Nothing
 * else of the linear memory, as a recorded pointer that happens to be small must fault and not read the machine's own state.
 */
function readable(address: u64): u64 {
  const record: u64 = load<u32>(CURRENT_BLOCK, CURRENT_RECORD_ADDR);
  let end = record + load<u32>(CURRENT_BLOCK, CURRENT_RECORD_LEN);
  if (within(address, record, end)) return end - address;
  end = STACK_BASE + STACK_FRAMES * STACK_FRAME_BYTES;
  if (within(address, STACK_BASE, end)) return end - address;
  end = load<u32>(PUMP_BLOCK, PUMP_MAPS_END);
  return within(address, load<u32>(PUMP_BLOCK, PUMP_MAPS_START), end) ? end - address : 0;
}

/** By the event's own record, or by what was recorded when its call began; 0: not known. */
function knownRegion(address: u64): usize {
  const own = regionOf(address);
  return own ? own : keptRegion(address);
}

/** Bytes that records tell of, piece by piece as they were recorded. False: one is missing. */
function readRecorded(to: usize, size: u32, from: u64): bool {
  let done: u32 = 0;
  while (done < size) {
    const region = knownRegion(from + done);
    if (!region) return false;
    const skip = <u32>(from + done - load<u64>(region, REGION_ADDRESS));
    const piece = min<u32>(load<u32>(region, REGION_LENGTH) - skip, size - done);
    memory.copy(to + done, load<u32>(region, REGION_AT) + skip, piece);
    done += piece;
  }
  return true;
}

/** What stands for an address in the record leads there, while it is that event's. */
// @inline
function inRecord(address: u64): u64 {
  if (address >> (<u64>RECORD_WINDOW_HIGH_SHIFT) != <u64>RECORD_WINDOW_HIGH) return address;
  if (<u32>(address >> (<u64>RECORD_WINDOW_SERIAL_SHIFT)) != load<u32>(CURRENT_BLOCK, CURRENT_SERIAL)) return address;
  return <u64>load<u32>(CURRENT_BLOCK, CURRENT_RECORD_ADDR) + (address & RECORD_OFFSET);
}

/** A program that reads a marked address in the record: it gets what stands for it. */
function standIn(to: usize): void {
  const mark = <u64>RECORD_WINDOW_MARK;
  if (load<u64>(to, 8) != ((mark << 32) | mark)) return;
  const record: u64 = load<u32>(CURRENT_BLOCK, CURRENT_RECORD_ADDR);
  const offset = load<u64>(to) - record;
  if (offset > RECORD_OFFSET) return;
  const event = <u64>load<u32>(CURRENT_BLOCK, CURRENT_SERIAL);
  store<u64>(to, ((<u64>RECORD_WINDOW_HIGH) << (<u64>RECORD_WINDOW_HIGH_SHIFT)) | (event << (<u64>RECORD_WINDOW_SERIAL_SHIFT)) | offset);
}

/**
 * As the kernel, a failed read leaves zeros. Nothing is missing where nothing can be: reading NULL is how programs zero memory, and members
 * of NULL are not there on a live machine either.
 */
function fault(to: usize, size: u32, from: u64, kind: usize): i64 {
  memory.fill(to, 0, size);
  if (from >= NULL_BYTES) countMissing(kind);
  return EFAULT;
}

/** bpf_probe_read, bpf_probe_read_kernel. `kind`: the counter of what is missing. */
export function readMemory(to: usize, size: u32, address: u64, kind: usize): i64 {
  if (!size) return 0;
  const from = inRecord(address);
  if (isTaskWindow(from)) {
    memory.fill(to, 0, size);
    return readTaskWindow(to, size, from) ? 0 : EFAULT;
  }
  if (isTaskStruct(from)) {
    memory.fill(to, 0, size);
    return readTaskStruct(to, size, from) ? 0 : EFAULT;
  }
  if (isSpaceWindow(from)) return readSpaceWindow(to, size) ? 0 : EFAULT;
  if (isTagWindow(from)) {
    const offset = <u32>from;
    if (offset >= TAG_WINDOW_BYTES || TAG_WINDOW_BYTES - offset < size) return fault(to, size, from, kind);
    memory.fill(to, 0, size);
    if (!load<u32>(CURRENT_BLOCK, CURRENT_HOST)) memory.copy(to, tagAt(from), size);
    return 0;
  }
  if (readable(from) < size) return readUser(to, size, from, kind);
  memory.copy(to, <usize>from, size);
  if (size == 16) standIn(to);
  return 0;
}

/** bpf_probe_read_user: user memory is never in the record or in maps, and its addresses may look like ours (programs not at high addresses). */
export function readUser(to: usize, size: u32, from: u64, kind: usize): i64 {
  return !size || readRecorded(to, size, from) ? 0 : fault(to, size, from, kind);
}

export function readUserString(to: usize, size: u32, from: u64, kind: usize): i64 {
  if (!size) return 0;
  const region = knownRegion(from);
  if (!region) return fault(to, size, from, kind);
  const skip = <u32>(from - load<u64>(region, REGION_ADDRESS));
  return copyString(to, size, load<u32>(region, REGION_AT) + skip, load<u32>(region, REGION_LENGTH) - skip);
}

/** The *_str forms: length with NUL; what is longer than `size` or than the memory it lies in is cut there. */
export function readString(to: usize, size: u32, address: u64, kind: usize): i64 {
  if (!size) return 0;
  const from = inRecord(address);
  if (isTagWindow(from)) {
    if (<u32>from >= TAG_WINDOW_BYTES) return fault(to, size, from, kind);
    if (!load<u32>(CURRENT_BLOCK, CURRENT_HOST)) return copyString(to, size, tagAt(from), TAG_WINDOW_BYTES - <u32>from);
    store<u8>(to, 0);
    return 1;
  }
  if (isTaskStruct(from)) {
    const text = taskText(from);
    if (text) return copyString(to, size, text, textBytes);
    memory.fill(to, 0, size);
    return EFAULT;
  }
  const limit = readable(from);
  return limit ? copyString(to, size, <usize>from, limit) : readUserString(to, size, from, kind);
}

function copyString(to: usize, size: u32, source: usize, limit: u64): i64 {
  const most: u32 = <u32>min<u64>(limit, size - 1);
  let length: u32 = 0;
  while (length < most) {
    const byte = load<u8>(source + length);
    if (!byte) break;
    store<u8>(to + length, byte);
    length++;
  }
  store<u8>(to + length, 0);
  return length + 1;
}
