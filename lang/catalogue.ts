import type { Type } from "./types/type.ts";

/** One field of a tracepoint record, in format-file order. */
export interface TracepointField {
  readonly name: string;
  /**
   * Type that a script sees. Integers have the size that the record stores (an `int` stored in 8 bytes is int64, row 1.27);
   * char arrays are strings; dynamic (`__data_loc`) fields are what the script gets after resolving: for char data
   * an int64-sized pointer `{kind: "pointer", to: int8}` that str() reads.
   */
  readonly type: Type;
  /** C declaration as the format file has it, for -lv: `const char * filename`. */
  readonly decl: string;
  /** From the start of the record (common_type is at 0). */
  readonly offset: number;
  /** Bytes in the record. */
  readonly sizeBytes: number;
  readonly loc: "inline" | "data_loc" | "rel_loc";
}

export interface Tracepoint {
  readonly category: string;
  readonly name: string;
  /** common_type of its records in this recording. */
  readonly id: number;
  readonly fields: readonly TracepointField[];
  /** False: the recording was looked through and holds none; whether it was to be recorded is not known. Absent: it may hold some. */
  readonly isSeen?: boolean;
  /** Its records are made when the recording is read, of what that tells otherwise: only who asks for the category is told of it. */
  readonly isMade?: boolean;
  /** Whether some field's name may hold this text, which is cheaper to tell than the fields are to read. Absent: not known. */
  mayHaveField?(text: string): boolean;
  /** What its pointer fields lead to, where the record has that too. Absent: nothing. */
  readonly memory?: readonly RecordedMemory[];
  /** The description of its records, as tracefs has it in a `format` file. Absent: there is none. */
  readonly formatText?: () => string;
}

/** Where a 64-bit value comes from when a record is handled. */
export type RecordedValue =
  /** A number in the record, extended by its sign. */
  | { readonly kind: "field"; readonly offset: number; readonly sizeBytes: 1 | 2 | 4 | 8; readonly signed: boolean }
  /** A register that was rebuilt before: its slot in pt_regs. */
  | { readonly kind: "slot"; readonly slot: number }
  /** A stand-in for a pointer that the recording lacks although it holds what the pointer leads to. */
  | { readonly kind: "constant"; readonly value: bigint };

/** Memory of the traced machine at `base + delta` that a record holds. */
export interface RecordedMemory {
  readonly base: RecordedValue;
  readonly delta: bigint;
  readonly data:
    | { readonly kind: "inline"; readonly offset: number; readonly sizeBytes: number }
    /** A string behind a __data_loc; `(fault)` means that it could not be read. */
    | { readonly kind: "data_loc"; readonly offset: number }
    /** A pointer of 8 bytes, itself a stand-in. */
    | { readonly kind: "pointer"; readonly value: bigint };
  /** The call that begins with the record only reads it: later events of the thread may until the call returns. */
  readonly stays?: true;
}

/** How the context of a kprobe, uprobe or typed probe is rebuilt from a record, and what memory comes with it. */
export interface ContextRecipe {
  /** In order; a slot (lang/registers.ts) that nothing fills is zero. */
  readonly registers: readonly { readonly slot: number; readonly from: RecordedValue }[];
  readonly memory: readonly RecordedMemory[];
  /** Words of a typed context (fentry, fexit: SiteRecords.fields in order; rawtracepoint, usdt: the arguments). */
  readonly typed: readonly { readonly index: number; readonly from: RecordedValue }[];
}

/** The records that a site fires on. */
export interface SiteRecords {
  /** common_type. */
  readonly eventId: number;
  /** Only records that have this number in that field; null: all. */
  readonly only: { readonly offset: number; readonly sizeBytes: 4 | 8; readonly value: bigint } | null;
  readonly recipe: ContextRecipe;
  /** Fields that are arguments by name, for `args` of typed probes. */
  readonly fields: readonly TracepointField[];
  /** Which word of a typed context each of `fields` is; absent: the one of its place. */
  readonly words?: readonly number[];
  /** Which word of a typed context is the function's result. */
  readonly returnIndex: number;
  /** Type of the result, where the kernel's types are known; absent: what a register holds. */
  readonly returnType?: Type | undefined;
  /** The address of the probed function; null: not there. */
  readonly address: { readonly offset: number; readonly sizeBytes: 4 | 8 } | null;
  /** Offset of the caller's address, where the record has it: a stack of two frames; null: it has none. */
  readonly callerOffset: number | null;
  /** Of a return whose memory is relative to arguments of the entry: the records of that. */
  readonly entry?: SiteRecords;
  /** Of an entry with memory that stays: the event of the function's return, where that was probed, too. */
  readonly returnId?: number;
}

