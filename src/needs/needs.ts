/** What the programs of a script ask of the events that they run on. */
import type { Span } from "../../lang/diagnostics/diagnostic.ts";
import type { BuiltinName } from "../../lang/hir/hir.ts";
import type { FetchBase } from "../../probes/probed/fetch.ts";

/** One read of memory on the way to a value. */
export interface Deref {
  readonly offset: bigint;
  /** In user memory. */
  readonly user: boolean;
}

/** Where a value comes from: what the event of a probe has at `base`, followed through memory, plus `add`. */
export interface Origin {
  /** Index into HirProgram.probes: whose event it was. */
  readonly probe: number;
  readonly base: FetchBase;
  readonly derefs: readonly Deref[];
  readonly add: bigint;
}

/** Memory that a program reads; the last of `derefs` leads to its first byte. */
export interface MemoryNeed {
  /** Probe that reads it. */
  readonly probe: number;
  /** Probe that had the pointer: another one where a map carried it. */
  readonly from: number;
  readonly base: FetchBase;
  readonly derefs: readonly Deref[];
  /** Null: a string, as long as it is. */
  readonly bytes: number | null;
  /** Of a string: the script works out how long, from more than its own text. */
  readonly isMeasured: boolean;
  readonly span: Span;
}

/** A read at an address that is not known before the script runs. */
export interface VagueRead {
  readonly probe: number;
  readonly span: Span;
  /** `curtask`, or an address that is computed. */
  readonly what: string;
}

/** Things of an event beside its own data. */
export type Extra = "kstack" | "ustack" | "ksym" | "usym" | "wall clock" | "parents";

export interface ProbeNeeds {
  /** Values of the context, by baseKey. */
  readonly words: ReadonlyMap<string, FetchBase>;
  /** Where the script asks for each of them first. */
  readonly wordSpans: ReadonlyMap<string, Span>;
  /** Fields of the tracepoint. */
  readonly fields: ReadonlySet<string>;
  readonly builtins: ReadonlySet<BuiltinName>;
  readonly extras: ReadonlySet<Extra>;
}

export interface Needs {
  /** One each of HirProgram.probes. */
  readonly probes: readonly ProbeNeeds[];
  readonly memory: readonly MemoryNeed[];
  readonly vague: readonly VagueRead[];
}

export function baseKey(base: FetchBase): string {
  switch (base.kind) {
    case "argument":
      return `arg${base.index}`;
    case "return":
      return "retval";
    case "register":
      return `%${base.name}`;
    case "place":
      return base.text;
    case "field":
      return `$${base.name}`;
  }
}

const derefKey = ({ offset, user }: Deref): string => `${user ? "u" : ""}${offset}`;

export const pathKey = (base: FetchBase, derefs: readonly Deref[]): string => [baseKey(base), ...derefs.map(derefKey)].join(" ");
