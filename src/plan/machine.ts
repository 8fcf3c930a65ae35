/** What a plan has to know of the machine that will record. Whoever fills it in reads files; the plan does not. */
import type { ProbeCatalogue } from "../../lang/catalogue.ts";
import type { Architecture } from "../../lang/check/env.ts";
import type { TypeSource } from "../../lang/types/type-source.ts";
import type { Type } from "../../lang/types/type.ts";
import type { ElfFile } from "../../probes/symbols/elf.ts";

/** Major and minor number of a Linux release. */
export type Release = readonly [number, number];

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
  /** `const char * filename`; absent: not known. */
  readonly decl?: string;
}

export interface Prototype {
  readonly parameters: readonly Parameter[];
  /** Null: nothing is returned. */
  readonly result: Type | null;
}

export interface PlanMachine {
  /** Its tracepoints. */
  readonly catalogue: ProbeCatalogue;
  readonly architecture: Architecture;
  /** Of its kernel; null: not known. */
  readonly release: Release | null;
  /** Functions that can be probed; null: nobody can tell. */
  readonly functions: () => readonly KernelFunction[] | null;
  /** What to do where that list may lack one; null: it is whole. */
  readonly functionsHint: string | null;
  /** Files that a target names: a path, a command, or a library; wildcards name several. */
  readonly files: (target: string) => readonly UserFile[];
  /** Of a kernel function by the kernel's type data; null: not known. */
  readonly prototype: (func: string) => Prototype | null;
  /** Of a raw tracepoint, as programs see it. */
  readonly rawPrototype: (event: string) => Prototype | null;
  /** Types of its kernel; null: none. */
  readonly types: TypeSource | null;
  readonly kernelSymbols: () => { readonly addressOf: (name: string) => bigint | null } | null;
}
