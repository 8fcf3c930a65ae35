/**
 * Writes probes/formats/text/known-events-data.ts: the events of a kernel as its recordings describe them, for text that names events only.
 * Run: npx tsx tooling/known-events.ts TRACE.DAT… (of one kernel; an event that several describe is taken from the first)
 */
import { writeFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import { decompressorFor } from "../probes/decompress.ts";
import { parseEventFormat } from "../probes/formats/event-format.ts";
import { packEvents } from "../probes/formats/text/packed-events.ts";
import { readTemplate } from "./trace-dat/template.ts";

/** Dynamic events are those of one recording, not of the kernel. */
const isDynamic = (format: string): boolean => /\b__probe_(ip|func)\b/.test(format);

const target = new URL("../probes/formats/text/known-events-data.ts", import.meta.url);
const zstd = await decompressorFor("zstd");
const formats = new Map<string, { category: string; format: string; id: number }>();
for (const path of process.argv.slice(2))
  for (const event of readTemplate(path, zstd).parts.events) {
    const format = event.formatText();
    const key = `${event.category}:${event.name}`;
    if (!isDynamic(format) && !formats.has(key)) formats.set(key, { category: event.category, format, id: event.id });
  }
if (formats.size === 0) throw new Error("usage: known-events.ts TRACE.DAT…");

/** Ids of events of modules differ from one boot to the next. */
const taken = new Set<number>();
let free = Math.max(...[...formats.values()].map(({ id }) => id));
const events = [...formats.entries()]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([, { category, format, id }]) => {
    const parsed = parseEventFormat(format)!;
    const own = taken.has(id) ? ++free : id;
    taken.add(own);
    return { category, format: { ...parsed, id: own } };
  });
const packed = brotliCompressSync(packEvents(events), {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 },
});
const text = packed.toString("base64");
writeFileSync(
  target,
  `/** ${events.length} events of Linux 6.1 (x86_64), made by tooling/known-events.ts: base64 of brotli of packed-events.ts. */\nexport const knownEventsData =\n  "${text}";\n`,
);
console.log(`${events.length} events, ${text.length} characters`);
