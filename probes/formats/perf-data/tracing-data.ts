/** TRACING_DATA: formats of the recorded tracepoints and kernel symbols, laid out as a trace.dat of version 6 begins. */
import { cursor, type CursorOptions } from "../../cursor.ts";
import type { ByteSource } from "../../byte-source.ts";
import type { EventSource } from "../../catalogue.ts";
import { readCommandLines, readEventFormats, readFtraceEvents, readHeaderPage, type EventSink } from "../trace-dat/payload.ts";

export interface TracingData {
  readonly events: readonly EventSource[];
  readonly longBytes: 4 | 8;
  /** Last names of tasks. */
  readonly comms: ReadonlyMap<number, string>;
  readonly kallsyms: () => string | null;
}

const MAGIC_BYTES = 10;
const FIRST_WITH_COMMS = 0.6;
const utf8 = new TextDecoder();

/** What of it can be read; `warn` is told what cannot. */
export function readTracingData(
  source: ByteSource,
  part: Pick<CursorOptions, "start" | "end">,
  warn: (message: string) => void,
): TracingData | null {
  const section = "tracing data";
  const head = cursor(source, { ...part, byteOrder: "little", section });
  const magic = utf8.decode(head.bytes(MAGIC_BYTES, "magic"));
  if (magic !== "\x17\x08Dtracing") head.fail(part.start, "the magic bytes are missing");
  const version = Number(head.string("version"));
  const byteOrder = head.u8("byte order") === 1 ? "big" : "little";
  const c = cursor(source, { start: head.offset, end: part.end, byteOrder, section });
  c.skip(1 + 4, "sizes of long and page");
  const page = head.damage ? null : readHeaderPage(c);
  const sink: EventSink = { events: [], unreadable: 0 };
  if (page !== null) {
    readFtraceEvents(c, sink);
    readEventFormats(c, sink);
  }
  const damage = head.damage ?? c.damage;
  if (damage !== null) warn(`${damage.message}; fields of some or all tracepoints are unknown`);
  if (sink.unreadable > 0) warn(`event formats: ${sink.unreadable} have no name or id, their events are unknown`);
  if (page === null) return null;
  if (damage !== null) return { events: sink.events, longBytes: page.longBytes, comms: new Map(), kallsyms: () => null };

  const symbolBytes = c.u32("size of kallsyms");
  const symbolsAt = c.offset;
  c.skip(symbolBytes, "kallsyms");
  c.skip(c.u32("size of the printk formats"), "printk formats");
  const comms = version >= FIRST_WITH_COMMS && c.ok() ? readCommandLines(c) : new Map<number, string>();
  if (c.damage) warn(`${c.damage.message}; names of tasks or kernel symbols may be missing`);
  return {
    events: sink.events,
    longBytes: page.longBytes,
    comms,
    kallsyms() {
      const symbols = cursor(source, { start: symbolsAt, end: part.end, byteOrder, section });
      const text = symbols.bytes(symbolBytes, "kallsyms");
      return text.length === 0 ? null : utf8.decode(text);
    },
  };
}
