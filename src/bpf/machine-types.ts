/** What a loaded set of programs offers. Implemented by machine.ts over the wasm runtime; the interpreter and the JIT share memory, maps and helpers. */
import type { MapSpec, ProgramSpec } from "./spec.ts";

export type Backend = "jit" | "interp";

/** A stream of ring-buffer pages that the pump walks; `fill` is called with a view of its window when it has run dry. */
export interface StreamSpec {
  readonly cpu: number;
  readonly pageBytes: number;
  readonly headerBytes: 12 | 16;
  readonly byteOrder: "little" | "big";
  readonly time: { readonly mult: number; readonly shift: number; readonly offset: bigint };
  /** Its records are those of several CPUs, each change told by a mark (probes/stream/page-writer.ts); `cpu` is that of the first ones. */
  readonly marksCpu?: boolean;
  /** Number of its recording. */
  readonly recording?: number;
  /** Which events its records' common_type is of: id `t` of layout `n` is event id n << 16 | t everywhere else. */
  readonly layout?: number;
  /** Bytes written (whole pages), 0 at the end. */
  readonly fill: (window: Uint8Array) => number;
  /** Back to the first page: the first names of tasks are looked for in a pass of its own. */
  readonly rewind: () => void;
  /** To where it was when `fill` had written so many bytes since the start; absent: nothing is faster than to rewind and to fill. */
  readonly seek?: (bytes: number) => void;
}

/** Plain-data task rules; see probes/recording.ts, whose TaskRule has this shape. */
export interface TaskRuleSpec {
  readonly eventId: number;
  readonly when: "before" | "after";
  readonly kind:
    | ("comm" | "old_comm" | "fork" | "exit" | "tgid" | "exec" | "running")
    | ("id" | "told_id" | "want_id" | "got_id" | "cgroup" | "started" | "seen");
  readonly pid?: number;
  readonly comm?: {
    readonly offset: number;
    readonly sizeBytes: number;
    readonly loc: "inline" | "data_loc";
    readonly basename: boolean;
  } | null;
  readonly parent?: number;
  readonly child?: number;
  readonly flags?: number;
  readonly tgid?: number;
  readonly wideFlags?: true;
  readonly late?: true;
  readonly result?: number;
  readonly id?: "uid" | "gid";
  readonly value?: number;
  readonly unsure?: true;
  readonly hierarchy?: number;
}

/** Where a member of struct task_struct, or of its struct cred, is that the task table can tell (runtime/layout.ts taskFieldKind). */
export interface TaskField {
  readonly kind: "pid" | "tgid" | "comm" | "parent" | "leader" | "cred" | "uid" | "gid" | "started";
  /** From the task's start: credentials are TASK_STRUCT.cred behind it. */
  readonly offset: number;
}

export interface MachineOptions {
  /** Must have passed the verifier. */
  readonly programs: readonly ProgramSpec[];
  readonly maps: readonly MapSpec[];
  /** Possible CPUs: per-CPU values have this many cells. */
  readonly ncpus: number;
  readonly backend: Backend;
  /** Index into maps of the output ring, -1 if none. */
  readonly outputRing: number;
  readonly randSeed: bigint;
  /** Absent: no program looks into task structures. */
  readonly taskFields?: readonly TaskField[];
  /** False: there is no room for tasks, as PumpOptions.trackTasks will not be asked for. */
  readonly tracksTasks?: boolean;
  /** There is room for what PumpOptions.spaces tells; absent: no program asks. */
  readonly asksForSpaces?: boolean;
  /** There is room for the memory of calls under way (ProbedEvent.call); absent: none is kept. */
  readonly keepsMemory?: boolean;
  /** Streams that will be pumped, for sizing the memory. */
  readonly streams: readonly StreamSpec[];
}

/** System-call side of a map: errors are negative errnos as the kernel gives them (reference: Linux bpf(2)). */
export interface MapHandle {
  readonly spec: MapSpec;
  /** Number of elements now. */
  size(): number;
  /** Every element in insertion order: key bytes and values of all CPUs (ncpus × value padded to 8 for per-CPU maps). Views are valid until the map changes. */
  entries(): Iterable<{ readonly key: Uint8Array; readonly value: Uint8Array }>;
  lookup(key: Uint8Array): Uint8Array | null;
  update(key: Uint8Array, value: Uint8Array, flags: bigint): number;
  delete(key: Uint8Array): number;
  /** Next key after `key` (null: the first), or null at the end. */
  nextKey(key: Uint8Array | null): Uint8Array | null;
  clear(): void;
}

