/**
 * Events whose records stand for a probe of another kind: which programs fire on a record, the context that they get, and the memory of the
 * traced machine that the record holds.
 */
import { beginCall, endCall, endCalls, keepRegion, keepsMemory, renewMemory } from "./call-memory";
import {
  CALL_ROLE_FUNCTION,
  CALL_ROLE_OVER,
  CALL_ROLE_RETURN,
  CALL_ROLE_SYSCALL,
  CURRENT_BLOCK,
  CURRENT_SERIAL,
  DATA_KIND_DATA_LOC,
  DATA_KIND_INLINE,
  KEPT_CALL_ARGS,
  KEPT_CALL_PAIR,
  KEPT_CALL_PID,
  KEPT_CALL_SIZE_BYTES,
  LIMITS_CALLS,
  LIMITS_REGIONS,
  PROBED_EVENT_ALWAYS,
  PROBED_EVENT_CALL_NUMBER,
  PROBED_EVENT_CALL_ROLE,
  PROBED_EVENT_FRAME_BYTES,
  PROBED_EVENT_FRAME_CALLER,
  PROBED_EVENT_FRAME_IP,
  PROBED_EVENT_IS_ENTRY,
  PROBED_EVENT_KEY_BYTES,
  PROBED_EVENT_KEY_OFFSET,
  PROBED_EVENT_MASK,
  PROBED_EVENT_PAIR,
  PROBED_EVENT_SNIPPETS,
  PROBED_EVENT_SNIPPET_COUNT,
  PROBED_EVENT_STEPS,
  PROBED_EVENT_STEP_COUNT,
  PROBED_EVENT_TABLE,
  PROBED_SLOT_KEY,
  PROBED_SLOT_LIST,
  PROBED_SLOT_SIZE_BYTES,
  PROBED_STEP_BYTES,
  PROBED_STEP_KIND,
  PROBED_STEP_OFFSET,
  PROBED_STEP_SIGNED,
  PROBED_STEP_SIZE_BYTES,
  PROBED_STEP_TO,
  PROBED_STEP_VALUE,
  PUMP_BLOCK,
  PUMP_CALLS,
  PUMP_PROBED,
  PUMP_PROBED_SERIAL,
  PUMP_REGIONS,
  PUMP_REGION_COUNT,
  PUMP_REGION_SERIAL,
  PUMP_REGISTERS,
  REGION_ADDRESS,
  REGION_AT,
  REGION_LENGTH,
  REGION_SIZE_BYTES,
  SNIPPET_BASE,
  SNIPPET_BYTES,
  SNIPPET_DELTA,
  SNIPPET_KIND,
  SNIPPET_OFFSET,
  SNIPPET_POINTER,
  SNIPPET_SIZE_BYTES,
  SNIPPET_STAYS,
  VALUE_KIND_ADDRESS,
  VALUE_KIND_CONSTANT,
} from "./layout";
import { half, long, word } from "./order";

/** pt_regs and arguments (maps/plan.ts PROBE_CONTEXT_BYTES). */
const CONTEXT_BYTES: usize = 512;
const COMMON_PID: usize = 4;
/** "(fault)" with its NUL, which the kernel writes where it could not read a string. */
const FAULT: u64 = 0x0029746c75616628;
const FAULT_BYTES: u32 = 8;

/** Of pt_regs (lang/registers.ts). */
const INSTRUCTION_POINTER: usize = 128;

/** Of the event at hand. */
let probedAddress: u64 = 0;
let caller: u64 = 0;
let hasRegisters: bool = false;

/** A number of the record; 0 behind its end. */
function numberAt<Order>(record: usize, recordBytes: u32, offset: u32, bytes: u32, isSigned: bool): u64 {
  if (offset > recordBytes || bytes > recordBytes - offset) return 0;
  const at = record + offset;
  if (bytes == 8) return long<Order>(at);
  if (bytes == 4) return isSigned ? <u64>(<i64>(<i32>word<Order>(at))) : <u64>word<Order>(at);
  if (bytes == 2) return isSigned ? <u64>(<i64>(<i16>half<Order>(at))) : <u64>half<Order>(at);
  return isSigned ? <u64>(<i64>load<i8>(at)) : <u64>load<u8>(at);
}

/** Mixes all bits of an address: functions are aligned. Stage.ts has the same. */
function slotOf(key: u64, mask: u32): u32 {
  const mixed = key * 0x9e3779b97f4a7c15;
  return (<u32>(mixed >>> 32)) & mask;
}

/** The list of programs that fire on a record; 0: none. */
export function programsOf<Order>(event: usize, record: usize, bytes: u32): usize {
  const always: usize = load<u32>(event, PROBED_EVENT_ALWAYS);
  const keyBytes = load<u32>(event, PROBED_EVENT_KEY_BYTES);
  if (!keyBytes) return always;
  const key = numberAt<Order>(record, bytes, load<u32>(event, PROBED_EVENT_KEY_OFFSET), keyBytes, false);
  const table: usize = load<u32>(event, PROBED_EVENT_TABLE);
  const mask = load<u32>(event, PROBED_EVENT_MASK);
  let index = slotOf(key, mask);
  let slot = table + index * PROBED_SLOT_SIZE_BYTES;
  while (load<u32>(slot, PROBED_SLOT_LIST)) {
    if (load<u64>(slot, PROBED_SLOT_KEY) == key) return load<u32>(slot, PROBED_SLOT_LIST);
    index = (index + 1) & mask;
    slot = table + index * PROBED_SLOT_SIZE_BYTES;
  }
  return always;
}

