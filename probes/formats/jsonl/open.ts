import type { ProbeCatalogue, RecordedMemory, SampledEvent, Tracepoint } from "../../../lang/catalogue.ts";
import type { ByteSource } from "../../byte-source.ts";
import { byteNames } from "../../lines/byte-names.ts";
import { buildCatalogue, type EventSource } from "../../catalogue.ts";
import { otherRules, taskRules } from "../../kernel/task-rules.ts";
import type { KernelCode, KernelName, Recording } from "../../recording.ts";
import { recordStream } from "../../stream/record-stream.ts";
import { warningList } from "../../warnings.ts";
import { parseEventFormat } from "../event-format.ts";
import type { OpenResult } from "../format.ts";
import { formatText } from "../text/format-text.ts";
import { knownEvents } from "../text/known-events.ts";
import { describeEvents, type DescribedEvent } from "./describe.ts";
import { planEvent } from "./event-plan.ts";
import { KernelFrames, UserFrames } from "./frames.ts";
import { noHeader, readHeader, sampleName, type Header } from "./header.ts";
import { JsonReader } from "./json-reader.ts";
import { scanLines, type Scan } from "./scan.ts";
import { JsonlSource, type LineEvent } from "./source.ts";
import type { StackFormat } from "./stack-writer.ts";
import { newTaskIds, taskRecordRules } from "./task-records.ts";
import { warningsOf } from "./trouble.ts";

const NEWLINE = 0x0a;
/** Descriptions of all events of a kernel are some 3 MB. */
const MOST_HEADER_BYTES = 1 << 26;
/** Times before the first line's are known down to this, ns. */
const ROOM_BEFORE = 1n << 52n;

