/** What checking a script needs to know beside its text. */
import type { ProbeCatalogue } from "../catalogue.ts";
import type { ReadImport } from "./imports.ts";

/** Instruction set of the recorded machine: names of its system calls and registers. */
export type Architecture = "x86_64" | "arm64";

export interface CheckEnv {
  /** Null: no recording, so only begin, end and interval can be attached. */
  readonly catalogue: ProbeCatalogue | null;
  /** `$1` is params[0]. */
  readonly params: readonly string[];
  /** `--name=value` after `--`; null for `--name` alone. */
  readonly namedParams: ReadonlyMap<string, string | null>;
  /** BPFTRACE_* variables of the environment. */
  readonly config: ReadonlyMap<string, string>;
  /** Address of a kernel symbol in the recording (null: no such symbol). Absent: the recording has no symbols. */
  readonly kernelSymbol?: (name: string) => bigint | null;
  /** --unsafe: functions that act on the machine are allowed. */
  readonly unsafe?: boolean;
  /** Absent: x86_64. */
  readonly architecture?: Architecture;
  /** Absent: imports cannot be read. */
  readonly readImport?: ReadImport;
}
