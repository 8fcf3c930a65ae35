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
}

/** Attach point after wildcards are expanded: one each. */
export type ResolvedAttachPoint =
  | { readonly provider: "begin" | "end"; readonly name: string }
  | { readonly provider: "interval"; readonly name: string; readonly periodNs: bigint }
  | { readonly provider: "tracepoint"; readonly name: string; readonly tracepoint: Tracepoint }
  /** Run only when asked for (--test, --bench), in source order. `target` is NAME of test:NAME (rows 1.19, 1.20). */
  | { readonly provider: "test" | "bench"; readonly name: string; readonly target: string }
  /** Runs when our own process gets the signal (row 1.18). */
  | { readonly provider: "self"; readonly name: string; readonly signal: "SIGUSR1" };