/** A place in code that was probed while recording. */
export interface ProbeSite {
  readonly code: "kernel" | "user" | "raw_tracepoint" | "usdt";
  readonly at: "entry" | "return";
  /** File of user code as the recording names it; else null. */
  readonly target: string | null;
  /** Kernel module; null: the kernel itself, or not known. Of a static probe of a program, its provider. */
  readonly module: string | null;
  readonly func: string;
  /** Other names of the same place. */
  readonly aliases: readonly string[];
  /** From the function's start. */
  readonly offset: bigint;
  /** Kernel address, or offset in the file of user code; null: not known. */
  readonly address: bigint | null;
  readonly records: SiteRecords;
  /** Of a static probe: where its arguments are, as its note has it; absent: not known. */
  readonly operands?: string;
  /** Of a static probe that is passed by while a counter is zero: the counter's place in the file. */
  readonly semaphore?: bigint;
}

export interface ProbeSites {
  /** Every site that has records, or could have: sorted by file, function, offset. Found out on first use. */
  readonly sites: readonly ProbeSite[];
  /** Those of dynamic events, which the recording describes: found without reading it. Absent: not known apart. */
  readonly defined?: readonly ProbeSite[];
  /** A kernel function that was never seen although functions were traced, so that a probe on it fires zero times; null: nothing is known of it. */
  unseen(at: "entry" | "return", func: string): ProbeSite | null;
}

/** Samples that were taken when something had been counted, or touched. */
export interface SampledEvent {
  /** As the recorder names it: `cycles:u`. */
  readonly label: string;
  /** What scripts call it; null: they have no name for it. */
  readonly counted: { readonly provider: "software" | "hardware"; readonly event: string } | null;
  /** `mode`: letters of r, w, x, sorted. Null: the recording does not tell it. */
  readonly breakpoint: { readonly address: bigint; readonly length: bigint | null; readonly mode: string | null } | null;
  /** Events from one sample to the next, or samples in a second; `group`: a sample where another event of its group was sampled, `count` says nothing. */
  readonly rate: { readonly kind: "period" | "frequency" | "group"; readonly count: bigint };
  /** The registers, and what follows them in the context, as far as each sample has them. */
  readonly records: SiteRecords;
}

/** The probes that a recording offers to a script. Implemented by probes/, read by lang/. */
export interface ProbeCatalogue {
  /** Every event that the recording describes, sorted by category, then name. */
  readonly tracepoints: readonly Tracepoint[];
  /** Byte order of the records' bytes. Big-endian records are swapped by the compiled program after each load. */
  readonly byteOrder: "little" | "big";
  /** Size of `long` in the recorded kernel, bytes. */
  readonly longBytes: 4 | 8;
  readonly ncpus: number;
  /** Probed functions; absent: none. */
  readonly probed?: ProbeSites;
  /** Absent: none. */
  readonly sampled?: readonly SampledEvent[];
}

/** Attach point after wildcards are expanded: one each. */
export type ResolvedAttachPoint =
  | { readonly provider: "begin" | "end"; readonly name: string }
  | { readonly provider: "interval"; readonly name: string; readonly periodNs: bigint }
  | { readonly provider: "tracepoint"; readonly name: string; readonly tracepoint: Tracepoint }
  | { readonly provider: SiteProvider; readonly name: string; readonly site: ProbeSite }
  | { readonly provider: SampledProvider; readonly name: string; readonly sampled: SampledEvent }
  /** Without samples: on each CPU, for the task that runs there. */
  | { readonly provider: "profile"; readonly name: string; readonly periodNs: bigint }
  /** Once for each task that is known when the recording ends (row 1.45). */
  | { readonly provider: "iter"; readonly name: string; readonly over: "task" }
  /** Run only when asked for (--test, --bench), in source order. `target` is NAME of test:NAME (rows 1.19, 1.20). */
  | { readonly provider: "test" | "bench"; readonly name: string; readonly target: string }
  /** Runs when our own process gets the signal (row 1.18). */
  | { readonly provider: "self"; readonly name: string; readonly signal: "SIGUSR1" };

export type SampledProvider = "software" | "hardware" | "profile" | "watchpoint";

export type SiteProvider = "kprobe" | "kretprobe" | "uprobe" | "uretprobe" | "fentry" | "fexit" | "rawtracepoint" | "usdt";
