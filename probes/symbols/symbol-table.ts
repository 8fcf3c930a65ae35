/** The symbols of an ELF file that are defined in it (System V gABI, Symbol Table). */
import type { ElfReader } from "./elf-reader.ts";

const SHT_SYMTAB = 2;
const SHT_DYNSYM = 11;
/** A file has one of each kind; a damaged one might name the same bytes a thousand times. */
const MAX_SYMBOL_TABLES = 4;

/** STT_*. */
export const symbolKind = { none: 0, object: 1, function: 2, ifunc: 10 } as const;

export interface TableSymbol {
  /** Without its version. */
  readonly name: string;
  readonly kind: number;
  readonly address: bigint;
  readonly sizeBytes: bigint;
  readonly isLocal: boolean;
}

export function* symbolsOf(r: ElfReader, kinds: ReadonlySet<number>): Generator<TableSymbol> {
  const start = Number(r.word(r.wide ? 40 : 32));
  const [entryBytes, count] = [r.u16(r.wide ? 58 : 46), r.u16(r.wide ? 60 : 48)];
  const field = (section: number, wide: number, narrow: number): number => start + section * entryBytes + (r.wide ? wide : narrow);
  let tables = 0;
  for (let i = 0; i < count && tables < MAX_SYMBOL_TABLES; i++) {
    const type = r.u32(field(i, 4, 4));
    if (type !== SHT_SYMTAB && type !== SHT_DYNSYM) continue;
    tables++;
    const link = r.u32(field(i, 40, 24));
    const [at, bytes] = [Number(r.word(field(i, 24, 16))), Number(r.word(field(i, 32, 20)))];
    const [names, nameBytes] = [Number(r.word(field(link, 24, 16))), Number(r.word(field(link, 32, 20)))];
    const step = r.wide ? 24 : 16;
    for (let symbol = at; symbol + step <= Math.min(at + bytes, r.sizeBytes); symbol += step) {
      const info = r.u8(symbol + (r.wide ? 4 : 12));
      const kind = info & 15;
      if (!kinds.has(kind) || r.u16(symbol + (r.wide ? 6 : 14)) === 0) continue;
      const name = r.text(names + r.u32(symbol), names + nameBytes).replace(/@.*$/, "");
      if (name === "") continue;
      const [address, sizeBytes] = r.wide ? [r.word(symbol + 8), r.word(symbol + 16)] : [r.word(symbol + 4), r.word(symbol + 8)];
      yield { name, kind, address, sizeBytes, isLocal: info >> 4 === 0 };
    }
  }
}
