/** What checking a script needs to know beside its text. */
import type { ProbeCatalogue } from "../catalogue.ts";
import type { TypeSource } from "../types/type-source.ts";
import type { ReadHeader } from "./definitions/collect.ts";
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
  /** The kernel symbols of the recording (an address of null: no such symbol); null or absent: it has none. */
  readonly kernelSymbols?: () => { readonly addressOf: (name: string) => bigint | null } | null;
  /** --unsafe: functions that act on the machine are allowed. */
  readonly unsafe?: boolean;
  /** -p: only this process. */
  readonly pid?: number | null;
  /** Absent: x86_64. */
  readonly architecture?: Architecture;
  /** Its name, where it is none of these: numbers of its system calls are not known. Absent or null: it is one of these. */
  readonly otherArchitecture?: string | null;
  /** Absent: imports cannot be read. */
  readonly readImport?: ReadImport;
  /** Types of the recorded kernel, which C definitions of the script may refer to and hide; null or absent: it has none. */
  readonly types?: TypeSource | null;
  /** --include: headers that come before the script's own definitions. */
  readonly includes?: readonly string[];
  /** Absent: only headers whose names of integer types are known can be included. */
  readonly readHeader?: ReadHeader;
}
