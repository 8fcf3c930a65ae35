/** What a recording tells of its machine to the checker of scripts and to whoever prints values. */
import type { Architecture } from "../../lang/check/env.ts";
import type { ProbeCatalogue } from "../../lang/catalogue.ts";
import type { Recording } from "../../probes/recording.ts";
import type { Mapping } from "../../probes/symbols/mapping.ts";
import { userCode, type UserCode, type UserPlace } from "../../probes/symbols/user-code.ts";
import type { StackRecords } from "../bpf/machine-types.ts";
import type { SymbolName } from "./code-owner.ts";
import { kernelTypes, noKernelTypes, type KernelTypes, type TypeFiles } from "./kernel-types.ts";
import { stackRecords } from "./stack-records.ts";
import { parseDefinitions } from "../../probes/probed/definitions.ts";
import { probedSymbols } from "./probed-symbols.ts";
import { probedCatalogue } from "./probed-catalogue.ts";
import { eitherSymbols, symbolsOf, type KernelSymbols } from "./symbols.ts";

/** Where the code of a kernel lies: `_text`, and the end of what its recorder saw. */
export type KernelText = NonNullable<ReturnType<NonNullable<Recording["kernelText"]>>>;

/** What was kept beside the recording. */
export interface SideData {
  /** Texts of kprobe_events, uprobe_events or dynamic_events. */
  readonly definitions: readonly string[];
  /** Text of /proc/kallsyms. */
  readonly kallsyms: string | null;
  /** Looks for symbols of a kernel of which only this is known; absent: there is nowhere to look. */
  readonly findKallsyms?: (kernel: KernelText) => string | null;
  readonly user: UserCode;
  /** Absent: scripts have only the types that they define. */
  readonly types?: TypeFiles;
}

export const noSideData: SideData = { definitions: [], kallsyms: null, user: userCode([], () => null) };

export interface RecordedMachine {
  /** With the probed functions; null without a recording. */
  readonly catalogue: ProbeCatalogue | null;
  readonly user: UserCode;
  /** Only with a recording. */
  readonly stackRecords: () => StackRecords;
  readonly architecture: Architecture;
  /** Its name, where it is none of those. */
  readonly otherArchitecture: string | null;
  readonly types: KernelTypes;
  /** Looked for on the first question; null without symbols. */
  readonly symbols: () => KernelSymbols | null;
}

/** As uname(2) calls those whose system calls have other numbers. */
const OTHER_ARCHITECTURE = /\b(?:alpha|arm(?:v\w+)?|i[3-6]86|loongarch\w*|m68k|mips\w*|parisc\w*|ppc\w*|riscv\w*|s390x?|sparc\w*|xtensa)$/;

export function recordedMachine(recording: Recording | null, side: SideData = noSideData): RecordedMachine {
  let symbols: KernelSymbols | null | undefined;
  const kernel = (): KernelSymbols | null => {
    if (symbols !== undefined) return symbols;
    const named = symbolsOf(recording, side.kallsyms);
    const place = named === null && side.findKallsyms !== undefined ? (recording?.kernelText?.() ?? null) : null;
    const found = place === null ? null : symbolsOf(null, side.findKallsyms!(place));
    // The recording may tell later where its kernel was.
    return named === null && place === null && recording?.kernelText !== undefined ? null : (symbols = named ?? found);
  };
  const { definitions } = side;
  // Now, as reading the recording puts it back to its start.
  const known = recording !== null && definitions.length > 0 ? kernel() : null;
  if (recording !== null && definitions.length > 0 && (known === null || known.isPartial === true))
    symbols = eitherSymbols(known, probedSymbols(recording, definitions.flatMap(parseDefinitions)));
  const user = withRecorded(side.user, recording);
  const types = side.types === undefined ? noKernelTypes : kernelTypes(recording, side.types);
  return {
    catalogue: recording === null ? null : probedCatalogue({ recording, definitions, kernel, types, user }),
    user,
    stackRecords: () => stackRecords(recording!.catalogue, kernel()),
    otherArchitecture: OTHER_ARCHITECTURE.exec(recording?.info.uname ?? "")?.[0] ?? null,
    architecture: /\b(aarch64|arm64)\b/.test(recording?.info.uname ?? "") ? "arm64" : "x86_64",
    types,
    symbols: kernel,
  };
}

/** Those of the files beside the recording come last, so they count. */
function joinedMappings(recording: Recording, { mappings: beside }: UserCode): () => readonly Mapping[] {
  const recorded = (): readonly Mapping[] => recording.mappings?.() ?? [];
  if (beside.length === 0) return recorded;
  let joined: readonly Mapping[] = beside;
  return () => {
    const now = recorded();
    if (joined.length !== now.length + beside.length) joined = [...now, ...beside];
    return joined;
  };
}

/** A place in a file that the recording has no name for: the file may be at hand. */
function named(code: UserCode, place: UserPlace | null): UserPlace | null {
  if (place === null || place.symbol !== null) return place;
  const found = code.namesAt(place.path, place.fileOffset);
  return found === null ? place : { ...place, symbol: { name: found.names[0]!, offset: found.delta } };
}

/** What the recording tells of addresses goes before the files beside it. */
function withRecorded(user: UserCode, recording: Recording | null): UserCode {
  const code = recording?.mappings === undefined ? user : userCode(joinedMappings(recording, user), user.readFile);
  if (recording?.userPlaceOf === undefined) return code;
  return { ...code, placeOf: (address, owner) => named(code, recording.userPlaceOf?.(address) ?? null) ?? code.placeOf(address, owner) };
}

/** How often addresses had to be printed because there are no symbols. */
export interface MissingSymbols {
  kernelSymbols: number;
  userSymbols: number;
}

/** What the event of a probe on a program is an event of. */
function probedFunction({ catalogue }: RecordedMachine, eventId: number): string | null {
  const probed = catalogue?.probed;
  return (probed?.defined ?? probed?.sites)?.find(({ code, records }) => code === "user" && records.eventId === eventId)?.func ?? null;
}

/** Names for printed addresses (row 5.44); counts what it has none for. Address 0 has no name on any machine. */
export const symbolsFor =
  (machine: RecordedMachine, missing: MissingSymbols): SymbolName =>
  (kind, address, owner) => {
    if ("probe" in owner) return probedFunction(machine, owner.probe);
    if (address === 0n) return null;
    if (kind === "usym") {
      const place = machine.user.placeOf(address, owner);
      if (place === null) missing.userSymbols++;
      return place?.symbol?.name ?? null;
    }
    const symbols = machine.symbols();
    const name = symbols?.nameAt(address) ?? null;
    if (symbols === null || (name === null && symbols.isPartial === true)) missing.kernelSymbols++;
    return name;
  };
