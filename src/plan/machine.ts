/** What a plan has to know of the machine that will record. Whoever fills it in reads files; the plan does not. */
import type { ProbeCatalogue } from "../../lang/catalogue.ts";
import type { Architecture } from "../../lang/check/env.ts";
import type { TypeSource } from "../../lang/types/type-source.ts";
import type { Type } from "../../lang/types/type.ts";
import type { ElfFile } from "../../probes/symbols/elf.ts";

export interface KernelFunction {
  readonly name: string;
  /** Null: of the kernel itself. */
  readonly module: string | null;
}

export interface UserFile {
  readonly path: string;
  readonly elf: ElfFile;
}

export interface Parameter {
  readonly name: string;
  readonly type: Type;
}

export interface PlanMachine {
  /** Its tracepoints. */
  readonly catalogue: ProbeCatalogue;
  readonly architecture: Architecture;
  /** Functions that can be probed; null: nobody can tell. */
  readonly functions: () => readonly KernelFunction[] | null;
  /** Files that a target names: a path, a command, or a library; wildcards name several. */
  readonly files: (target: string) => readonly UserFile[];
  /** Parameters of a kernel function by its type data, and its result; null: not known. */
  readonly prototype: (func: string) => { readonly parameters: readonly Parameter[]; readonly result: Type | null } | null;
  /** Types of its kernel; null: none. */
  readonly types: TypeSource | null;
  readonly kernelSymbols: () => { readonly addressOf: (name: string) => bigint | null } | null;
}
