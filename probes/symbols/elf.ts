/** Function symbols, segments and the build id of an ELF file (System V gABI; elf(5)). Damage gives less, never an exception. */
import { elfReader, type ElfReader } from "./elf-reader.ts";
import { withGlobals } from "./global-operands.ts";
import { isSeparated, restoredSegments, type LoadedSegment } from "./separated-debug.ts";
import { staticProbesOf, type StaticProbe } from "./static-probes.ts";
import { symbolKind, symbolsOf } from "./symbol-table.ts";

export interface ElfSymbol {
  readonly name: string;
  /** Virtual address in the file's own numbering. */
  readonly address: bigint;
  readonly sizeBytes: bigint;
}

export interface ElfFile {
  /** Functions by rising address; of several at one address the global ones first. */
  readonly functions: readonly ElfSymbol[];
  readonly segments: readonly {
    readonly fileOffset: bigint;
    readonly fileBytes: bigint;
    readonly address: bigint;
    readonly executable: boolean;
  }[];
  /** The code is elsewhere: offsets of segments are those that the program's file is taken to have. */
  readonly isSeparated: boolean;
  /** Hexadecimal; null: none. */
  readonly buildId: string | null;
  /** In the order of their notes. */
  readonly staticProbes: readonly StaticProbe[];
}

const PT_LOAD = 1;
const PT_NOTE = 4;
const NT_GNU_BUILD_ID = 3;
const PF_X = 1;
const FUNCTIONS: ReadonlySet<number> = new Set([symbolKind.function, symbolKind.ifunc]);

function segmentsOf(r: ElfReader): {
  readonly loads: readonly LoadedSegment[];
  readonly notes: readonly { readonly at: number; readonly end: number }[];
} {
  const start = Number(r.word(r.wide ? 32 : 28));
  const [entryBytes, count] = [r.u16(r.wide ? 54 : 42), r.u16(r.wide ? 56 : 44)];
  const loads: LoadedSegment[] = [];
  const notes: { at: number; end: number }[] = [];
  for (let i = 0; i < count; i++) {
    const at = start + i * entryBytes;
    if (at + entryBytes > r.sizeBytes) break;
    const type = r.u32(at);
    const [flags, offset, address, fileBytes] = r.wide ? [at + 4, at + 8, at + 16, at + 32] : [at + 24, at + 4, at + 8, at + 16];
    const fileOffset = r.word(offset);
    const size = r.word(fileBytes);
    if (type === PT_LOAD) {
      const [memoryBytes, alignment] = r.wide ? [r.word(at + 40), r.word(at + 48)] : [r.word(at + 20), r.word(at + 28)];
      const executable = (r.u32(flags) & PF_X) !== 0;
      loads.push({ fileOffset, fileBytes: size, memoryBytes, address: r.word(address), alignment, executable });
    }
    if (type === PT_NOTE) notes.push({ at: Number(fileOffset), end: Math.min(r.sizeBytes, Number(fileOffset + size)) });
  }
  return { loads, notes };
}

const align4 = (n: number): number => Math.ceil(n / 4) * 4;

function buildIdIn(r: ElfReader, notes: readonly { readonly at: number; readonly end: number }[]): string | null {
  for (const { at: start, end } of notes) {
    for (let at = start; at + 12 <= end;) {
      const [nameBytes, dataBytes, type] = [r.u32(at), r.u32(at + 4), r.u32(at + 8)];
      const data = at + 12 + align4(nameBytes);
      if (type === NT_GNU_BUILD_ID && r.text(at + 12, at + 16) === "GNU" && data + dataBytes <= end) return r.hex(data, dataBytes);
      at = data + align4(dataBytes);
    }
  }
  return null;
}

/** Null: no ELF file. */
export function readElf(bytes: Uint8Array): ElfFile | null {
  const r = elfReader(bytes);
  if (r === null) return null;
  const { loads, notes } = segmentsOf(r);
  const functions = [...symbolsOf(r, FUNCTIONS)].sort((a, b) =>
    a.address < b.address ? -1 : a.address > b.address ? 1 : Number(a.isLocal) - Number(b.isLocal),
  );
  const separated = isSeparated(r);
  const segments = separated ? restoredSegments(loads) : loads;
  return {
    functions,
    segments,
    isSeparated: separated,
    buildId: buildIdIn(r, notes),
    staticProbes: withGlobals(r, staticProbesOf(r), loads),
  };
}

/** The functions that contain an address: those that begin last before it. */
export function functionsAt(elf: ElfFile, address: bigint): readonly ElfSymbol[] {
  let low = 0;
  let high = elf.functions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (elf.functions[middle]!.address <= address) low = middle + 1;
    else high = middle;
  }
  const last = elf.functions[low - 1];
  if (last === undefined) return [];
  let first = low - 1;
  while (first > 0 && elf.functions[first - 1]!.address === last.address) first--;
  return elf.functions.slice(first, low).filter((symbol) => symbol.sizeBytes === 0n || address < symbol.address + symbol.sizeBytes);
}

/** Virtual address of a byte of the file that is mapped; null: it is not. */
export function addressOfOffset(elf: ElfFile, fileOffset: bigint): bigint | null {
  const segment =
    elf.segments.find((one) => one.executable && fileOffset >= one.fileOffset && fileOffset < one.fileOffset + one.fileBytes) ??
    elf.segments.find((one) => fileOffset >= one.fileOffset && fileOffset < one.fileOffset + one.fileBytes);
  return segment === undefined ? null : fileOffset - segment.fileOffset + segment.address;
}
