/**
 * What an event recorded of memory when a call began is read by later events of the same thread until the call has returned. Newer memory at
 * the same address takes its place. Calls of a thread end in the opposite order of their beginning: with one, those that it made are over.
 */
import {
  CALL_LIMITS_CALL_BYTES,
  CALL_LIMITS_CALLS,
  CALL_LIMITS_PIECES,
  CALL_LIMITS_STAND_IN_HIGH,
  CALL_LIMITS_TABLE,
  CALL_MEMORY_BLOCK,
  CALL_MEMORY_FREE,
  CALL_MEMORY_IS_KEPT,
  CALL_MEMORY_LOST_UNTIL,
  CALL_MEMORY_NEWEST,
  CALL_MEMORY_OLDEST,
  CALL_MEMORY_SLAB,
  CALL_MEMORY_TABLE,
  CALL_MEMORY_USED,
  CURRENT_BLOCK,
  CURRENT_HOST,
  CURRENT_TID,
  CURRENT_TS,
  CURSOR_RECORDING,
  OPEN_CALL_BYTES,
  OPEN_CALL_CHAIN,
  OPEN_CALL_FIRST_PIECE,
  OPEN_CALL_IS_SYSCALL,
  OPEN_CALL_NEWER,
  OPEN_CALL_NUMBER,
  OPEN_CALL_OLDER,
  OPEN_CALL_PIECES,
  OPEN_CALL_RECORDING,
  OPEN_CALL_TID,
  OPEN_CALL_TS,
  PUMP_BLOCK,
  PUMP_CURSOR,
  REGION_ADDRESS,
  REGION_AT,
  REGION_LENGTH,
  REGION_SIZE_BYTES,
} from "./layout";

const FIRST_BYTE: usize = OPEN_CALL_FIRST_PIECE + CALL_LIMITS_PIECES * REGION_SIZE_BYTES;
const ROOM: u32 = <u32>(CALL_LIMITS_CALL_BYTES - FIRST_BYTE);

export function keepsMemory(): bool {
  return load<u32>(CALL_MEMORY_BLOCK, CALL_MEMORY_IS_KEPT) != 0;
}

function callAt(number: u32): usize {
  return load<u32>(CALL_MEMORY_BLOCK, CALL_MEMORY_SLAB) + (number - 1) * CALL_LIMITS_CALL_BYTES;
}

function numberOf(call: usize): u32 {
  return <u32>((call - load<u32>(CALL_MEMORY_BLOCK, CALL_MEMORY_SLAB)) / CALL_LIMITS_CALL_BYTES) + 1;
}

/** Threads of two recordings are never the same. */
function recordingAtHand(): u32 {
  return load<u32>(load<u32>(PUMP_BLOCK, PUMP_CURSOR), CURSOR_RECORDING);
}

/** Where the number of the newest call of a thread is, or of another one with the same place. */
function placeOf(recording: u32, tid: u32): usize {
  const index = ((tid + recording * 0x85ebca77) * 0x9e3779b1) >>> 16;
  return load<u32>(CALL_MEMORY_BLOCK, CALL_MEMORY_TABLE) + ((index & (CALL_LIMITS_TABLE - 1)) << 2);
}

function isOf(call: usize, recording: u32, tid: u32): bool {
  return load<u32>(call, OPEN_CALL_TID) == tid && load<u32>(call, OPEN_CALL_RECORDING) == recording;
}

function setNewer(number: u32, newer: u32): void {
  if (number) store<u32>(callAt(number), newer, OPEN_CALL_NEWER);
  else store<u32>(CALL_MEMORY_BLOCK, newer, CALL_MEMORY_OLDEST);
}

function setOlder(number: u32, older: u32): void {
  if (number) store<u32>(callAt(number), older, OPEN_CALL_OLDER);
  else store<u32>(CALL_MEMORY_BLOCK, older, CALL_MEMORY_NEWEST);
}

/** Forgets a call whose number is at `link`: in the table, or in the call before it there. */
function unlink(link: usize): void {
  const number = load<u32>(link);
  const call = callAt(number);
  store<u32>(link, load<u32>(call, OPEN_CALL_CHAIN));
  setNewer(load<u32>(call, OPEN_CALL_OLDER), load<u32>(call, OPEN_CALL_NEWER));
  setOlder(load<u32>(call, OPEN_CALL_NEWER), load<u32>(call, OPEN_CALL_OLDER));
  store<u32>(call, load<u32>(CALL_MEMORY_BLOCK, CALL_MEMORY_FREE), OPEN_CALL_CHAIN);
  store<u32>(CALL_MEMORY_BLOCK, number, CALL_MEMORY_FREE);
}

