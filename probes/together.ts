/** Several recordings of one time as one: their events merge by clock, each recording keeps its own event formats and its tag. */
import type { ProbeCatalogue, SampledEvent, Tracepoint } from "../lang/catalogue.ts";
import { otherRules } from "./kernel/task-rules.ts";
import type { PageStream, Recording, RecordingInfo, TaskRule, TimedMapping, Turns, WantedRecords } from "./recording.ts";

export interface TaggedRecording {
  readonly recording: Recording;
  readonly tag: string;
  /** Added to its times, ns. */
  readonly offsetNs: bigint;
}

export type TogetherResult = { readonly ok: true; readonly recording: Recording } | { readonly ok: false; readonly message: string };

/** What a recording is called when nobody says it: the name of its file without directories and suffixes. */
export function tagOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.replace(/(?<=.)(?:\.(?:dat|data|txt|log|jsonl|pcap|pcapng|strace|gz|zst))+$/, "");
}

/** Event types have 16 bits in a record; above them is the number of the layout. */
const LAYOUT_SHIFT = 16;
/** Each layout has a table of 512 KiB in the machine. */
const MAX_LAYOUTS = 64;

/** Recordings of one kernel describe the same events, and share their layout. */
function sameLayout(a: ProbeCatalogue, b: ProbeCatalogue): boolean {
  return (
    a.tracepoints.length === b.tracepoints.length &&
    a.tracepoints.every((one, i) => {
      const other = b.tracepoints[i]!;
      return one.id === other.id && one.category === other.category && one.name === other.name && sameFields(one, other);
    }) &&
    samplesOf(a) === samplesOf(b)
  );
}

/** What the records of a recording's samples are. */
const samplesOf = ({ sampled = [] }: ProbeCatalogue): string =>
  sampled
    .map(({ label, records: { eventId, recipe } }) => [label, eventId, ...recipe.registers.map(({ slot }) => slot)].join(" "))
    .join("\n");

function sameFields(a: Tracepoint, b: Tracepoint): boolean {
  return (
    a.fields.length === b.fields.length &&
    a.fields.every((field, i) => {
      const other = b.fields[i]!;
      return field.name === other.name && field.decl === other.decl && field.offset === other.offset && field.sizeBytes === other.sizeBytes;
    })
  );
}

/** Catalogues that have a layout: of the recordings that share it, in their order. */
type Sharers = [ProbeCatalogue, ...ProbeCatalogue[]];

/** The number of each recording's layout. */
function findLayouts(parts: readonly TaggedRecording[]): {
  readonly numbers: readonly number[];
  readonly layouts: readonly Sharers[];
} {
  const layouts: Sharers[] = [];
  const numbers = parts.map(({ recording: { catalogue } }) => {
    const known = layouts.findIndex(([first]) => sameLayout(first, catalogue));
    if (known < 0) return layouts.push([catalogue]) - 1;
    layouts[known]!.push(catalogue);
    return known;
  });
  return { numbers, layouts };
}

const sampledWithId = (event: SampledEvent, layout: number): SampledEvent => ({
  ...event,
  records: { ...event.records, eventId: event.records.eventId + layout * 2 ** LAYOUT_SHIFT },
});