function stepValue<Order>(step: usize, record: usize, bytes: u32): u64 {
  const kind = load<u32>(step, PROBED_STEP_KIND);
  if (kind == VALUE_KIND_CONSTANT) return load<u64>(step, PROBED_STEP_VALUE);
  const offset = load<u32>(step, PROBED_STEP_OFFSET);
  if (kind == VALUE_KIND_ADDRESS) return load<u64>(offset);
  return numberAt<Order>(record, bytes, offset, load<u32>(step, PROBED_STEP_BYTES), load<u32>(step, PROBED_STEP_SIGNED) != 0);
}

/** Contexts and memory of one record; after the event was entered. */
export function rebuild<Order>(event: usize, record: usize, bytes: u32): void {
  const steps = load<u32>(event, PROBED_EVENT_STEP_COUNT);
  const serial = load<u32>(CURRENT_BLOCK, CURRENT_SERIAL);
  store<u32>(PUMP_BLOCK, event, PUMP_PROBED);
  store<u32>(PUMP_BLOCK, serial, PUMP_PROBED_SERIAL);
  const addressBytes = load<u32>(event, PROBED_EVENT_FRAME_BYTES);
  const callerOffset = load<u32>(event, PROBED_EVENT_FRAME_CALLER);
  probedAddress = addressBytes ? numberAt<Order>(record, bytes, load<u32>(event, PROBED_EVENT_FRAME_IP), addressBytes, false) : 0;
  caller = callerOffset ? numberAt<Order>(record, bytes, callerOffset, addressBytes, false) : 0;
  hasRegisters = steps != 0;
  if (steps) {
    memory.fill(load<u32>(PUMP_BLOCK, PUMP_REGISTERS), 0, CONTEXT_BYTES);
    let step: usize = load<u32>(event, PROBED_EVENT_STEPS);
    const end = step + steps * PROBED_STEP_SIZE_BYTES;
    for (; step < end; step += PROBED_STEP_SIZE_BYTES) store<u64>(load<u32>(step, PROBED_STEP_TO), stepValue<Order>(step, record, bytes));
  }
  const pair = load<u32>(event, PROBED_EVENT_PAIR);
  if (pair) {
    const pid = word<Order>(record + COMMON_PID);
    if (load<u32>(event, PROBED_EVENT_IS_ENTRY)) keepCall(pid, pair);
    else restoreCall(pid, pair);
  }
  const snippets = load<u32>(event, PROBED_EVENT_SNIPPET_COUNT);
  if (!snippets) return;
  store<u32>(PUMP_BLOCK, serial, PUMP_REGION_SERIAL);
  store<u32>(PUMP_BLOCK, 0, PUMP_REGION_COUNT);
  const call = callOfEvent(event);
  let snippet: usize = load<u32>(event, PROBED_EVENT_SNIPPETS);
  const end = snippet + snippets * SNIPPET_SIZE_BYTES;
  for (; snippet < end; snippet += SNIPPET_SIZE_BYTES) {
    const count = load<u32>(PUMP_BLOCK, PUMP_REGION_COUNT);
    addSnippet<Order>(snippet, record, bytes);
    if (keepsMemory() && load<u32>(PUMP_BLOCK, PUMP_REGION_COUNT) > count) carry(snippet, count, call);
  }
}

/** The call that begins with the event at hand; 0: none does. */
function callOfEvent(event: usize): usize {
  const role = load<u32>(event, PROBED_EVENT_CALL_ROLE);
  if (role != CALL_ROLE_SYSCALL && role != CALL_ROLE_FUNCTION) return 0;
  return beginCall(load<u32>(event, PROBED_EVENT_CALL_NUMBER), role == CALL_ROLE_SYSCALL);
}

/** Memory of the event at hand that other events may read. */
function carry(snippet: usize, index: u32, call: usize): void {
  const region = load<u32>(PUMP_BLOCK, PUMP_REGIONS) + index * REGION_SIZE_BYTES;
  renewMemory(region, call);
  if (call && load<u32>(snippet, SNIPPET_STAYS)) keepRegion(call, region);
}

/** Before the programs of an event that ends all calls of its thread. */
export function enterCalls<Order>(event: usize, record: usize): void {
  if (load<u32>(event, PROBED_EVENT_CALL_ROLE) == CALL_ROLE_OVER) endCalls(word<Order>(record + COMMON_PID));
}

/** Behind the programs of a return. */
export function leaveCall<Order>(event: usize, record: usize): void {
  if (load<u32>(event, PROBED_EVENT_CALL_ROLE) != CALL_ROLE_RETURN) return;
  endCall(word<Order>(record + COMMON_PID), load<u32>(event, PROBED_EVENT_CALL_NUMBER));
}