/** Forgets what a thread has begun since `last` began, and that too; 0: all of it. */
function forgetSince(recording: u32, tid: u32, last: usize): void {
  let link = placeOf(recording, tid);
  while (load<u32>(link)) {
    const call = callAt(load<u32>(link));
    if (isOf(call, recording, tid)) {
      unlink(link);
      if (call == last) return;
    } else link = call + OPEN_CALL_CHAIN;
  }
}

function forgetOldest(): void {
  const number = load<u32>(CALL_MEMORY_BLOCK, CALL_MEMORY_OLDEST);
  const call = callAt(number);
  let link = placeOf(load<u32>(call, OPEN_CALL_RECORDING), load<u32>(call, OPEN_CALL_TID));
  while (load<u32>(link) != number) link = callAt(load<u32>(link)) + OPEN_CALL_CHAIN;
  unlink(link);
}

/** A call that nothing is known of. */
function takeCall(): usize {
  let number = load<u32>(CALL_MEMORY_BLOCK, CALL_MEMORY_FREE);
  if (!number) {
    number = load<u32>(CALL_MEMORY_BLOCK, CALL_MEMORY_USED) + 1;
    if (number <= <u32>CALL_LIMITS_CALLS) {
      store<u32>(CALL_MEMORY_BLOCK, number, CALL_MEMORY_USED);
      return callAt(number);
    }
    forgetOldest();
    number = load<u32>(CALL_MEMORY_BLOCK, CALL_MEMORY_FREE);
  }
  store<u32>(CALL_MEMORY_BLOCK, load<u32>(callAt(number), OPEN_CALL_CHAIN), CALL_MEMORY_FREE);
  return callAt(number);
}

/** The newest call of a thread that `number` (any: 0) or `isSyscall` is true of; 0: none. */
function findCall(recording: u32, tid: u32, number: u32, isSyscall: bool): usize {
  let next = load<u32>(placeOf(recording, tid));
  while (next) {
    const call = callAt(next);
    if (
      isOf(call, recording, tid) &&
      (isSyscall ? load<u32>(call, OPEN_CALL_IS_SYSCALL) != 0 : load<u32>(call, OPEN_CALL_NUMBER) == number)
    )
      return call;
    next = load<u32>(call, OPEN_CALL_CHAIN);
  }
  return 0;
}

/** The event at hand begins a call of its thread; 0: idle tasks have one number on all CPUs. */
export function beginCall(number: u32, isSyscall: bool): usize {
  const tid = load<u32>(CURRENT_BLOCK, CURRENT_TID);
  if (!tid) return 0;
  const recording = recordingAtHand();
  // Its return was not recorded, but it has been.
  const before = isSyscall ? findCall(recording, tid, 0, true) : 0;
  if (before) forgetSince(recording, tid, before);
  const call = takeCall();
  const place = placeOf(recording, tid);
  store<u32>(call, recording, OPEN_CALL_RECORDING);
  store<u32>(call, tid, OPEN_CALL_TID);
  store<u32>(call, number, OPEN_CALL_NUMBER);
  store<u32>(call, isSyscall ? 1 : 0, OPEN_CALL_IS_SYSCALL);
  store<u32>(call, 0, OPEN_CALL_PIECES);
  store<u32>(call, 0, OPEN_CALL_BYTES);
  store<u32>(call, load<u32>(place), OPEN_CALL_CHAIN);
  store<u64>(call, load<u64>(CURRENT_BLOCK, CURRENT_TS), OPEN_CALL_TS);
  const newest = load<u32>(CALL_MEMORY_BLOCK, CALL_MEMORY_NEWEST);
  store<u32>(call, newest, OPEN_CALL_OLDER);
  store<u32>(call, 0, OPEN_CALL_NEWER);
  const own = numberOf(call);
  setNewer(newest, own);
  store<u32>(CALL_MEMORY_BLOCK, own, CALL_MEMORY_NEWEST);
  store<u32>(place, own);
  return call;
}

/** The function has returned. */
export function endCall(tid: u32, number: u32): void {
  const recording = recordingAtHand();
  const call = findCall(recording, tid, number, false);
  if (call) forgetSince(recording, tid, call);
}

