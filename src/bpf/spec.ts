/** Programs and maps as plain data: what codegen makes, the verifier reads, the JIT and the ELF writer consume. */
import type { Insn, InsnIndex } from "./isa/insn.ts";

/** Linux enum bpf_prog_type, by name. begin and end are kprobe programs (bpftrace runs them as uprobes); interval is perf_event. */
export type ProgType = "kprobe" | "tracepoint" | "perf_event" | "raw_tracepoint" | "socket_filter";

/** Linux enum bpf_map_type, by name. */
export type MapType = "hash" | "array" | "percpu_hash" | "percpu_array" | "lru_hash" | "lru_percpu_hash" | "stack_trace" | "ringbuf";

export interface MapSpec {
  /** At most 15 characters of [A-Za-z0-9_.]; script maps are `AT_x` (`AT_` alone for `@`). */
  readonly name: string;
  readonly type: MapType;
  /** Bytes; 0 for ringbuf. */
  readonly keySize: number;
  /** Bytes of one CPU's value; 0 for ringbuf. */
  readonly valueSize: number;
  /** Entries; for ringbuf bytes (a power of two, multiple of 4096). */
  readonly maxEntries: number;
  /** BPF_F_*. */
  readonly flags: number;
}

/** A function inside `insns`: the main program first, then subprograms. */
export interface FuncSpec {
  readonly name: string;
  readonly start: InsnIndex;
}

/** From this insn on (until the next entry) the code comes from this place of the script. */
export interface LineInfo {
  readonly insn: InsnIndex;
  /** UTF-16 offsets into the script. */
  readonly start: number;
  readonly end: number;
}

export interface ProgramSpec {
  /** At most 15 characters of [A-Za-z0-9_]. */
  readonly name: string;
  readonly type: ProgType;
  /** ELF section, as libbpf reads it: `tracepoint/sched/sched_switch`, `uprobe`, `perf_event`. */
  readonly section: string;
  readonly insns: readonly Insn[];
  readonly funcs: readonly FuncSpec[];
  readonly lines: readonly LineInfo[];
  readonly license: string;
}
