/**
 * The one linear memory (docs: ARCHITECTURE.md). These offsets and field layouts are the contract between the JIT, the interpreter,
 * the AssemblyScript runtime (which gets them as generated constants) and the session. All fields little-endian; offsets in bytes.
 */
export const CURRENT_BLOCK = 1024;

/** The event being handled. Helpers and JIT-inlined builtins read it. */
export const current = {
  /** u64: virtual time, ns. */
  ts: 0,
  /** u64: time that `elapsed` counts from, ns. */
  startTs: 8,
  /** u32 each. */
  cpu: 16,
  /** Thread id of the event (common_pid). */
  tid: 20,
  /** Address (u32) and length (u32) of the event's record in its window. */
  recordAddr: 24,
  recordLen: 28,
  /** u32 bit set: see currentFlags. */
  flags: 32,
  ncpus: 36,
  /** u64 state of the seeded generator behind bpf_get_prandom_u32. */
  randState: 40,
  /** u32: records that did not fit into the output ring. */
  outputLost: 48,
  /** u32: events on which a program asked for uid, a user or kernel address, … that the recording lacks: one counter per kind, see missing. */
  missingAddr: 52,
  /** u32: 1 while a program of begin, end, interval or a test run is handled: comm and tgid are then those below, not the recording's. */
  host: 56,
  hostTgid: 60,
  hostComm: 64,
  /** u32: number of the event being handled (wraps): what a program asks for twice in one event is counted once. */
  serial: 80,
  /** u32: cell of per-CPU values, below ncpus: the CPU, unless the recording has CPUs that nobody knew of. */
  cell: 84,
  /** u64: ns from the epoch of the TAI clock to the start of the trace clock; 0 if nobody knows it. */
  taiOffset: 88,
  sizeBytes: 128,
} as const;

export const currentFlags = { yield: 1, exit: 2 } as const;

/** Counters (u32 each, from current.missingAddr = MISSING_BLOCK) of what programs asked for and the recording does not hold. */
export const MISSING_BLOCK = 1280;
export const missing = {
  uid: 0,
  comm: 4,
  tgid: 8,
  kernelMemory: 12,
  userMemory: 16,
  cgroup: 20,
  task: 24,
  numa: 28,
  parent: 32,
  kernelStack: 36,
  userStack: 40,
  /** Ticks of `profile` on CPUs that nobody knows the task of, and stacks at ticks. */
  ticks: 44,
  tickStack: 48,
  start: 52,
  gid: 56,
  sizeBytes: 64,
} as const;
/** u32 each, beside the counters: the event (current.serial) that was counted last, so that they count events and not calls. */
export const MISSING_SEEN = MISSING_BLOCK + 64;
/**
 * What the pump knows of a task, as kernel memory that bpf_probe_read_kernel reads at (high << highShift | pid << pidShift): u32 thread id of its
 * parent, u32 process id of that thread, and 16 bytes of its own name at `comm`. No machine has such an address.
 */
export const TASK_WINDOW = { high: 0x74_6173, highShift: 40, pidShift: 5, parent: 0, parentTgid: 4, comm: 16 } as const;
/**
 * A task as the kernel's struct task_struct, whose layout the session tells (TASK_FIELDS): at high << highShift | pid << pidShift, for
 * bpf_get_current_task and pointers from one task to another. Members that nothing is known of fault. Its credentials, a struct cred, are at
 * `cred` behind it. No machine has such an address.
 */
export const TASK_STRUCT = { high: 0x74_736b, highShift: 40, pidShift: 18, cred: 0x2_0000 } as const;
/** Where members of struct task_struct are: `limits.taskFields` of runtime/layout.ts `taskField`; one without bytes ends the list. */
export const TASK_FIELDS = 7680;
/**
 * Whose code the current thread runs, as kernel memory: u32 process id, and at `space` u32 number of its address space at the time of the event
 * (probes/symbols/address-spaces.ts), at high << highShift. Zeros where the recording does not tell what processes had mapped, and in programs
 * of no task.
 */
export const SPACE_WINDOW = { high: 0x73_7061, highShift: 40, space: 4 } as const;
/**
 * The tag of the recording that the event at hand comes from, as kernel memory: a string of `bytes` at most, NUL included, at high << highShift.
 * Empty in programs of no recording (begin, end, interval).
 */
export const TAG_WINDOW = { high: 0x72_6563, highShift: 40, bytes: 64 } as const;
/**
 * Addresses in the record of an event, as numbers: high << highShift | the event (current.serial) << serialShift | offset in its record. Where
 * the record is in this memory shows nowhere, and no other event's data is taken for it. A program that has the address gets the number by
 * reading it from its stack with `mark` twice behind it. No machine has such an address.
 */
export const RECORD_WINDOW = { high: 0x64_61, highShift: 48, serialShift: 16, mark: 0x2174_6164 } as const;
/** BPF stack: frame n of 8 is at STACK_BASE + n * 512; r10 of a frame is its end. Main programs use frame 0 at a constant address. */
export const STACK_BASE = 2048;
export const STACK_FRAME_BYTES = 512;
export const STACK_FRAMES = 8;
/** State of the pump and of the task table; fields in runtime/layout.ts. */
export const PUMP_BLOCK = 6144;
/** What time travel asks of the pump and what the pump notes for it; fields in runtime/layout.ts. */
export const WATCH_BLOCK = 7168;
/** First byte that the layout planner may use. */
export const HEAP_BASE = 8192;