/** The same event under the number that it has among all of them. The fields stay unread until somebody asks. */
function withId(event: Tracepoint, layout: number, isSeen: boolean): Tracepoint {
  if (layout === 0 && isSeen === (event.isSeen !== false)) return event;
  return {
    category: event.category,
    name: event.name,
    id: event.id + layout * 2 ** LAYOUT_SHIFT,
    ...(isSeen ? {} : { isSeen }),
    get fields() {
      return event.fields;
    },
    get memory() {
      return event.memory ?? [];
    },
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byName = (a: Tracepoint, b: Tracepoint): number => compare(a.category, b.category) || compare(a.name, b.name) || a.id - b.id;

/** The events of a layout; what one of its recordings holds is seen. */
const joinedEvents = (sharers: Sharers, layout: number): Tracepoint[] =>
  sharers[0].tracepoints.map((event, i) =>
    withId(
      event,
      layout,
      sharers.some(({ tracepoints }) => tracepoints[i]!.isSeen !== false),
    ),
  );

function joinedCatalogue(layouts: readonly Sharers[]): ProbeCatalogue {
  const catalogues = layouts.map(([first]) => first);
  const { byteOrder, longBytes } = catalogues[0]!;
  return {
    tracepoints: layouts.flatMap(joinedEvents).sort(byName),
    sampled: catalogues.flatMap(({ sampled = [] }, layout) => sampled.map((event) => sampledWithId(event, layout))),
    byteOrder,
    longBytes,
    ncpus: Math.max(...layouts.flat().map(({ ncpus }) => ncpus)),
  };
}

/** Rules of a layout are the same for all recordings that have it. */
function joinedRules(parts: readonly TaggedRecording[], numbers: readonly number[]): TaskRule[] {
  const done = new Set<number>();
  return parts.flatMap(({ recording }, i) => {
    const layout = numbers[i]!;
    if (done.has(layout)) return [];
    done.add(layout);
    return recording.taskRules.map((rule) => ({ ...rule, eventId: rule.eventId + layout * 2 ** LAYOUT_SHIFT }));
  });
}

function joinedInfo(parts: readonly TaggedRecording[]): RecordingInfo {
  const infos = parts.map(({ recording }) => recording.info);
  const distinct = (values: readonly string[]): string => [...new Set(values)].join(" + ");
  const clocks = new Set(infos.map(({ clock }) => clock));
  const clockWarning =
    clocks.size > 1
      ? [`the recordings have different clocks (${[...clocks].join(", ")}): their times do not compare unless --clock-offset makes them`]
      : [];
  return {
    path: infos.map(({ path }) => path).join(" + "),
    format: distinct(infos.map(({ format }) => format)),
    clock: distinct([...clocks]),
    clockIsNs: infos.every(({ clockIsNs }) => clockIsNs),
    ncpus: Math.max(...infos.map(({ ncpus }) => ncpus)),
    uname: infos.find(({ uname }) => uname !== null)?.uname ?? null,
    buffers: [...new Set(infos.flatMap(({ buffers }) => buffers))],
    get warnings() {
      return [...clockWarning, ...infos.flatMap(({ path, warnings }) => warnings.map((warning) => `${path}: ${warning}`))];
    },
    sizeBytes: infos.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    recordedLost: infos.flatMap(({ recordedLost }) => recordedLost),
  };
}

function refusal(parts: readonly TaggedRecording[]): string | null {
  const tags = parts.map(({ tag }) => tag);
  const twice = tags.find((tag, i) => tags.indexOf(tag) !== i);
  if (twice !== undefined) return `two recordings are called '${twice}': give them names, --trace NAME=FILE`;
  const [first, ...rest] = parts.map(({ recording }) => recording);
  for (const other of rest) {
    const [a, b] = [first!.catalogue, other.catalogue];
    if (a.byteOrder !== b.byteOrder || a.longBytes !== b.longBytes)
      return `${first!.info.path} and ${other.info.path} are of machines with another byte order or size of long: replay them one by one`;
    if (first!.info.clockIsNs !== other.info.clockIsNs)
      return `${first!.info.path} and ${other.info.path} do not both count time in nanoseconds (${first!.info.clock}, ${other.info.clock})`;
  }
  return null;
}

/** Its events tell what runs on each CPU. */
const isFollowed = (catalogue: ProbeCatalogue): boolean => otherRules(catalogue).some(({ kind }) => kind === "running");

interface Place {
  readonly recording: number;
  readonly layout: number;
  readonly offsetNs: bigint;
}

function streamOf(stream: PageStream, place: Place): PageStream {
  const { recording, layout, offsetNs } = place;
  return {
    ...stream,
    time: { ...stream.time, offset: stream.time.offset + offsetNs },
    recording,
    layout,
    read: (into) => stream.read(into),
    rewind: () => {
      stream.rewind();
    },
    ...(stream.want && {
      want: (wanted: WantedRecords | null) => {
        stream.want?.(wanted);
      },
    }),
    ...(stream.inTurns && { inTurns: (next: Turns) => streamOf(stream.inTurns!(next), place) }),
  };
}

/** On the one clock. The same objects as before for what was told before, so that nobody takes them for new ones. */
function joinedMappings(parts: readonly TaggedRecording[]): () => readonly TimedMapping[] {
  const moved = parts.map((): TimedMapping[] => []);
  let [joined, count]: [readonly TimedMapping[], number] = [[], 0];
  return () => {
    parts.forEach(({ recording, offsetNs }, i) => {
      const own = moved[i]!;
      const { length } = own;
      for (const one of recording.mappings?.().slice(length) ?? [])
        own.push(one.ns === undefined ? one : { ...one, ns: movedBy(one.ns, offsetNs) });
      count += own.length - length;
    });
    if (count !== joined.length) joined = moved.flat();
    return joined;
  };
}

/** 0: before the recording began. */
const movedBy = (ns: bigint, offsetNs: bigint): bigint => (ns === 0n || ns + offsetNs < 0n ? 0n : ns + offsetNs);

/** Replays them side by side. Closing the result closes all of them; on failure they stay the caller's. */
export function together(parts: readonly TaggedRecording[]): TogetherResult {
  const message = refusal(parts);
  if (message !== null) return { ok: false, message };
  const { numbers, layouts } = findLayouts(parts);
  if (layouts.length > MAX_LAYOUTS)
    return { ok: false, message: `the recordings are of ${layouts.length} kernels with different events, more than ${MAX_LAYOUTS}` };
  const streams = parts.flatMap(({ recording, offsetNs }, i) =>
    recording.streams.map((stream) => streamOf(stream, { recording: i, layout: numbers[i]!, offsetNs })),
  );
  const info = joinedInfo(parts);
  return {
    ok: true,
    recording: {
      info,
      tags: parts.map(({ tag }) => tag),
      cpus: parts.map(({ recording: { catalogue } }) => (isFollowed(catalogue) ? catalogue.ncpus : 0)),
      catalogue: joinedCatalogue(layouts),
      streams,
      // Who is named by several is called as the first one has it.
      comms: new Map(parts.toReversed().flatMap(({ recording }) => [...recording.comms])),
      taskRules: joinedRules(parts, numbers),
      ...(parts.every(({ recording }) => recording.tellsTasks === true) ? { tellsTasks: true } : {}),
      ...(parts.some(({ recording }) => recording.mappings !== undefined) ? { mappings: joinedMappings(parts) } : {}),
      kernelText: () => parts.map(({ recording }) => recording.kernelText?.() ?? null).find((place) => place !== null) ?? null,
      kallsyms: () => parts.map(({ recording }) => recording.kallsyms()).find((text) => text !== null) ?? null,
      close() {
        for (const { recording } of parts) recording.close();
      },
    },
  };
}