/** Of the event at hand; 0: not known. */
export function functionAddress(): u64 {
  return load<u32>(PUMP_BLOCK, PUMP_PROBED_SERIAL) == load<u32>(CURRENT_BLOCK, CURRENT_SERIAL) ? probedAddress : 0;
}

/** Where the traced code goes on: behind the call of a function that returns. 0: not known. */
export function instructionPointer(): u64 {
  return functionAddress() && hasRegisters ? load<u64>(load<u32>(PUMP_BLOCK, PUMP_REGISTERS), INSTRUCTION_POINTER) : 0;
}

/** Of its caller; 0: the record does not have it. */
export function callerAddress(): u64 {
  return functionAddress() ? caller : 0;
}

/** Whether an event matters though no program fires on it. */
export function isRemembered(event: usize): bool {
  return load<u32>(event, PROBED_EVENT_PAIR) != 0;
}

function callOf(pid: u32, pair: u32): usize {
  const index = (pid * 0x9e3779b1 + pair * 0x85ebca77) >>> 8;
  return load<u32>(PUMP_BLOCK, PUMP_CALLS) + (index & (LIMITS_CALLS - 1)) * KEPT_CALL_SIZE_BYTES;
}

/** Argument registers lie in rows: di, si, dx, cx (downwards from 112), r8, r9 (72, 64). */
const ARGUMENTS: u32 = 6;

function argumentSlot(index: u32): usize {
  return load<u32>(PUMP_BLOCK, PUMP_REGISTERS) + (index < 4 ? 112 : 104) - (index << 3);
}

function keepCall(pid: u32, pair: u32): void {
  const call = callOf(pid, pair);
  store<u32>(call, pid, KEPT_CALL_PID);
  store<u32>(call, pair, KEPT_CALL_PAIR);
  for (let i: u32 = 0; i < ARGUMENTS; i++) store<u64>(call + KEPT_CALL_ARGS + (i << 3), load<u64>(argumentSlot(i)));
}

/** What the return's own record knows of the arguments stands for nothing but stand-ins. */
function restoreCall(pid: u32, pair: u32): void {
  const call = callOf(pid, pair);
  if (load<u32>(call, KEPT_CALL_PID) != pid || load<u32>(call, KEPT_CALL_PAIR) != pair) return;
  for (let i: u32 = 0; i < ARGUMENTS; i++) {
    const value = load<u64>(call + KEPT_CALL_ARGS + (i << 3));
    if (value) store<u64>(argumentSlot(i), value);
  }
}

function isFault(at: usize, length: u32): bool {
  return length == FAULT_BYTES && load<u64>(at) == FAULT;
}

/** Data that does not lie inside the record is damage, and as good as not recorded. */
function addSnippet<Order>(snippet: usize, record: usize, bytes: u32): void {
  const address = stepValue<Order>(snippet + SNIPPET_BASE, record, bytes) + load<u64>(snippet, SNIPPET_DELTA);
  const kind = load<u32>(snippet, SNIPPET_KIND);
  if (kind != DATA_KIND_INLINE && kind != DATA_KIND_DATA_LOC) return addRegion(address, snippet + SNIPPET_POINTER, 8);
  let offset = load<u32>(snippet, SNIPPET_OFFSET);
  let length = load<u32>(snippet, SNIPPET_BYTES);
  if (kind == DATA_KIND_DATA_LOC) {
    const location = <u32>numberAt<Order>(record, bytes, offset, 4, false);
    offset = location & 0xffff;
    length = location >>> 16;
  }
  if (!length || offset > bytes || length > bytes - offset || isFault(record + offset, length)) return;
  addRegion(address, record + offset, length);
}

function addRegion(address: u64, at: usize, length: u32): void {
  const count = load<u32>(PUMP_BLOCK, PUMP_REGION_COUNT);
  // NULL leads nowhere, whatever the recorder says of it.
  if (count == LIMITS_REGIONS || address < 4096) return;
  const region = load<u32>(PUMP_BLOCK, PUMP_REGIONS) + count * REGION_SIZE_BYTES;
  store<u64>(region, address, REGION_ADDRESS);
  store<u32>(region, length, REGION_LENGTH);
  store<u32>(region, <u32>at, REGION_AT);
  store<u32>(PUMP_BLOCK, count + 1, PUMP_REGION_COUNT);
}

/** The region that an address of the traced machine is in, while its event is handled; 0: none. */
export function regionOf(address: u64): usize {
  if (load<u32>(PUMP_BLOCK, PUMP_REGION_SERIAL) != load<u32>(CURRENT_BLOCK, CURRENT_SERIAL)) return 0;
  let region: usize = load<u32>(PUMP_BLOCK, PUMP_REGIONS);
  const end = region + load<u32>(PUMP_BLOCK, PUMP_REGION_COUNT) * REGION_SIZE_BYTES;
  for (; region < end; region += REGION_SIZE_BYTES) {
    if (address - load<u64>(region, REGION_ADDRESS) < <u64>load<u32>(region, REGION_LENGTH)) return region;
  }
  return 0;
}
