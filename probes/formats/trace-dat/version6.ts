/** Version 6: one sequential stream. Source: trace-cmd.dat.v6(5). */
import type { ByteSource } from "../../byte-source.ts";
import { cursor, type Cursor } from "../../cursor.ts";
import { hex, type Damage } from "../../damage.ts";
import { maxCpus, type BufferPart, type CpuPart, type PartsResult } from "./file-parts.ts";
import type { FileHeader } from "./header.ts";
import { clockOf, optionCursor, optionIds, type RawOption } from "./options.ts";
import { readCommandLines, readEventFormats, readFtraceEvents, readHeaderPage, type EventSink } from "./payload.ts";

const utf8 = new TextDecoder();
const damaged = (damage: Damage): PartsResult => ({ ok: false, damage });

function readRawOptions(c: Cursor): RawOption[] {
  const options: RawOption[] = [];
  while (c.ok()) {
    const id = c.u16("option id");
    // The last one has neither size nor data.
    if (id === optionIds.done) break;
    const length = c.u32("size of an option");
    const offset = c.offset;
    const data = c.bytes(length, `option ${id}`);
    if (c.ok()) options.push({ id, offset, data });
  }
  return options;
}

/** `flyrecord`: where each CPU's pages are, then the clock if the file has a clock option. */
function readCpuTable(c: Cursor, cpuCount: number, hasClock: boolean): { cpus: CpuPart[]; clock: string | null } {
  const cpus: CpuPart[] = [];
  for (let cpu = 0; cpu < cpuCount && c.ok(); cpu++) {
    const offset = c.size(`data offset of CPU ${cpu}`);
    cpus.push({ cpu, offset, sizeBytes: c.size(`data size of CPU ${cpu}`) });
  }
  const clock = hasClock ? utf8.decode(c.bytes(c.size("size of the clock"), "clock")) : null;
  return { cpus, clock: clock === null ? null : clockOf(clock) };
}

/** The instances: each option points at a table of its own. Those that cannot be read are left out with a warning. */
function readInstances(
  source: ByteSource,
  header: FileHeader,
  options: readonly RawOption[],
  table: { readonly cpuCount: number; readonly hasClock: boolean },
  warn: (message: string) => void,
): BufferPart[] {
  const buffers: BufferPart[] = [];
  for (const option of options) {
    if (option.id !== optionIds.buffer) continue;
    const o = optionCursor(option, header.byteOrder, "option BUFFER");
    const start = o.size("offset");
    const name = o.left > 0 ? o.string("name") : "";
    const section = `buffer ${name}`;
    const c = cursor(source, { start, end: source.sizeBytes, byteOrder: header.byteOrder, section });
    const isTable = utf8.decode(c.bytes(10, "flyrecord")) === "flyrecord\0";
    if (!isTable) c.fail(start, `there is no table of CPUs at byte ${hex(start)}`);
    const { cpus, clock } = readCpuTable(c, table.cpuCount, table.hasClock);
    const damage = o.damage ?? c.damage;
    if (damage) warn(`${damage.message}; the buffer is left out`);
    else buffers.push({ name, clock, pageBytes: header.pageBytes, compressed: false, cpus });
  }
  return buffers;
}

export function readVersion6(source: ByteSource, header: FileHeader, warn: (message: string) => void): PartsResult {
  const part = (section: string, start: number): Cursor =>
    cursor(source, { start, end: source.sizeBytes, byteOrder: header.byteOrder, section });

  const head = part("headers", header.end);
  const headerPage = readHeaderPage(head);
  if (head.damage || !headerPage) return damaged(head.damage ?? { offset: header.end, message: "headers: header_page cannot be read" });

  const sink: EventSink = { events: [], unreadable: 0 };
  const formats = part("event formats", head.offset);
  readFtraceEvents(formats, sink);
  readEventFormats(formats, sink);
  if (formats.damage) return damaged(formats.damage);
  if (sink.unreadable > 0) warn(`event formats: ${sink.unreadable} have no name or id, their events are unknown`);

  const symbols = part("kallsyms", formats.offset);
  const symbolBytes = symbols.u32("size of kallsyms");
  const symbolsAt = symbols.offset;
  symbols.skip(symbolBytes, "kallsyms");
  symbols.skip(symbols.u32("size of the printk formats"), "printk formats");
  if (symbols.damage) return damaged(symbols.damage);

  const lines = part("command lines", symbols.offset);
  const comms = readCommandLines(lines);
  if (lines.damage) return damaged(lines.damage);

  const c = part("options", lines.offset);
  const counted = c.u32("number of CPUs");
  let tag = utf8.decode(c.bytes(10, "tag"));
  let options: RawOption[] = [];
  if (tag === "options  \0") {
    options = readRawOptions(c);
    tag = utf8.decode(c.bytes(10, "tag"));
  }
  if (c.damage) return damaged(c.damage);
  if (tag === "latency  \0")
    return damaged({
      offset: c.offset - 10,
      message: "the recording holds a latency tracer's text, no ring-buffer pages: there are no events to replay",
    });
  if (tag !== "flyrecord\0")
    return damaged({ offset: c.offset - 10, message: `options: expected flyrecord, found ${JSON.stringify(tag)}` });

  const countOption = options.findLast((o) => o.id === optionIds.cpuCount && o.data.length >= 4);
  const cpuCount = countOption ? optionCursor(countOption, header.byteOrder, "option CPUCOUNT").u32("count") : counted;
  if (cpuCount > maxCpus) return damaged({ offset: lines.offset, message: `options: ${cpuCount} CPUs` });
  const hasClock = options.some((o) => o.id === optionIds.traceClock);
  const table = part("table of CPUs", c.offset);
  const top = readCpuTable(table, cpuCount, hasClock);
  if (table.damage) return damaged(table.damage);

  const buffers: BufferPart[] = [
    { name: "", clock: top.clock, pageBytes: header.pageBytes, compressed: false, cpus: top.cpus },
    ...readInstances(source, header, options, { cpuCount, hasClock }, warn),
  ];
  const kallsyms = (): string | null => {
    const c = part("kallsyms", symbolsAt);
    const text = c.bytes(symbolBytes, "kallsyms");
    if (c.damage) warn(`${c.damage.message}; kernel symbols are unknown`);
    return text.length === 0 ? null : utf8.decode(text);
  };
  return { ok: true, parts: { headerPage, events: sink.events, comms, kallsyms, options, cpuCount, buffers } };
}
