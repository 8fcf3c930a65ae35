/**
 * Stacks of the event at hand. The recorder writes them behind the event, as records of their own on the same CPU; those of an interrupt in
 * between belong to its events.
 */
import { callerAddress, functionAddress, instructionPointer } from "./probed";
import {
  CURRENT_BLOCK,
  CURRENT_HOST,
  CURRENT_RECORD_ADDR,
  CURRENT_RECORD_LEN,
  CURSOR_END,
  CURSOR_FLAGS,
  CURSOR_FLAGS_BIG_ENDIAN,
  CURSOR_HEADER_BYTES,
  CURSOR_LAYOUT,
  CURSOR_PAGE,
  CURSOR_PAGE_BYTES,
  CURSOR_WINDOW_END,
  EFAULT,
  EINVAL,
  ENOMEM,
  LIMITS_FRAMES,
  LIMITS_STACK_DISTANCE,
  MAP_BUCKETS,
  MAP_COUNT,
  MAP_ELEMENTS,
  MAP_ELEMENT_BYTES,
  MAP_MAX_ENTRIES,
  MAP_SHIFT,
  MAP_VALUE_SIZE,
  MISSING_KERNEL_STACK,
  MISSING_TICK_STACK,
  MISSING_USER_STACK,
  PUMP_BLOCK,
  PUMP_CURSOR,
  PUMP_FRAMES,
  PUMP_HOST_CONTEXT,
  PUMP_STACKS,
  PUMP_TRACER_CODE,
  PUMP_TRACER_RANGES,
  STACK_ELEMENT_CHAIN,
  STACK_ELEMENT_FRAMES,
  STACK_ELEMENT_HASH,
  STACK_LAYOUT_KERNEL,
  STACK_LAYOUT_KERNEL_COUNT,
  STACK_LAYOUT_KERNEL_FRAMES,
  STACK_LAYOUT_SIZE_BYTES,
  STACK_LAYOUT_USER,
  STACK_LAYOUT_USER_FRAMES,
  STACK_LAYOUT_WORD_BYTES,
} from "./layout";
import { countMissing } from "./missing";
import { Big, half, isBig, Little, long, word } from "./order";

/** BPF_F_SKIP_FIELD_MASK, BPF_F_USER_STACK. */
const SKIP: u64 = 0xff;
const USER: u64 = 0x100;

const COMMIT_BYTES: u32 = 0x07ffffff;
const LAST_SMALL: u32 = 28;
const PADDING: u32 = 29;
const COMMON_FLAGS: usize = 2;
const COMMON_PID: usize = 4;
/** Hard and soft interrupt, NMI. */
const CONTEXT_FLAGS: u32 = 0x58;
/** What uprobes of some kernels have in place of the flags. */
const NO_FLAGS: u32 = 0xff;
/** Ends a stack in old kernels. */
const END_OF_STACK: u64 = u64.MAX_VALUE;

/** Of x86, whose int3 is one byte; where a trap leaves the probed instruction's own address (arm64), that stays. */
const LONGEST_INSN: u64 = 15;
const TRAP_BYTES: u64 = 1;

/** The record that was found, and its length. */
let found: usize = 0;
let foundBytes: u32 = 0;

function context(record: usize): u32 {
  const flags: u32 = load<u8>(record, COMMON_FLAGS);
  return flags == NO_FLAGS ? NO_FLAGS : flags & CONTEXT_FLAGS;
}

function isSameContext(a: u32, b: u32): bool {
  return a == b || a == NO_FLAGS || b == NO_FLAGS;
}

/** Where the recording at hand has its stacks. */
function currentLayout(): usize {
  return load<u32>(PUMP_BLOCK, PUMP_STACKS) + load<u32>(load<u32>(PUMP_BLOCK, PUMP_CURSOR), CURSOR_LAYOUT) * STACK_LAYOUT_SIZE_BYTES;
}

