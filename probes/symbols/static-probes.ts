/**
 * Static probes of a program, which sys/sdt.h leaves as notes: owner "stapsdt", type 3, with three addresses (the probe, `.stapsdt.base` as it
 * was linked, the semaphore) and three texts (provider, name, operands). Source: systemtap includes/sys/sdt.h; libbpf src/usdt.c.
 */
import type { ElfReader } from "./elf-reader.ts";
import { inOneSyntax } from "./one-syntax.ts";

export interface StaticProbe {
  readonly provider: string;
  readonly name: string;
  /** Virtual address of its instruction, in the file's own numbering. */
  readonly address: bigint;
  /** Of the counter that must not be zero for the probe to be reached; 0: it has none. */
  readonly semaphore: bigint;
  /** `-4@%edi 8@%rsi`; data of the program is `-4@@+16400` (global-operands.ts). */
  readonly operands: string;
}

const E_MACHINE = 18;
const SHT_NOTE = 7;
const NT_STAPSDT = 3;
/** Programs have some hundreds. */
const MAX_PROBES = 65_536;
/** Longer names of sections are none of those that are looked for. */
const MAX_NAME = 32;

interface Section {
  readonly name: string;
  readonly type: number;
  readonly address: bigint;
  readonly at: number;
  readonly end: number;
}

function sectionsOf(r: ElfReader): Section[] {
  const start = Number(r.word(r.wide ? 40 : 32));
  const [entryBytes, count, names] = [r.u16(r.wide ? 58 : 46), r.u16(r.wide ? 60 : 48), r.u16(r.wide ? 62 : 50)];
  const wordAt = (section: number, wide: number, narrow: number): bigint => r.word(start + section * entryBytes + (r.wide ? wide : narrow));
  const textAt = Number(wordAt(names, 24, 16));
  return Array.from({ length: count }, (_, i) => {
    const at = Number(wordAt(i, 24, 16));
    const header = start + i * entryBytes;
    return {
      name: r.text(textAt + r.u32(header), textAt + r.u32(header) + MAX_NAME),
      type: r.u32(header + 4),
      address: wordAt(i, 16, 12),
      at,
      end: Math.min(r.sizeBytes, at + Number(wordAt(i, 32, 20))),
    };
  });
}

const align4 = (n: number): number => Math.ceil(n / 4) * 4;

/** `base`: where .stapsdt.base is now; prelinking moves it, with the code, but does not touch notes. */
function probeAt(r: ElfReader, at: number, end: number, base: bigint | null): StaticProbe | null {
  const wordBytes = r.wide ? 8 : 4;
  const texts: string[] = [];
  let next = at + 3 * wordBytes;
  for (let i = 0; i < 3 && next < end; i++) {
    const text = r.text(next, end);
    texts.push(text);
    next += text.length + 1;
  }
  const [provider = "", name = "", operands = ""] = texts;
  if (provider === "" || name === "") return null;
  const [address, linked] = [r.word(at), r.word(at + wordBytes)];
  const moved = base === null || base === 0n || linked === 0n ? 0n : base - linked;
  return {
    provider,
    name,
    address: address + moved,
    semaphore: r.word(at + 2 * wordBytes),
    operands: inOneSyntax(operands, r.u16(E_MACHINE)),
  };
}

export function staticProbesOf(r: ElfReader): StaticProbe[] {
  const sections = sectionsOf(r);
  const notes = sections.find(({ name, type }) => type === SHT_NOTE && name === ".note.stapsdt");
  if (notes === undefined) return [];
  const base = sections.find(({ name }) => name === ".stapsdt.base")?.address ?? null;
  const probes: StaticProbe[] = [];
  for (let { at } = notes; at + 12 <= notes.end && probes.length < MAX_PROBES;) {
    const [nameBytes, dataBytes, type] = [r.u32(at), r.u32(at + 4), r.u32(at + 8)];
    const data = at + 12 + align4(nameBytes);
    const end = data + dataBytes;
    if (end > notes.end) break;
    const probe = type === NT_STAPSDT && r.text(at + 12, at + 12 + nameBytes) === "stapsdt" ? probeAt(r, data, end, base) : null;
    if (probe !== null) probes.push(probe);
    at = data + align4(dataBytes);
  }
  return probes;
}