/** The first line, if it is a header, and where the next one begins. */
function headerOf(source: ByteSource): { readonly header: Header; readonly end: number } | string {
  let bytes = new Uint8Array(Math.min(1 << 16, source.sizeBytes));
  let end = -1;
  for (;;) {
    const got = source.readAt(0, bytes);
    end = bytes.subarray(0, got).indexOf(NEWLINE);
    if (end >= 0 || bytes.length === source.sizeBytes) break;
    if (bytes.length >= MOST_HEADER_BYTES) return "the first line is longer than 64 MiB";
    bytes = new Uint8Array(Math.min(bytes.length * 8, source.sizeBytes));
  }
  const line = bytes.subarray(0, end < 0 ? bytes.length : end);
  const json = new JsonReader();
  json.start(line, 0, line.length);
  const isHeader = /^\s*\{\s*"hindsight"\s*:/.test(new TextDecoder().decode(line.subarray(0, 256)));
  if (!isHeader) return { header: noHeader, end: 0 };
  if (!json.skip() || !json.finish()) return `header: 1:${json.mistakeAt + 1}: ${json.mistake ?? "it cannot be read"}`;
  const result = readHeader(new TextDecoder().decode(line));
  return result.ok ? { header: result.header, end: line.length + 1 } : result.message;
}

/** Where user code is that was probed, as nobody gave it an address: no code is there. */
const USER_PROBES_HIGH = 0x4857_0000;

/** Where the code of a probe is; null: there are too many names. */
function codeOf(
  { name, source }: DescribedEvent,
  index: number,
  frames: KernelFrames,
): { readonly low: number; readonly high: number } | null {
  const { code, at } = name.probe!;
  if (code === "user") return { low: index << 16, high: USER_PROBES_HIGH + (index >>> 16) };
  const func = at === "return" ? source.name.replace(/_ret$/, "") : source.name;
  return frames.readName(func, 0) ? { low: frames.low, high: frames.high } : null;
}

function lineEvent(event: DescribedEvent, index: number, frames: KernelFrames): LineEvent | null {
  const { source, key, name } = event;
  const format = parseEventFormat(source.formatText());
  if (format === null) return null;
  const blank = key.indexOf(" ");
  const { probe } = name;
  const field = format.fields.find((one) => one.name === (probe?.at === "return" ? "__probe_func" : "__probe_ip"));
  const place = probe === null || field === undefined ? null : codeOf(event, index, frames);
  return {
    kind: key.slice(0, blank) as LineEvent["kind"],
    name: key.slice(blank + 1),
    plan: planEvent(format),
    code: place === null ? null : { offset: field!.offset, sizeBytes: field!.sizeBytes, ...place },
  };
}

/** Descriptions of the records behind events that hold their stacks, unless the header has them. */
function stackSources(events: readonly DescribedEvent[], nextId: () => number): EventSource[] {
  const has = (name: string): boolean => events.some(({ source }) => source.category === "ftrace" && source.name === name);
  const make = (name: string, first: string, signed: boolean): EventSource[] => {
    if (has(name)) return [];
    const id = nextId();
    const fields = [
      { decl: first, offset: 8, sizeBytes: 4, signed },
      { decl: "unsigned long caller[]", offset: 16, sizeBytes: 0, signed: false },
    ];
    return [{ category: "ftrace", name, id, formatText: () => formatText({ name, id, fields, printFormat: '""' }) }];
  };
  return [...make("kernel_stack", "int size", true), ...make("user_stack", "unsigned int tgid", false)];
}

function stackFormat(catalogue: ProbeCatalogue, kernelFrames: KernelFrames, user: UserFrames): StackFormat {
  const of = (name: string): Tracepoint => catalogue.tracepoints.find((event) => event.category === "ftrace" && event.name === name)!;
  const offset = (event: Tracepoint, field: string): number => event.fields.find(({ name }) => name === field)?.offset ?? 0;
  const [kernel, own] = [of("kernel_stack"), of("user_stack")];
  return {
    kernelId: kernel.id,
    kernelCount: offset(kernel, "size"),
    kernelFrames: offset(kernel, "caller"),
    userId: own.id,
    userTgid: offset(own, "tgid"),
    userFrames: offset(own, "caller"),
    wordBytes: catalogue.longBytes,
    kernel: kernelFrames,
    user,
  };
}

const SOFTWARE =
  /^(cpu-clock|task-clock|page-faults|faults|context-switches|cs|cpu-migrations|minor-faults|major-faults|alignment-faults|emulation-faults|dummy|bpf-output)$/;

function sampledOf({ source, seen }: DescribedEvent): SampledEvent {
  const { name, id } = source;
  const frequency = seen?.frequency ?? 0;
  return {
    label: name,
    counted: { provider: SOFTWARE.test(name) ? "software" : "hardware", event: name },
    breakpoint: null,
    rate:
      frequency > 0 ? { kind: "frequency", count: BigInt(frequency) } : { kind: "period", count: BigInt(Math.max(1, seen?.period ?? 1)) },
    records: {
      eventId: id,
      only: null,
      recipe: { registers: [], memory: [], typed: [] },
      fields: [],
      returnIndex: 0,
      address: null,
      callerOffset: null,
    },
  };
}

/** Somewhere in the function, not where it starts. */
const isPlace = ({ start, end, isMadeUp }: KernelName): boolean => isMadeUp && end === start + 1n;

/** Names of code in places that do not overlap, ascending. */
function codeIn(names: readonly KernelName[]): KernelCode {
  const sorted = [...names].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  return {
    symbols: () => sorted,
    addressOf: (name) => sorted.find((one) => one.name === name && !isPlace(one))?.start ?? null,
    symbolAt(address) {
      let [low, high] = [0, sorted.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sorted[middle]!.start <= address) low = middle + 1;
        else high = middle;
      }
      const found = sorted[low - 1];
      return found !== undefined && address < found.end ? found : null;
    },
  };
}

/** Samples of an export are records of a layout that only the header's recipe knows. */
const exportedSample = (sampled: SampledEvent): LineEvent => ({
  kind: "sample",
  name: sampleName(sampled),
  plan: { id: sampled.records.eventId, fixedBytes: 8, names: byteNames([]), fields: [], given: 0 },
  code: null,
});