/** Looks for the stack record of kind `id` that belongs to the event in `record`. */
function find<Order>(record: usize, recordBytes: u32, id: u32): bool {
  const cursor: usize = load<u32>(PUMP_BLOCK, PUMP_CURSOR);
  const pageBytes = load<u32>(cursor, CURSOR_PAGE_BYTES);
  const headerBytes = load<u32>(cursor, CURSOR_HEADER_BYTES);
  const windowEnd = load<u32>(cursor, CURSOR_WINDOW_END);
  const layout = currentLayout();
  const kernel = load<u32>(layout, STACK_LAYOUT_KERNEL);
  const user = load<u32>(layout, STACK_LAYOUT_USER);
  const pid = word<Order>(record + COMMON_PID);
  const own = context(record);
  let position: usize = (record + recordBytes + 3) & ~3;
  let end: usize = load<u32>(cursor, CURSOR_END);
  let page: usize = load<u32>(cursor, CURSOR_PAGE);
  for (let left = LIMITS_STACK_DISTANCE; left > 0; left--) {
    while (position + 8 > end) {
      if (page + pageBytes > windowEnd) return false;
      const commit = word<Order>(isBig<Order>() ? page + headerBytes - 4 : page + 8);
      const dataBytes = commit & COMMIT_BYTES;
      position = page + headerBytes;
      end = dataBytes > pageBytes - headerBytes ? position : position + dataBytes;
      page += pageBytes;
    }
    const header = word<Order>(position);
    const typeLen = isBig<Order>() ? header >>> 27 : header & 31;
    const delta = isBig<Order>() ? header & 0x7ffffff : header >>> 5;
    let at = position + 4;
    let bytes: u32 = typeLen << 2;
    if (typeLen == 0) {
      const length = word<Order>(at);
      if (length < 4) return false;
      at += 4;
      bytes = length - 4;
    } else if (typeLen > LAST_SMALL) {
      const second = word<Order>(at);
      if (typeLen != PADDING) position += 8;
      else position = delta == 0 || second > end - at ? end : at + second;
      continue;
    }
    if (bytes < 8 || bytes > end - at) return false;
    position = (at + bytes + 3) & ~3;
    if (word<Order>(at + COMMON_PID) != pid || !isSameContext(context(at), own)) continue;
    const type = half<Order>(at);
    if (type == id) {
      found = at;
      foundBytes = bytes;
      return true;
    }
    // The next event of the same context: the one at hand has no such stack.
    if (type != kernel && type != user) return false;
  }
  return false;
}

function isTracerCode(address: u64): bool {
  let low: u32 = 0;
  let high = load<u32>(PUMP_BLOCK, PUMP_TRACER_RANGES);
  const ranges: usize = load<u32>(PUMP_BLOCK, PUMP_TRACER_CODE);
  while (low < high) {
    const middle = (low + high) >>> 1;
    const range = ranges + (middle << 4);
    if (address < load<u64>(range)) high = middle;
    else if (address >= load<u64>(range, 8)) low = middle + 1;
    else return true;
  }
  return false;
}

function dropFrames(frames: usize, count: u32, dropped: u32): u32 {
  memory.copy(frames, frames + (dropped << 3), (count - dropped) << 3);
  return count - dropped;
}

/**
 * Drops the handler of a probe from the top of a stack that it took. A program that is attached to the probe has the place behind the trap
 * on top, also where the kernel calls its handler without one (Linux arch/x86/kernel/kprobes/ftrace.c, kprobe_ftrace_handler); one that is
 * attached to a return, the place behind the call.
 */
function belowHandler(frames: usize, count: u32): u32 {
  const probed = functionAddress();
  if (!probed) return count;
  const next = instructionPointer();
  for (let i: u32 = 0; i < count && next; i++) if (load<u64>(frames + (i << 3)) == next) return dropFrames(frames, count, i);
  for (let i: u32 = 0; i < count; i++) {
    const distance = load<u64>(frames + (i << 3)) - probed;
    if (distance > LONGEST_INSN) continue;
    if (distance) store<u64>(frames + (i << 3), probed + TRAP_BYTES);
    return dropFrames(frames, count, i);
  }
  return count;
}

/** Puts the frames of the record that was found into pump.frames; returns how many. */
function takeFrames<Order>(isUser: bool): u32 {
  const frames: usize = load<u32>(PUMP_BLOCK, PUMP_FRAMES);
  const layout = currentLayout();
  const wordBytes = load<u32>(layout, STACK_LAYOUT_WORD_BYTES);
  const offset = isUser ? load<u32>(layout, STACK_LAYOUT_USER_FRAMES) : load<u32>(layout, STACK_LAYOUT_KERNEL_FRAMES);
  const countOffset: u32 = isUser ? 0 : load<u32>(layout, STACK_LAYOUT_KERNEL_COUNT);
  if (offset > foundBytes) return 0;
  let count = (foundBytes - offset) / wordBytes;
  if (countOffset && countOffset + 4 <= foundBytes) count = min<u32>(count, word<Order>(found + countOffset));
  count = min<u32>(count, LIMITS_FRAMES);
  let taken: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const at = found + offset + i * wordBytes;
    const address = wordBytes == 8 ? long<Order>(at) : <u64>word<Order>(at);
    if (!address || address == END_OF_STACK) break;
    if (!isUser && !taken && isTracerCode(address)) continue;
    store<u64>(frames + (taken << 3), address);
    taken++;
  }
  return isUser ? taken : belowHandler(frames, taken);
}

/** Function and caller are a stack, if a short one. */
function takeTracedFrames(): u32 {
  const caller = callerAddress();
  if (!caller) return 0;
  const frames: usize = load<u32>(PUMP_BLOCK, PUMP_FRAMES);
  store<u64>(frames, functionAddress());
  store<u64>(frames, caller, 8);
  return 2;
}

