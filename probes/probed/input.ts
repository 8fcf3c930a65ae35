/** What the probed functions of a recording are found out from. */
import type { ProbeCatalogue } from "../../lang/catalogue.ts";
import type { Prototypes } from "../kernel/btf/prototypes.ts";
import type { StaticProbe } from "../symbols/static-probes.ts";
import type { ProbeDefinition } from "./definitions.ts";

export interface SymbolPlace {
  readonly name: string;
  readonly start: bigint;
  readonly module: string | null;
}

/** Name of code in a file by its offset there. */
export interface FileSymbols {
  /** The static probes whose instruction is at that offset; absent: none are known. */
  staticProbesAt?(target: string, fileOffset: bigint): readonly StaticProbe[];
  namesAt(target: string, fileOffset: bigint): { readonly names: readonly string[]; readonly delta: bigint } | null;
}

export interface SitesInput {
  readonly catalogue: Pick<ProbeCatalogue, "tracepoints" | "longBytes" | "byteOrder">;
  readonly definitions: readonly ProbeDefinition[];
  /** Kernel code by address and by name; null: the recording has no symbols. */
  readonly kernel: { symbolAt(address: bigint): SymbolPlace | null; addressOf(name: string): bigint | null } | null;
  /** Types of the recorded kernel; null: not known. */
  readonly prototypes: Prototypes | null;
  readonly files: FileSymbols;
  /** File and offset of a user address, by the mappings of the process; null: not known. */
  readonly fileAt: (address: bigint) => { readonly target: string; readonly offset: bigint } | null;
  /** The distinct values of each field. Reads the whole recording once, so whoever wants several asks for them together. */
  readonly seen: (fields: readonly SeenField[]) => readonly (readonly bigint[])[];
}

/** A field of the records of an event. */
export interface SeenField {
  readonly eventId: number;
  readonly offset: number;
  readonly sizeBytes: 4 | 8;
  /** More distinct values are left out. */
  readonly maxValues?: number;
}
