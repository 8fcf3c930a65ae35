/** The first lines of an export: what holds for all of it. */
import type { Tracepoint } from "../../../lang/catalogue.ts";
import { taskRules } from "../../../probes/kernel/task-rules.ts";
import { parseEventFormat } from "../../../probes/formats/event-format.ts";
import { HEADER_VERSION, replaceBigint } from "../../../probes/formats/jsonl/header.ts";
import { memoryOfFields } from "../../../probes/probed/field-memory.ts";
import { turnedStandIns } from "../../../probes/probed/recipe.ts";
import type { Recording } from "../../../probes/recording.ts";
import type { BufferedSink } from "../sink.ts";

const json = (value: unknown): string => JSON.stringify(value, replaceBigint);

/** An export is little-endian, whatever the recording is. */
function eventJson(event: Tracepoint, byteOrder: "little" | "big"): string | null {
  const format = event.formatText === undefined ? null : parseEventFormat(event.formatText());
  if (format === null) return null;
  const fields = format.fields
    .filter(({ common }) => !common)
    .map(({ decl, offset, sizeBytes, signed }) => ({ decl, offset, size: sizeBytes, signed: signed ?? false }));
  const memory = byteOrder === "little" ? (event.memory ?? []) : turnedStandIns(event.memory ?? []);
  const { category, name, fields: own } = event;
  const isOwn = json(memory) !== json(memoryOfFields({ category, name, byteOrder: "little" }, own));
  const print = format.printFormat === "" ? {} : { print: format.printFormat };
  return json({ id: event.id, fields, ...print, ...(event.isSeen === false ? { seen: false } : {}), ...(isOwn ? { memory } : {}) });
}

/** Rules of events that are written, but do not follow from them. What other records tell of tasks has lines of its own. */
function ownRules({ catalogue, taskRules: rules }: Recording): Recording["taskRules"] {
  const derived = new Set(taskRules(catalogue).map(json));
  const written = new Set(catalogue.tracepoints.map(({ id }) => id));
  return rules.filter((rule) => written.has(rule.eventId) && !derived.has(json(rule)));
}

const KALLSYMS_BYTES = 1 << 16;

export function writeHeader(recording: Recording, sink: BufferedSink): void {
  const { info, catalogue, comms } = recording;
  const { clock, clockIsNs, uname } = info;
  const code = recording.kernelCode?.symbols() ?? [];
  const head = {
    hindsight: HEADER_VERSION,
    clock,
    clockIsNs,
    ncpus: catalogue.ncpus,
    longBytes: catalogue.longBytes,
    uname,
    complete: true,
    ...(comms.size === 0 ? {} : { comms: Object.fromEntries(comms) }),
    ...(catalogue.sampled === undefined ? {} : { sampled: catalogue.sampled }),
    ...(code.length === 0 ? {} : { code }),
    ...(recording.tellsTasks === true ? { tellsTasks: true } : {}),
    ...(ownRules(recording).length === 0 ? {} : { taskRules: ownRules(recording) }),
  };
  sink.text(`${json(head).slice(0, -1)},"events":{`);
  let isFirst = true;
  for (const event of catalogue.tracepoints) {
    const text = eventJson(event, catalogue.byteOrder);
    if (text === null) continue;
    sink.text(`${isFirst ? "" : ","}${JSON.stringify(`${event.category}:${event.name}`)}:${text}`);
    isFirst = false;
  }
  sink.text("}}\n");
  writeKallsyms(recording.kallsyms() ?? "", sink);
}

/** In pieces of whole lines. */
function writeKallsyms(text: string, sink: BufferedSink): void {
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf("\n", at + KALLSYMS_BYTES);
    const end = newline < 0 ? text.length : newline + 1;
    sink.text(`{"kallsyms":${JSON.stringify(text.slice(at, end))}}\n`);
    at = end;
  }
}
