/** Version 7: sections found through chained option sections. Source: trace-cmd.dat.v7(5). */
import { bytesSource, type ByteSource } from "../../byte-source.ts";
import { cursor, type Cursor } from "../../cursor.ts";
import { hex, type Damage } from "../../damage.ts";
import type { Decompress } from "../../decompress.ts";
import { maxCpus, type BufferPart, type CpuPart, type PartsResult } from "./file-parts.ts";
import { isPageBytes, type FileHeader } from "./header.ts";
import { clockOf, optionCursor, optionIds, type RawOption } from "./options.ts";
import { readCommandLines, readEventFormats, readFtraceEvents, readHeaderPage, type EventSink, type HeaderPage } from "./payload.ts";

/** Of the unpacked parts outside the buffers; the largest real ones (kallsyms, BTF) are about 20 MB. */
const maxSectionBytes = 256 * 1024 * 1024;
const sectionHeaderBytes = 16;
const compressedFlag = 1;

interface Reader {
  readonly source: ByteSource;
  readonly header: FileHeader;
  readonly decompress: Decompress | null;
  readonly warn: (message: string) => void;
}

interface Section {
  readonly id: number;
  readonly compressed: boolean;
  /** Of the content, in the file. */
  readonly start: number;
  readonly sizeBytes: number;
}

type SectionResult = { readonly ok: true; readonly section: Section } | { readonly ok: false; readonly damage: Damage };

function readSectionHeader(r: Reader, offset: number, expectedId: number, name: string): SectionResult {
  const c = cursor(r.source, { start: offset, end: r.source.sizeBytes, byteOrder: r.header.byteOrder, section: `section ${name}` });
  const id = c.u16("section id");
  const flags = c.u16("section flags");
  c.skip(4, "section description");
  const sizeBytes = c.size("section size");
  if (c.ok() && id !== expectedId) c.fail(offset, `found section ${id} instead of ${expectedId} at byte ${hex(offset)}`);
  if (c.damage) return { ok: false, damage: c.damage };
  return { ok: true, section: { id, compressed: (flags & compressedFlag) !== 0, start: offset + sectionHeaderBytes, sizeBytes } };
}

/** A cursor over the section's content, unpacked if need be. A section that cannot be read gives a cursor that has failed. */
function openSection(r: Reader, offset: number, id: number, name: string): Cursor {
  const { source, header } = r;
  const failed = (damage: Damage): Cursor => {
    const c = cursor(source, { start: 0, end: 0, byteOrder: header.byteOrder, section: `section ${name}` });
    c.fail(damage.offset, damage.message.replace(`section ${name}: `, ""));
    return c;
  };
  const result = readSectionHeader(r, offset, id, name);
  if (!result.ok) return failed(result.damage);
  const { start, sizeBytes, compressed } = result.section;
  const raw = cursor(source, { start, end: start + sizeBytes, byteOrder: header.byteOrder, section: `section ${name}` });
  if (!compressed) return raw;

  const packedBytes = raw.u32("compressed size");
  const unpackedBytes = raw.u32("uncompressed size");
  if (unpackedBytes > maxSectionBytes) raw.fail(start + 4, `uncompressed size at byte ${hex(start + 4)} is absurd: ${unpackedBytes}`);
  const packed = raw.bytes(packedBytes, "compressed content");
  if (raw.damage) return raw;
  const unpacked = r.decompress?.(packed, unpackedBytes);
  if (!unpacked) {
    raw.fail(start + 8, `${packedBytes} bytes at ${hex(start + 8)} are no ${header.compression.name} block of ${unpackedBytes} bytes`);
    return raw;
  }
  return cursor(bytesSource(source.path, unpacked), {
    start: 0,
    end: unpacked.length,
    byteOrder: header.byteOrder,
    section: `unpacked section ${name}`,
  });
}

/** All options along the chain of option sections. What follows a damaged one is lost, with a warning. */
function readOptionChain(r: Reader): { options: RawOption[]; damage: Damage | null } {
  const options: RawOption[] = [];
  const seen = new Set<number>();
  for (let at = r.header.optionsOffset; at !== 0;) {
    if (seen.has(at))
      return { options, damage: { offset: at, message: `section options: the chain of options comes back to byte ${hex(at)}` } };
    seen.add(at);
    const c = openSection(r, at, optionIds.done, "options");
    let next = 0;
    while (c.ok() && c.left > 0) {
      const id = c.u16("option id");
      const length = c.u32("size of an option");
      const offset = c.offset;
      if (id === optionIds.done) {
        if (length >= 8) next = c.size("offset of the next options");
        break;
      }
      const data = c.bytes(length, `option ${id}`);
      if (c.ok()) options.push({ id, offset, data });
    }
    if (c.damage) return { options, damage: c.damage };
    at = next;
  }
  return { options, damage: null };
}

