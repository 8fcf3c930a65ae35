/**
 * Memory that was recorded when calls began, and that can be read until they return (assembly/call-memory.ts). Offsets as in layout.ts, which
 * see for how they become constants.
 */
import { PUMP_BLOCK } from "../memory.ts";

/** Behind the pump's own fields (runtime/layout.ts `pump`), and as much as `callMemory` takes. */
export const CALL_MEMORY_BLOCK = PUMP_BLOCK + 768;

/** At CALL_MEMORY_BLOCK. Numbers of open calls count from 1, 0 is none. */
export const callMemory = {
  /** Addresses: table of the newest call by thread, and the slab of `openCall`s. */
  table: 0,
  slab: 4,
  /** Calls ever in use; the first free one; the ones that began first and last of all threads. */
  used: 8,
  free: 12,
  oldest: 16,
  newest: 20,
  /** 1: some program of the run reads what another event recorded. */
  isKept: 24,
  /** u64: up to this time events were lost, and with them, maybe, returns. */
  lostUntil: 32,
  sizeBytes: 40,
} as const;

/** A call of a thread that is under way, then `callLimits.pieces` of `region`, then the bytes that these lead to. */
export const openCall = {
  /** Whose: number of the recording, thread, number of the function. */
  recording: 0,
  tid: 4,
  number: 8,
  /** 1: a system call, of which a thread has one at a time. */
  isSyscall: 12,
  pieces: 16,
  bytes: 20,
  /** The next older one in the same place of the table, or the next free one. */
  chain: 24,
  /** By age, of all threads. */
  older: 28,
  newer: 32,
  /** u64: when it began. */
  ts: 40,
  firstPiece: 48,
} as const;

/** What an event does to open calls: `over` is before its programs run, a return behind them. */
export const callRole = { none: 0, syscall: 1, function: 2, return: 3, over: 4 } as const;

export const callLimits = {
  /** Calls under way: of more the oldest is forgotten. Places in the table: a power of two. */
  calls: 2048,
  table: 4096,
  /** Of one call: pieces, and all bytes of an openCall. What there is no room for is not kept. */
  pieces: 32,
  callBytes: 8192,
  /** Upper 16 bits of stand-ins for pointers that were not recorded (probes/probed/recipe.ts, probes/formats/strace). */
  standInHigh: 0x4853,
} as const;
