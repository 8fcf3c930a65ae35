/** As much of an ELF64 reader as the tests need. */
export interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly bytes: Uint8Array;
  readonly link: number;
  readonly info: number;
}

export interface Symbol {
  readonly name: string;
  readonly bind: "local" | "global";
  readonly type: "none" | "object" | "func" | "section";
  readonly section: string;
  readonly value: number;
  readonly size: number;
}

export interface Elf {
  readonly machine: number;
  readonly sections: readonly Section[];
  section(name: string): Section;
  readonly symbols: readonly Symbol[];
  /** `offset type symbol` of a code section's relocations. */
  relocations(name: string): string[];
}

const text = (bytes: Uint8Array, at: number): string => new TextDecoder().decode(bytes.subarray(at, bytes.indexOf(0, at)));

export function readElf(bytes: Uint8Array): Elf {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = (at: number): number => Number(view.getBigUint64(at, true));
  const table = long(40);
  const raw = Array.from({ length: view.getUint16(60, true) }, (_, i) => {
    const at = table + i * 64;
    const start = long(at + 24);
    return {
      nameAt: view.getUint32(at, true),
      type: view.getUint32(at + 4, true),
      flags: long(at + 8),
      bytes: bytes.subarray(start, start + long(at + 32)),
      link: view.getUint32(at + 40, true),
      info: view.getUint32(at + 44, true),
    };
  });
  const names = raw[view.getUint16(62, true)]!.bytes;
  const sections = raw.map(({ nameAt, ...rest }) => ({ name: text(names, nameAt), ...rest }));
  const section = (name: string): Section => {
    const found = sections.find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(`no section ${name}`);
    return found;
  };
  const symtab = section(".symtab");
  const symbolNames = sections[symtab.link]!.bytes;
  const entries = new DataView(symtab.bytes.buffer, symtab.bytes.byteOffset, symtab.bytes.byteLength);
  const symbols = Array.from({ length: symtab.bytes.length / 24 }, (_, i): Symbol => {
    const at = i * 24;
    const info = entries.getUint8(at + 4);
    return {
      name: text(symbolNames, entries.getUint32(at, true)),
      bind: info >> 4 === 0 ? "local" : "global",
      type: (["none", "object", "func", "section"] as const)[info & 15]!,
      section: sections[entries.getUint16(at + 6, true)]!.name,
      value: Number(entries.getBigUint64(at + 8, true)),
      size: Number(entries.getBigUint64(at + 16, true)),
    };
  });
  const relocations = (name: string): string[] => {
    const { bytes: list } = section(`.rel${name}`);
    const records = new DataView(list.buffer, list.byteOffset, list.byteLength);
    return Array.from({ length: list.length / 16 }, (_, i) => {
      const symbol = symbols[records.getUint32(i * 16 + 12, true)]!;
      return `${Number(records.getBigUint64(i * 16, true))} ${records.getUint32(i * 16 + 8, true)} ${symbol.name || symbol.section}`;
    });
  };
  return { machine: view.getUint16(18, true), sections, section, symbols, relocations };
}
