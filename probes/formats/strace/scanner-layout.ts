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
  /** 1: the result is the number in the words behind; 0: it has to be looked at. */
  isValue: 240,
  low: 244,
  high: 248,
  /** f64 ns; -1 if it is not there. */
  duration: 264,
  /** Of the line at hand: where it begins and ends, and where the next one begins. */
  start: 256,
  end: 260,
  next: 272,
  /** Lines that `run` has gone over. */
  lines: 276,
  /** Of the line at hand, f64 ns since the stream's base. */
  time: 280,
  /** f64: time of the line before. */
  frontier: 288,
  /** The clock (clock.ts): one of `form`; f64s: seconds and ns of the first line, days that are over, seconds of the line before, ns, lines. */
  clockForm: 296,
  firstSeconds: 304,
  firstFraction: 312,
  days: 320,
  lastSeconds: 328,
  sum: 336,
  clockLines: 344,
  /** i32: the only task that lines were seen of, -1: there are more, or none; and whose the last line without a pid was. */
  only: 352,
  lastPid: 356,
  /** Calls so far, and those of them whose line does not tell how long they took. */
  serial: 360,
  timeless: 364,
  /** 1: the text has stacks. */
  hasFrames: 368,
  /** Records that wait for their time: how many, and u64: how many there ever were. */
  waitingCount: 372,
  waitingOrder: 376,
  /** Where records go: room for them, bytes that they took, f64 time of the last one. */
  room: 384,
  written: 388,
  lastTime: 392,
  /** Addresses: of event ids by name of the call, of the index of tasks, of what waits, of the room for records. */
  bareIds: 400,
  tasks: 404,
  waiting: 408,
  records: 412,
  /** Entries of tasks: how many were ever made, and the first of those that are free again; 0: none. */
  tasksMade: 416,
  freeTask: 420,
  /** f64: what waits for that time or an earlier one goes before the line at hand. */
  until: 424,
  /** 1: the clock was moved on to the line that `run` begins with. */
  isTimed: 432,
  sizeBytes: 440,
} as const;

/** A table of names (lines/byte-names.ts): addresses of its slots, ends and text; of numbers also of their low words; and of `found`s. */
export const names = { slots: 0, mask: 4, ends: 8, text: 12, values: 16, cache: 20 } as const;
/** A name that was found before: its first, middle and last bytes (u64 each; all of it, as longer ones are not kept), length, and index + 1. */
export const found = { first: 0, middle: 8, last: 16, length: 24, index: 28, sizeBytes: 32, count: 512, mostBytes: 24 } as const;

export const kind = { call: 0, resumed: 1, signal: 2, end: 3, frame: 4, notice: 5, other: 6 } as const;
export const form = { none: 0, unix: 1, relative: 2, day: 3 } as const;
/** `slots`: of the index of tasks, a power of two; at most half of them are used. */
export const limits = { arguments: 12, tasks: 16_384, slots: 32_768, waiting: 65_536, recordBytes: 65_536 } as const;

/** What lines so far tell of a task. `name`, `number`, `depth`: of the call that it is in; TypeScript knows what else there is to know. */
export const task = {
  /** i32. */
  pid: 0,
  /** 1: a line of its own was there. */
  isSeen: 4,
  /** 1: it is in a call whose return was not there yet. */
  isActive: 8,
  /** Index of the call's name. */
  name: 12,
  /** i32: its number as the line told it (-n), else -1. */
  number: 16,
  /** i32: brackets that are open where strace left the call off; -1: its text has to be looked at. */
  depth: 20,
  /** f64 ns: time of its last return, and when it went into the call. */
  returnedAt: 24,
  enteredAt: 32,
  /** 16 bytes. */
  comm: 40,
  sizeBytes: 56,
} as const;

/** What waits for its time: one or two records of the common fields, or a batch that TypeScript keeps. */
export const waiting = {
  /** f64. */
  time: 0,
  /** u64: of those with one time the lower goes first. */
  order: 8,
  /** i32. */
  pid: 16,
  /** Event ids, 0: none. */
  first: 20,
  second: 24,
  /** Number of the batch; 0: it is none. */
  batch: 28,
  sizeBytes: 32,
} as const;

/** Ids of the events that every call has. */
export const rawIds = { enter: 101, exit: 102 } as const;

/** Why `run` stops. */
export const stops = {
  /** The text at hand is at its end, or cut. */
  window: 0,
  /** There is no room for more records. */
  room: 1,
  /** The line at hand is not for the scanner: a time that it has is told. */
  line: 2,
  /** What goes before the line behind those that it went over is for TypeScript. */
  turn: 3,
} as const;
/** Of a line's records, at most. */
export const LINE_BYTES = 96;