/** Where a probe is in the code of a program, the kernel's stack is only that of its handler: programs get none (Linux get_perf_callchain). */
function isAtUserCode(layout: usize): bool {
  const probed = functionAddress();
  return probed != 0 && <i64>probed > 0 && load<u32>(layout, STACK_LAYOUT_WORD_BYTES) == 8;
}

/** Frames of the event's stack in pump.frames; 0: the recording has none. */
function currentStack(isUser: bool): u32 {
  if (load<u32>(CURRENT_BLOCK, CURRENT_HOST)) return 0;
  const layout = currentLayout();
  if (!isUser && isAtUserCode(layout)) return 0;
  const id = isUser ? load<u32>(layout, STACK_LAYOUT_USER) : load<u32>(layout, STACK_LAYOUT_KERNEL);
  const record: usize = load<u32>(CURRENT_BLOCK, CURRENT_RECORD_ADDR);
  if (record == load<u32>(PUMP_BLOCK, PUMP_HOST_CONTEXT)) {
    countMissing(MISSING_TICK_STACK);
    return 0;
  }
  const bytes = load<u32>(CURRENT_BLOCK, CURRENT_RECORD_LEN);
  let count: u32 = 0;
  if (id) {
    const isBigEndian = (load<u32>(load<u32>(PUMP_BLOCK, PUMP_CURSOR), CURSOR_FLAGS) & CURSOR_FLAGS_BIG_ENDIAN) != 0;
    if (isBigEndian) count = find<Big>(record, bytes, id) ? takeFrames<Big>(isUser) : 0;
    else count = find<Little>(record, bytes, id) ? takeFrames<Little>(isUser) : 0;
  }
  if (!count && !isUser) count = takeTracedFrames();
  if (!count) countMissing(isUser ? MISSING_USER_STACK : MISSING_KERNEL_STACK);
  return count;
}

function hashOf(frames: usize, count: u32): u32 {
  let hash: u64 = 0xcbf29ce484222325;
  for (let i: u32 = 0; i < count; i++) hash = (hash ^ load<u64>(frames + (i << 3))) * 0x9e3779b97f4a7c15;
  return <u32>(hash >>> 32);
}

/** bpf_get_stackid: the number of the stack in the map. */
export function stackId(map: usize, flags: u64): i64 {
  const most = load<u32>(map, MAP_VALUE_SIZE) >>> 3;
  const skip = <u32>(flags & SKIP);
  const all = currentStack((flags & USER) != 0);
  if (all <= skip) return EFAULT;
  const frames = load<u32>(PUMP_BLOCK, PUMP_FRAMES) + (skip << 3);
  const count = min<u32>(all - skip, most);
  const hash = hashOf(frames, count);
  const bucket: usize = load<u32>(map, MAP_BUCKETS) + ((hash >>> load<u32>(map, MAP_SHIFT)) << 2);
  const elements: usize = load<u32>(map, MAP_ELEMENTS);
  const step = load<u32>(map, MAP_ELEMENT_BYTES);
  for (let next = load<u32>(bucket); next;) {
    const element = elements + (next - 1) * step;
    if (load<u32>(element, STACK_ELEMENT_HASH) == hash && isSameStack(element + STACK_ELEMENT_FRAMES, frames, count, most)) return next - 1;
    next = load<u32>(element, STACK_ELEMENT_CHAIN);
  }
  const id = load<u32>(map, MAP_COUNT);
  if (id == load<u32>(map, MAP_MAX_ENTRIES)) return ENOMEM;
  store<u32>(map, id + 1, MAP_COUNT);
  const element = elements + id * step;
  store<u32>(element, hash, STACK_ELEMENT_HASH);
  store<u32>(element, load<u32>(bucket), STACK_ELEMENT_CHAIN);
  memory.fill(element + STACK_ELEMENT_FRAMES, 0, most << 3);
  memory.copy(element + STACK_ELEMENT_FRAMES, frames, count << 3);
  store<u32>(bucket, id + 1);
  return id;
}

function isSameStack(element: usize, frames: usize, count: u32, most: u32): bool {
  for (let i: u32 = 0; i < count; i++) if (load<u64>(element + (i << 3)) != load<u64>(frames + (i << 3))) return false;
  return count == most || !load<u64>(element + (count << 3));
}

/** bpf_get_stack: bytes written; what is left of the buffer is zero. */
export function stackInto(to: usize, size: u32, flags: u64): i64 {
  memory.fill(to, 0, size);
  if (size % 8) return EINVAL;
  const skip = <u32>(flags & SKIP);
  const all = currentStack((flags & USER) != 0);
  if (all <= skip) return EFAULT;
  const bytes = min<u32>(all - skip, size >>> 3) << 3;
  memory.copy(to, load<u32>(PUMP_BLOCK, PUMP_FRAMES) + (skip << 3), bytes);
  return bytes;
}
