/** ELF64 relocatable objects for EM_BPF, little-endian (System V ABI; relocation types from LLVM's BPF backend). */
import { byteWriter, stringTable } from "./bytes.ts";

export interface ElfSection {
  readonly name: string;
  readonly type: "code" | "data" | "info";
  readonly bytes: Uint8Array;
  readonly relocations: readonly ElfRelocation[];
}

export interface ElfSymbol {
  /** Empty for a section: it has the section's own. */
  readonly name: string;
  readonly kind: "func" | "object" | "section";
  readonly local: boolean;
  /** Index into the sections. */
  readonly section: number;
  readonly offBytes: number;
  readonly sizeBytes: number;
}

/** map: R_BPF_64_64 on an lddw; call: R_BPF_64_32. */
export interface ElfRelocation {
  readonly type: "lddw" | "call";
  readonly offBytes: number;
  /** Index into the symbols. */
  readonly symbol: number;
}

const EM_BPF = 247;
const HEADER_BYTES = 64;
const SECTION_HEADER_BYTES = 64;
const SYMBOL_BYTES = 24;
const RELOCATION_BYTES = 16;
const SHT = { progbits: 1, symtab: 2, strtab: 3, rel: 9 } as const;
const SHF = { write: 1n, alloc: 2n, exec: 4n, infoLink: 0x40n } as const;
const STT = { object: 1, func: 2, section: 3 } as const;
const RELOCATION_TYPE = { lddw: 1n, call: 10n } as const;

interface RawSection {
  readonly name: string;
  readonly type: number;
  readonly flags: bigint;
  readonly bytes: Uint8Array;
  readonly link: number;
  readonly info: number;
  readonly align: number;
  readonly entryBytes: number;
}

const flagsOf: Readonly<Record<ElfSection["type"], bigint>> = {
  code: SHF.alloc | SHF.exec,
  data: SHF.alloc | SHF.write,
  info: 0n,
};

export function writeElf(sections: readonly ElfSection[], symbols: readonly ElfSymbol[]): Uint8Array {
  const sectionNames = stringTable();
  // Local symbols come first; the header of the table says how many.
  const order = [...symbols.keys()].sort((a, b) => Number(symbols[b]!.local) - Number(symbols[a]!.local) || a - b);
  const symbolNumber = new Map(order.map((symbol, at) => [symbol, at + 1]));
  const symbolNames = stringTable();
  const symbolBytes = encodeSymbols(
    order.map((index) => symbols[index]!),
    symbolNames.add,
  );

  // 0 is the null section, the given ones follow.
  const relocated = sections.flatMap((section, index) => (section.relocations.length > 0 ? [{ section, index: index + 1 }] : []));
  const symtab = 1 + sections.length + relocated.length;
  const raw: RawSection[] = [
    { name: "", type: 0, flags: 0n, bytes: new Uint8Array(), link: 0, info: 0, align: 0, entryBytes: 0 },
    ...sections.map((section) => ({
      name: section.name,
      type: SHT.progbits,
      flags: flagsOf[section.type],
      bytes: section.bytes,
      link: 0,
      info: 0,
      align: section.type === "info" ? 4 : 8,
      entryBytes: 0,
    })),
    ...relocated.map(({ section, index }) => ({
      name: `.rel${section.name}`,
      type: SHT.rel,
      flags: SHF.infoLink,
      bytes: encodeRelocations(section.relocations, symbolNumber),
      link: symtab,
      info: index,
      align: 8,
      entryBytes: RELOCATION_BYTES,
    })),
    {
      name: ".symtab",
      type: SHT.symtab,
      flags: 0n,
      bytes: symbolBytes,
      link: symtab + 1,
      info: 1 + symbols.filter((symbol) => symbol.local).length,
      align: 8,
      entryBytes: SYMBOL_BYTES,
    },
    stringSection(".strtab", symbolNames.finish()),
  ];
  const nameOffsets = raw.map((section) => sectionNames.add(section.name));
  const namesOffset = sectionNames.add(".shstrtab");
  return assemble([...raw, stringSection(".shstrtab", sectionNames.finish())], [...nameOffsets, namesOffset]);
}

const stringSection = (name: string, bytes: Uint8Array): RawSection => ({
  name,
  type: SHT.strtab,
  flags: 0n,
  bytes,
  link: 0,
  info: 0,
  align: 1,
  entryBytes: 0,
});

function encodeSymbols(symbols: readonly ElfSymbol[], nameOffset: (name: string) => number): Uint8Array {
  const out = byteWriter();
  out.bytes(new Uint8Array(SYMBOL_BYTES));
  for (const symbol of symbols) {
    out.u32(nameOffset(symbol.name));
    out.u8((Number(!symbol.local) << 4) | STT[symbol.kind]);
    out.u8(0);
    out.u16(symbol.section + 1);
    out.u64(BigInt(symbol.offBytes));
    out.u64(BigInt(symbol.sizeBytes));
  }
  return out.finish();
}

function encodeRelocations(relocations: readonly ElfRelocation[], symbolNumber: ReadonlyMap<number, number>): Uint8Array {
  const out = byteWriter();
  for (const relocation of relocations) {
    out.u64(BigInt(relocation.offBytes));
    out.u64((BigInt(symbolNumber.get(relocation.symbol)!) << 32n) | RELOCATION_TYPE[relocation.type]);
  }
  return out.finish();
}

/** Header, the sections' bytes, the section headers. */
function assemble(sections: readonly RawSection[], nameOffsets: readonly number[]): Uint8Array {
  const body = byteWriter();
  const offsets = sections.map((section) => {
    body.align(Math.max(1, section.align));
    const at = HEADER_BYTES + body.length();
    body.bytes(section.bytes);
    return at;
  });
  body.align(8);
  const out = byteWriter();
  out.bytes(new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])); // 64 bits, little-endian, version 1
  out.u16(1); // ET_REL
  out.u16(EM_BPF);
  out.u32(1);
  out.u64(0n);
  out.u64(0n);
  out.u64(BigInt(HEADER_BYTES + body.length()));
  out.u32(0);
  out.u16(HEADER_BYTES);
  out.u16(0);
  out.u16(0);
  out.u16(SECTION_HEADER_BYTES);
  out.u16(sections.length);
  out.u16(sections.length - 1);
  out.bytes(body.finish());
  sections.forEach((section, index) => {
    out.u32(nameOffsets[index]!);
    out.u32(section.type);
    out.u64(section.flags);
    out.u64(0n);
    out.u64(section.type === 0 ? 0n : BigInt(offsets[index]!));
    out.u64(BigInt(section.bytes.length));
    out.u32(section.link);
    out.u32(section.info);
    out.u64(BigInt(section.align));
    out.u64(BigInt(section.entryBytes));
  });
  return out.finish();
}