/** The thread has ended, or its memory is another one. */
export function endCalls(tid: u32): void {
  forgetSince(recordingAtHand(), tid, 0);
}

/** Returns before that time may have been lost. */
export function loseCalls(until: u64): void {
  if (until > load<u64>(CALL_MEMORY_BLOCK, CALL_MEMORY_LOST_UNTIL)) store<u64>(CALL_MEMORY_BLOCK, until, CALL_MEMORY_LOST_UNTIL);
}

/** Copies a region of the event at hand. */
export function keepRegion(call: usize, region: usize): void {
  const count = load<u32>(call, OPEN_CALL_PIECES);
  const used = load<u32>(call, OPEN_CALL_BYTES);
  const length = load<u32>(region, REGION_LENGTH);
  if (count == <u32>CALL_LIMITS_PIECES || length > ROOM - used) return;
  const piece = call + OPEN_CALL_FIRST_PIECE + count * REGION_SIZE_BYTES;
  const at = call + FIRST_BYTE + used;
  memory.copy(at, load<u32>(region, REGION_AT), length);
  store<u64>(piece, load<u64>(region, REGION_ADDRESS), REGION_ADDRESS);
  store<u32>(piece, length, REGION_LENGTH);
  store<u32>(piece, <u32>at, REGION_AT);
  store<u32>(call, count + 1, OPEN_CALL_PIECES);
  store<u32>(call, used + length, OPEN_CALL_BYTES);
}

/** What is newer in a piece takes its place. Of a piece that it does not lie in whole nobody knows what is left; a stand-in is another's now. */
function renewPiece(piece: usize, address: u64, length: u32, at: usize): void {
  const start = load<u64>(piece, REGION_ADDRESS);
  const bytes = load<u32>(piece, REGION_LENGTH);
  if (start >= address + length || address >= start + bytes) return;
  const isWithin = address >= start && address + length <= start + bytes;
  if (!isWithin || address >> 48 == <u64>CALL_LIMITS_STAND_IN_HIGH) store<u32>(piece, 0, REGION_LENGTH);
  else memory.copy(load<u32>(piece, REGION_AT) + <usize>(address - start), at, length);
}

/** The event at hand brings memory: its thread's calls but `except`, which begins with it, know of it. */
export function renewMemory(region: usize, except: usize): void {
  const tid = load<u32>(CURRENT_BLOCK, CURRENT_TID);
  const recording = recordingAtHand();
  let next = load<u32>(placeOf(recording, tid));
  while (next) {
    const call = callAt(next);
    next = load<u32>(call, OPEN_CALL_CHAIN);
    if (call == except || !isOf(call, recording, tid)) continue;
    let piece = call + OPEN_CALL_FIRST_PIECE;
    const end = piece + load<u32>(call, OPEN_CALL_PIECES) * REGION_SIZE_BYTES;
    for (; piece < end; piece += REGION_SIZE_BYTES)
      renewPiece(piece, load<u64>(region, REGION_ADDRESS), load<u32>(region, REGION_LENGTH), load<u32>(region, REGION_AT));
  }
}

/** The region that an address is in, of those that open calls of the thread at hand have; 0: none. */
export function keptRegion(address: u64): usize {
  if (!keepsMemory() || load<u32>(CURRENT_BLOCK, CURRENT_HOST)) return 0;
  const tid = load<u32>(CURRENT_BLOCK, CURRENT_TID);
  const recording = recordingAtHand();
  const lostUntil = load<u64>(CALL_MEMORY_BLOCK, CALL_MEMORY_LOST_UNTIL);
  let next = load<u32>(placeOf(recording, tid));
  while (next) {
    const call = callAt(next);
    next = load<u32>(call, OPEN_CALL_CHAIN);
    if (!isOf(call, recording, tid) || load<u64>(call, OPEN_CALL_TS) < lostUntil) continue;
    let piece = call + OPEN_CALL_FIRST_PIECE;
    const end = piece + load<u32>(call, OPEN_CALL_PIECES) * REGION_SIZE_BYTES;
    for (; piece < end; piece += REGION_SIZE_BYTES)
      if (address - load<u64>(piece, REGION_ADDRESS) < <u64>load<u32>(piece, REGION_LENGTH)) return piece;
  }
  return 0;
}
