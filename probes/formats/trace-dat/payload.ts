/** What is inside the header parts of both versions: header_page, event formats, kallsyms, command lines. */
import type { Cursor } from "../../cursor.ts";
import type { EventSource } from "../../catalogue.ts";
import { readFormatHead } from "../event-format.ts";

const utf8 = new TextDecoder();

export interface HeaderPage {
  /** The kernel's long. */
  readonly longBytes: 4 | 8;
  /** Bytes of a sub-buffer before its data. */
  readonly headerBytes: 12 | 16;
}

/** Of a field of header_page. They are no event's: sub-buffers are longer than records may be (buffer_subbuf_size_kb), up to 512 KiB. */
function fieldNumber(text: string, field: string, key: "offset" | "size"): number | undefined {
  const number = new RegExp(`^\\s*field:[^;\\n]*\\b${field};[^\\n]*\\b${key}:(\\d{1,9});`, "m").exec(text)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** header_page and header_event. Fails (on the cursor) when the sub-buffer header is none that we know. */
export function readHeaderPage(c: Cursor): HeaderPage | null {
  const start = c.offset;
  if (utf8.decode(c.bytes(12, "header_page")) !== "header_page\0") c.fail(start, "header_page is missing");
  const text = utf8.decode(c.bytes(c.size("size of header_page"), "header_page"));
  const eventAt = c.offset;
  if (utf8.decode(c.bytes(13, "header_event")) !== "header_event\0") c.fail(eventAt, "header_event is missing");
  c.skip(c.size("size of header_event"), "header_event");
  if (c.damage) return null;

  const longBytes = fieldNumber(text, "commit", "size");
  const headerBytes = fieldNumber(text, "data", "offset");
  if (longBytes === 8 && headerBytes === 16) return { longBytes: 8, headerBytes: 16 };
  if (longBytes === 4 && headerBytes === 12) return { longBytes: 4, headerBytes: 12 };
  c.fail(start, `unknown sub-buffer header: commit has ${longBytes ?? "no"} bytes, data starts at ${headerBytes ?? "no offset"}`);
  return null;
}

/** Event ids have 16 bits; a count beyond is damage, not a reason to loop for minutes. */
const maxEvents = 65536;

export interface EventSink {
  readonly events: EventSource[];
  /** Formats without a name or an id. */
  unreadable: number;
}

function readFormats(c: Cursor, category: string, sink: EventSink): void {
  const countAt = c.offset;
  const count = c.u32(`number of events of ${category}`);
  if (count > maxEvents) c.fail(countAt, `system ${category} has ${count} events, ids go up to 65535`);
  for (let i = 0; i < count && c.ok(); i++) {
    const bytes = c.bytes(c.size(`size of a format of ${category}`), `format of ${category}`);
    if (!c.ok()) return;
    // Long enough for the two lines that name the event.
    const head = readFormatHead(utf8.decode(bytes.subarray(0, 256)));
    if (!head) sink.unreadable++;
    else sink.events.push({ category, name: head.name, id: head.id, formatText: () => utf8.decode(bytes) });
  }
}

export function readFtraceEvents(c: Cursor, sink: EventSink): void {
  readFormats(c, "ftrace", sink);
}

export function readEventFormats(c: Cursor, sink: EventSink): void {
  const countAt = c.offset;
  const systems = c.u32("number of event systems");
  if (systems > maxEvents) c.fail(countAt, `${systems} event systems`);
  for (let i = 0; i < systems && c.ok(); i++) readFormats(c, c.string("name of an event system"), sink);
}

/** saved_cmdlines: lines `PID COMM`. */
export function readCommandLines(c: Cursor): Map<number, string> {
  const text = utf8.decode(c.bytes(c.size("size of the command lines"), "command lines"));
  const comms = new Map<number, string>();
  for (const line of text.split("\n")) {
    const blank = line.indexOf(" ");
    const pid = line.slice(0, blank);
    if (blank > 0 && /^\d{1,10}$/.test(pid)) comms.set(Number(pid), line.slice(blank + 1));
  }
  return comms;
}