function readBuffer(r: Reader, option: RawOption): BufferPart | null {
  const { byteOrder } = r.header;
  const c = optionCursor(option, byteOrder, "option BUFFER");
  const at = c.size("offset");
  const name = c.string("name");
  const clock = c.string("clock");
  const pageBytes = c.u32("page size");
  const count = c.u32("number of CPUs");
  const cpus: CpuPart[] = [];
  for (let i = 0; i < count && c.ok(); i++) {
    const cpu = c.u32("CPU");
    const offset = c.size("offset");
    const sizeBytes = c.size("size");
    if (!c.ok()) break;
    if (cpu >= maxCpus) r.warn(`option BUFFER: CPU ${cpu} of buffer "${name}" is left out`);
    else cpus.push({ cpu, offset, sizeBytes });
  }
  if (c.damage) {
    r.warn(`option at byte ${hex(option.offset)}: ${c.damage.message}; ${cpus.length} of ${count} CPUs of buffer "${name}" are known`);
    if (cpus.length === 0) return null;
  }
  if (!isPageBytes(pageBytes)) {
    r.warn(`option BUFFER at byte ${hex(option.offset)}: page size ${pageBytes}; buffer "${name}" is left out`);
    return null;
  }
  const section = readSectionHeader(r, at, optionIds.buffer, `buffer "${name}"`);
  if (!section.ok) {
    r.warn(`${section.damage.message}; the buffer is left out`);
    return null;
  }
  const { compressed } = section.section;
  // trace-cmd (3.1.6) counts the chunks, but not the u32 before them that says how many there are.
  const counted = compressed ? cpus.map((c) => (c.sizeBytes === 0 ? c : { ...c, sizeBytes: c.sizeBytes + 4 })) : cpus;
  return { name, clock: clockOf(clock), pageBytes, compressed, cpus: counted };
}

export function readVersion7(
  source: ByteSource,
  header: FileHeader,
  decompress: Decompress | null,
  warn: (message: string) => void,
): PartsResult {
  const r: Reader = { source, header, decompress, warn };
  const { options, damage: chainDamage } = readOptionChain(r);
  const open = (id: number, name: string): Cursor | null => {
    const option = options.find((o) => o.id === id && o.data.length >= 8);
    return option ? openSection(r, optionCursor(option, header.byteOrder, name).size("section offset"), id, name) : null;
  };
  const missing = (name: string): Damage => chainDamage ?? { offset: header.optionsOffset, message: `the options name no section ${name}` };

  const head = open(optionIds.headerInfo, "headers");
  if (!head) return { ok: false, damage: missing("headers") };
  const headerPage: HeaderPage | null = readHeaderPage(head);
  if (head.damage || !headerPage) return { ok: false, damage: head.damage ?? missing("headers") };

  const sink: EventSink = { events: [], unreadable: 0 };
  const ftrace = open(optionIds.ftraceEvents, "ftrace events");
  if (ftrace) readFtraceEvents(ftrace, sink);
  const formats = open(optionIds.eventFormats, "event formats");
  if (formats) readEventFormats(formats, sink);
  if (sink.events.length === 0) return { ok: false, damage: ftrace?.damage ?? formats?.damage ?? missing("event formats") };
  // Without a buffer there is nothing to replay, and the damage is why.
  if (chainDamage && !options.some((o) => o.id === optionIds.buffer)) return { ok: false, damage: chainDamage };
  if (chainDamage) warn(`${chainDamage.message}; options behind it are lost`);
  for (const c of [ftrace, formats]) if (c?.damage) warn(`${c.damage.message}; only ${sink.events.length} events are known`);
  if (!formats) warn("the options name no section event formats: events of the kernel are unknown");
  if (sink.unreadable > 0) warn(`event formats: ${sink.unreadable} have no name or id, their events are unknown`);

  const lines = open(optionIds.commandLines, "command lines");
  const comms = lines ? readCommandLines(lines) : new Map<number, string>();
  if (lines?.damage) warn(`${lines.damage.message}; the names of tasks are unknown`);

  const buffers = options.filter((o) => o.id === optionIds.buffer).flatMap((o) => readBuffer(r, o) ?? []);
  const texts = options.filter((o) => o.id === optionIds.bufferText).length;
  if (texts > 0) warn(`${texts} buffers hold a latency tracer's text, no pages; they are left out`);

  const kallsyms = (): string | null => {
    const c = open(optionIds.kallsyms, "kallsyms");
    const text = c?.bytes(c.u32("size of kallsyms"), "kallsyms");
    if (c?.damage) warn(`${c.damage.message}; kernel symbols are unknown`);
    return !c || !text || c.damage || text.length === 0 ? null : new TextDecoder().decode(text);
  };
  // It has no size of its own: it is the whole section.
  const btf = (): Uint8Array | null => {
    const c = open(optionIds.btf, "BTF");
    const bytes = c?.bytes(c.left, "BTF");
    if (c?.damage) warn(`${c.damage.message}; the types of the kernel are unknown`);
    return !bytes || c?.damage ? null : bytes;
  };
  const withBtf = options.some((o) => o.id === optionIds.btf) ? { btf } : {};
  return {
    ok: true,
    parts: { headerPage, events: sink.events, comms, kallsyms, ...withBtf, options, cpuCount: null, buffers },
  };
}
