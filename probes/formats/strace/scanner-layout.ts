/**
 * Memory that the scanner (assembly/) and the TypeScript around it share. Offsets in bytes from the start of the structure; u32 unless said
 * otherwise. tooling/build-runtime.mjs turns every table into constants: `state.pid` becomes STATE_PID.
 */

/** At STATE: the names that the scanner is told, then what it found last. Places in the text are addresses. */
export const STATE = 1024;
export const state = {
  /** Tables of names: of system calls, and of numbers. */
  calls: 0,
  numbers: 32,
  /** Of a line: i32, -1 where the line does not say. */
  pid: 64,
  commStart: 68,
  commEnd: 72,
  /** One of `form`. */
  form: 76,
  /** f64, and ns below a second. */
  seconds: 80,
  fraction: 88,
  /** f64 ns; -1 if it is not there. */
  sinceLast: 96,
  /** i32, -1 if it is not there. */
  syscall: 104,
  ipLow: 108,
  ipHigh: 112,
  /** One of `kind`. */
  kind: 116,
  body: 120,
  nameEnd: 124,
  /** Of a call: index of its name among those of calls; i32, -1: it is none of them. */
  name: 252,
  /** Of a call's text: how many arguments it has, and where they are. */
  count: 128,
  starts: 132,
  ends: 180,
  /** Where the result begins; -1: the text ends before. */
  result: 228,
  /** 1: some string may be cut. */
  hasCut: 232,
  /** Bits by argument: it may hold a name whose number nobody knows. */
  unsure: 236,
  /** 1: the result is the number in the words behind; 0: it has to be looked at. */
  isValue: 240,
  low: 244,
  high: 248,
  /** f64 ns; -1 if it is not there. */
  duration: 264,
  /** Of the line that was read last as a plain one. */
  end: 256,
  sizeBytes: 272,
} as const;

/** A table of names (lines/byte-names.ts): addresses of its slots, ends and text; of numbers also of their low words; and of `found`s. */
export const names = { slots: 0, mask: 4, ends: 8, text: 12, values: 16, cache: 20 } as const;
/** A name that was found before: its first, middle and last bytes (u64 each; all of it, as longer ones are not kept), length, and index + 1. */
export const found = { first: 0, middle: 8, last: 16, length: 24, index: 28, sizeBytes: 32, count: 512, mostBytes: 24 } as const;

export const kind = { call: 0, resumed: 1, signal: 2, end: 3, frame: 4, notice: 5, other: 6 } as const;
export const form = { none: 0, unix: 1, relative: 2, day: 3 } as const;
export const limits = { arguments: 12 } as const;