export interface Timer {
  readonly program: number;
  readonly periodNs: bigint;
  /**
   * Fires on each CPU whose task is known, lowest first (of several recordings: the first one's CPUs first), as that task. Absent: once, as the
   * session.
   */
  readonly everyCpu?: true;
  /** PumpOptions counter that goes up when it fires. */
  readonly counter?: number;
}

/** Where a u64 comes from; see lang/catalogue.ts RecordedValue. A slot is a byte offset into the rebuilt pt_regs. */
export type ValueSpec =
  | { readonly kind: "field"; readonly offset: number; readonly sizeBytes: 1 | 2 | 4 | 8; readonly signed: boolean }
  | { readonly kind: "slot"; readonly slot: number }
  | { readonly kind: "constant"; readonly value: bigint };

/** Memory of the traced machine that comes with a record; see lang/catalogue.ts RecordedMemory. */
export interface MemorySpec {
  readonly base: ValueSpec;
  readonly delta: bigint;
  readonly data:
    | { readonly kind: "inline"; readonly offset: number; readonly sizeBytes: number }
    | { readonly kind: "data_loc"; readonly offset: number }
    | { readonly kind: "pointer"; readonly value: bigint };
  /** See ProbedEvent.call. */
  readonly stays?: true;
}

/** What a program gets as its context: the record, rebuilt pt_regs, or rebuilt u64 arguments (raw_tracepoint). */
export type ContextKind = "record" | "registers" | "arguments";

export interface ProbedProgram {
  readonly program: number;
  readonly context: ContextKind;
  /** Counter (ProbedEvent numbers them freely below PumpOptions.counters) that goes up when it runs; null: none. */
  readonly counter: number | null;
}

/** An event whose records stand for probes of other kinds, or bring memory: its programs are not in `dispatch`. */
export interface ProbedEvent {
  readonly eventId: number;
  /** A shorter record is damaged. */
  readonly minRecordBytes: number;
  /** The field whose value picks the programs; null: `always` is for every record. */
  readonly key: { readonly offset: number; readonly sizeBytes: 4 | 8 } | null;
  /** Programs by that value, in firing order: those of `always` are among them where they belong. */
  readonly lists: ReadonlyMap<bigint, readonly ProbedProgram[]>;
  /** Programs of records with another value. */
  readonly always: readonly ProbedProgram[];
  /** Done in order, before the programs. A field behind the end of a record is zero. */
  readonly registers: readonly { readonly slot: number; readonly from: ValueSpec }[];
  readonly args: readonly { readonly index: number; readonly from: ValueSpec }[];
  readonly memory: readonly MemorySpec[];
  /** Entry and return of a function that share a number: the argument registers of the entry are there again at the return of the same thread. */
  readonly pair: { readonly at: "entry" | "return"; readonly number: number } | null;
  /** The address of the probed function; `caller`: offset of its caller's (0: not there), a stack of two frames where the recording has none. */
  readonly address: { readonly offset: number; readonly sizeBytes: 4 | 8; readonly caller: number } | null;
  /**
   * What it does to the calls of its thread whose memory is kept. Memory that `stays` can be read from the record of the call's entry to that of
   * its return (same number), by programs on all events of the thread; `over` ends all of its calls. Absent: nothing.
   */
  readonly call?: { readonly role: "syscall" | "function" | "return" | "over"; readonly number: number };
}

/** Records that hold the stack of the event before them (same CPU, same task). */
export interface StackRecords {
  /** By layout (StreamSpec.layout); what is behind the end has none. */
  readonly layouts: readonly StackLayout[];
  /** Code of the tracer itself, [start, end), ascending: left out at the top of a kernel stack. */
  readonly tracerCode: readonly (readonly [bigint, bigint])[];
}

export interface StackLayout {
  /** Event ids, 0 if the recording has none; offsets of the frames, of `size` of a kernel stack (0: it ends with the record). */
  readonly kernel: number;
  readonly kernelFrames: number;
  readonly kernelCount: number;
  readonly user: number;
  readonly userFrames: number;
  readonly wordBytes: 4 | 8;
}

/** From `ns` on, addresses of a process are those of its space of that number; before its first change, of number 0. */
export interface SpaceChange {
  readonly pid: number;
  readonly space: number;
  readonly ns: bigint;
}