/** Memory that an export declares is what it says; of others the fields tell. */
function withMemory(event: Tracepoint, memory: readonly RecordedMemory[]): Tracepoint {
  return {
    category: event.category,
    name: event.name,
    id: event.id,
    ...(event.formatText === undefined ? {} : { formatText: event.formatText }),
    get fields() {
      return event.fields;
    },
    memory,
  };
}

function baseOf({ firstNs }: Scan): bigint {
  return firstNs === null || firstNs < ROOM_BEFORE ? 0n : firstNs - ROOM_BEFORE;
}

/**
 * Opens a recording of JSON lines. Without a complete header the lines are looked through first, for events and their fields.
 * Units: ns of the header's clock. Errors: a header that cannot be read; lines that cannot be are counted in the warnings.
 * Source: docs/jsonl.md.
 */
export async function openJsonl(source: ByteSource): Promise<OpenResult> {
  const first = headerOf(source);
  if (typeof first === "string") return { ok: false, message: first };
  const { header, end } = first;
  let kallsyms = "";
  const kernelFrames = new KernelFrames(() => kallsyms);
  if (!header.complete) kallsyms = scanLines(source, end, null).kallsyms;
  const scan = scanLines(source, end, header.complete ? null : kernelFrames);
  kallsyms = scan.kallsyms;
  const isKnown = [...scan.events.keys()].every((key) => header.events.has(key.slice(key.indexOf(" ") + 1)));
  const known = new Map((isKnown ? [] : await knownEvents()).map((event) => [`${event.category}:${event.name}`, event]));
  const described = describeEvents(header, scan, known);
  if (!described.ok) return described;
  const { events, nextId } = described;
  const { longBytes } = header;
  const { warnings, warn } = warningList();
  const sources = [...events.map((event) => event.source), ...stackSources(events, nextId)];
  const built = buildCatalogue({ events: sources, byteOrder: "little", longBytes, ncpus: header.ncpus ?? Math.max(1, scan.cpus), warn });
  const memory = new Map(
    [...header.events].flatMap(([name, event]) => (event.memory === undefined ? [] : [[name, event.memory] as const])),
  );
  const samples = events.filter(({ name }) => name.isSample).map(sampledOf);
  const catalogue: ProbeCatalogue = {
    ...built,
    tracepoints: built.tracepoints.map((event) => {
      const own = memory.get(`${event.category}:${event.name}`);
      return own === undefined ? event : withMemory(event, own);
    }),
    ...(samples.length + header.sampled.length === 0 ? {} : { sampled: [...header.sampled, ...samples] }),
  };
  const user = new UserFrames();
  const taskIds = newTaskIds(nextId);
  const records = new JsonlSource({
    source,
    from: end,
    baseNs: baseOf(scan),
    events: [...events.flatMap((event, i) => lineEvent(event, i + 1, kernelFrames) ?? []), ...header.sampled.map(exportedSample)],
    taskIds,
    stacks: stackFormat(catalogue, kernelFrames, user),
  });
  const { tellsTasks } = header;
  const rules = [...taskRecordRules(taskIds), ...header.taskRules, ...(tellsTasks ? otherRules(catalogue) : taskRules(catalogue))];
  const recording: Recording = {
    info: {
      path: source.path,
      format: "JSON lines",
      clock: header.clock,
      clockIsNs: header.clockIsNs,
      ncpus: catalogue.ncpus,
      uname: header.uname,
      buffers: [""],
      get warnings() {
        return [...warnings, ...warningsOf(records.trouble)];
      },
      sizeBytes: source.sizeBytes,
      recordedLost: [],
    },
    catalogue,
    streams: [recordStream({ source: records, baseNs: baseOf(scan) })],
    comms: header.comms,
    taskRules: rules,
    ...(tellsTasks ? { tellsTasks } : {}),
    kallsyms: () => kernelFrames.kallsyms(),
    ...(header.code.length === 0 ? {} : { kernelCode: codeIn(header.code) }),
    mappings: () => records.mappings,
    userPlaceOf: (address) => user.placeOf(address),
    close: () => source.close(),
  };
  return { ok: true, recording };
}