export interface PumpOptions {
  /** Program list per event id, in firing order. */
  readonly dispatch: ReadonlyMap<number, readonly number[]>;
  readonly timers: readonly Timer[];
  /** Of each recording by number: CPUs that timers of every CPU fire on. Absent: one recording, and all CPUs. */
  readonly cpus?: readonly number[];
  readonly taskRules: readonly TaskRuleSpec[];
  /** Comm of each task at the start. */
  readonly comms: ReadonlyMap<number, string>;
  /** Tags of the recordings by number: what TAG_WINDOW holds. */
  readonly tags?: readonly string[];
  /** Track comm and tgid (some program asks for them). */
  readonly trackTasks: boolean;
  /** The streams tell of every task in time: nobody need look for first names in advance. */
  readonly tellsTasks?: boolean;
  /** Only events with fromNs <= ts < toNs fire; earlier ones still move task state. null: no bound. */
  readonly fromNs: bigint | null;
  readonly toNs: bigint | null;
  /**
   * Per event id the bytes that its programs read of a record. A shorter record (a damaged file) is counted as damaged and skipped, as its
   * programs would read what follows it. Events that are not listed need the 8 bytes of the common fields.
   */
  readonly minRecordBytes?: ReadonlyMap<number, number>;
  /** Events whose programs also read their records by address, nobody knows up to where; absent: any may. */
  readonly wholeRecords?: ReadonlySet<number>;
  /** Those that the streams have told by now, as far as they were read (null: they do not tell); the same array if there is nothing new. Absent: no program asks. */
  readonly spaces?: () => readonly SpaceChange[] | null;
  readonly probed?: readonly ProbedEvent[];
  /** How many counters `probed` and `timers` use. */
  readonly counters?: number;
  /** Absent: no program asks for stacks. */
  readonly stacks?: StackRecords;
  /** Some of them are of user code. */
  readonly asksForUserStacks?: boolean;
}

/** Why the pump came back: the session has something to do, all streams have ended, or its slice of time is used up. */
export type PumpResult = "drain" | "done" | "pause";

export interface PumpStats {
  /** Data records seen, and those that fired at least one program. */
  readonly events: bigint;
  readonly fired: bigint;
  /** Lost-event marks: known counts added up, and pages that lost an unknown number. */
  readonly lost: bigint;
  readonly lostUnknown: number;
  /** Pages or records that did not parse: skipped, with the count. */
  readonly damaged: number;
  readonly firstTs: bigint | null;
  readonly lastTs: bigint | null;
}

export interface Machine {
  readonly memory: WebAssembly.Memory;
  readonly maps: readonly MapHandle[];
  /** CPUs that per-CPU values have a cell for: options.ncpus, or more where a stream has a higher CPU number. */
  readonly ncpus: number;
  /** Runs one program outside the pump (begin, end, test-run). ctx: bytes copied into memory as its context, or null for an empty pt_regs. Returns r0. */
  runProgram(program: number, ctx: Uint8Array | null): bigint;
  /** Fields of the current block, for begin and end. */
  setCurrent(fields: {
    readonly ts?: bigint;
    readonly startTs?: bigint;
    readonly taiOffset?: bigint;
    readonly cpu?: number;
    readonly tid?: number;
    readonly tgid?: number;
    readonly comm?: string;
  }): void;
  startPump(options: PumpOptions): void;
  /**
   * Walks, merges and runs until user space is needed ("drain") or the streams end ("done"; the ring may still hold records). `slice`: so many
   * events (and timers) at most before it also comes back with nothing to do ("pause"); where it drains does not depend on that.
   */
  pump(slice?: number): PumpResult;
  /** Tasks that something told of up to now and that have not exited, by thread id, with the addresses that programs know them by. */
  tasks(): readonly { readonly tid: number; readonly address: bigint }[];
  /** First time stamp of the recording (reads the first windows), null if it is empty. */
  firstTs(): bigint | null;
  stats(): PumpStats;
  /** Hands over every output record in order. The view is of the whole record, header included; valid during the call. Return false to stop (the rest is dropped). */
  drain(each: (record: DataView) => boolean): void;
  /** Records lost because the ring was full, since the last call. */
  takeOutputLost(): number;
  /** PumpOptions.probed counters. */
  counter(index: number): number;
  /** Counters of what programs asked for and the recording lacks (memory.ts `missing`), by name. */
  missingCounts(): Readonly<Record<string, number>>;
}
