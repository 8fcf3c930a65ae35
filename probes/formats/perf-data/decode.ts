import type { ByteSource } from "../../byte-source.ts";
import { buildCatalogue, type EventSource } from "../../catalogue.ts";
import type { Damage } from "../../damage.ts";
import { otherRules, taskRules } from "../../kernel/task-rules.ts";
import type { PageStream, Recording, TimedMapping } from "../../recording.ts";
import { warningList } from "../../warnings.ts";
import type { PerfAttr } from "./attr.ts";
import { newCodeMaps } from "./code-maps.ts";
import { compressedRecords } from "./compressed-records.ts";
import { describe, type Description } from "./description.ts";
import { readHeader, type Section } from "./header.ts";
import { formatless, freeIds, ownEvents, ownRules, stackEvents } from "./own-events.ts";
import { perfStream } from "./page-stream.ts";
import { plainRecords, type RecordBytes } from "./record-bytes.ts";
import { isCountedOnly, isMember, isTracepoint, label, sampledEvents } from "./sampled-events.ts";
import { commonTrailerTime, ipRegisterOf } from "./sample-layout.ts";
import { createTranscoder } from "./transcoder.ts";

export type DecodeResult = { readonly ok: true; readonly recording: Recording } | { readonly ok: false; readonly damage: Damage };

const MOST_CPUS = 8192;

/** clock_gettime(2), by the names of trace clocks. */
const CLOCKS: Readonly<Record<number, string>> = { 0: "realtime", 1: "mono", 4: "mono_raw", 7: "boot", 11: "tai" };

const architectureOf = (arch: string | null): "x86_64" | "arm64" => (/^(?:aarch64|arm64)/.test(arch ?? "") ? "arm64" : "x86_64");

/** Of machines whose TRACING_DATA does not say. */
const longBytesOf = (arch: string | null): 4 | 8 => (/^(?:i\d86|arm(?!64)|mips$|ppc$)/.test(arch ?? "") ? 4 : 8);

interface Tracepoints {
  readonly events: readonly EventSource[];
  /** Some are there without their formats. */
  readonly lacksFormats: boolean;
}

/** Tracepoints that the recording describes, those that `given` describes in its place, and those whose formats nobody has. */
function tracepointsOf({ attrs, tracing }: Description, given: readonly EventSource[]): Tracepoints {
  const described = tracing?.events ?? [];
  const known = new Set(described.map(({ id }) => id));
  const others = new Map<number, EventSource>();
  let lacksFormats = false;
  for (const attr of attrs.filter(isTracepoint)) {
    const id = Number(attr.config & 0xffffn);
    const [category, name] = (attr.name ?? `unknown:event_${id}`).split(":");
    if (known.has(id) || category === undefined || name === undefined) continue;
    const like = given.find((event) => (attr.name === null ? event.id === id : event.category === category && event.name === name));
    if (like === undefined) lacksFormats = true;
    others.set(id, like === undefined ? formatless(category, name, id) : { ...like, id, formatText: () => like.formatText() });
  }
  return { events: [...described, ...others.values()], lacksFormats };
}

/** What members of groups lack. */
function groupWarnings(attrs: readonly PerfAttr[]): string[] {
  const labels = (some: readonly PerfAttr[]): string => [...new Set(some.map(label))].join(", ");
  const unread = attrs.filter(isCountedOnly);
  const bare = attrs.filter((one) => isMember(one) && !isCountedOnly(one) && isTracepoint(one));
  const found: (readonly [readonly PerfAttr[], string])[] = [
    [unread, "counts of each task within the samples of a group ({…}:S), which are not read; record without :S, or with --no-inherit"],
    [bare, "only counted by the leader of a group ({…}:S): its events have no fields, and several may be one; record without :S"],
  ];
  return found.filter(([some]) => some.length > 0).map(([some, text]) => `${labels(some)}: ${text}`);
}

function unameOf({ features }: Description): string | null {
  const { hostname, osRelease, arch } = features;
  return osRelease === null && arch === null ? null : ["Linux", hostname, osRelease, arch].filter((part) => part !== null).join(" ");
}

function formatOf({ isPiped, features }: Description): string {
  const how = [isPiped ? "piped" : "", features.isCompressed ? "zstd" : ""].filter((word) => word !== "");
  return `perf.data${how.length === 0 ? "" : ` (${how.join(", ")})`}`;
}

/**
 * Opens a perf.data, written to a file or to a pipe. Reads what describes it; records are read when the streams are.
 * `beside`: what `perf record --threads` writes into the same directory, records alone.
 * `given`: descriptions of the kernel's events, for those that the recording names without describing them.
 * Errors: damage that leaves nothing to replay. Smaller damage is in `recording.info.warnings`, which grows while the stream is read.
 * Source: tools/perf/Documentation/perf.data-file-format.txt, include/uapi/linux/perf_event.h; checked against perf 6.1.
 */
export async function decodePerfData(
  source: ByteSource,
  beside: readonly ByteSource[] = [],
  given: readonly EventSource[] = [],
): Promise<DecodeResult> {
  const head = readHeader(source);
  if (!head.ok) return head;
  const { warnings, warn } = warningList();
  const described = describe(source, head.header, warn);
  if (!described.ok) return described;
  const { description } = described;
  const { attrs, features, tracing, byteOrder, data } = description;
  if (attrs.length === 0) return { ok: false, damage: { offset: 0, message: "it describes no event, so its samples cannot be read" } };

  const architecture = architectureOf(features.arch);
  const longBytes = tracing?.longBytes ?? longBytesOf(features.arch);
  const { events, lacksFormats } = tracepointsOf(description, given);
  if (description.isCut && lacksFormats)
    warn("fields of events are described at the end of the file: --events-from FILE gives them (a trace.dat or perf.data of that kernel)");
  const newId = freeIds(new Set(events.map(({ id }) => id)));
  const ownIds = ownEvents(newId);
  const { eventIds, sampled } = sampledEvents(attrs, newId, architecture);
  for (const line of groupWarnings(attrs)) warn(line);
  const counted = features.ncpus ?? 1;
  const ncpus = counted > MOST_CPUS ? 1 : Math.max(1, counted);
  const catalogue = {
    ...buildCatalogue({ events: [...events, ...stackEvents(ownIds, longBytes)], byteOrder, longBytes, ncpus, warn }),
    sampled,
  };
  const codeMaps = newCodeMaps(byteOrder, commonTrailerTime(attrs));
  const streamOf = async (file: ByteSource, section: Section): Promise<PageStream> => {
    const records: RecordBytes = features.isCompressed
      ? await compressedRecords({ source: file, data: section, byteOrder, warn })
      : plainRecords(file, section);
    const transcoder = createTranscoder({
      attrs,
      eventIds,
      ownEvents: ownIds,
      byteOrder,
      machine: { architecture, ipRegister: ipRegisterOf(features.arch) },
      longBytes,
      sideband: (record) => {
        codeMaps.add(record);
      },
    });
    return perfStream({
      transcoder,
      records,
      eventIds,
      codeMaps,
      byteOrder,
      dataOffset: features.isCompressed ? null : section.offset,
      warn,
    });
  };
  const streams = [await streamOf(source, data)];
  for (const file of beside) streams.push(await streamOf(file, { offset: 0, sizeBytes: file.sizeBytes }));
  if (features.isDirectory && beside.length === 0)
    warn("what most CPUs recorded is in the files beside it (perf record --threads): give the directory instead of this file");
  const clockId = attrs[0]!.clockId;
  const tellsTasks = attrs.some(({ comm }) => comm) && attrs.some(({ task }) => task);
  const buildIds = new Map(features.buildIds.map(({ path, id }) => [path, id]));
  let rules: Recording["taskRules"] | null = null;
  const mapped: TimedMapping[] = [];
  let toldIds = 0;
  let open = true;
  return {
    ok: true,
    recording: {
      info: {
        path: source.path,
        format: formatOf(description),
        clock: clockId === null ? "perf" : (CLOCKS[clockId] ?? `clock ${clockId}`),
        clockIsNs: true,
        ncpus,
        uname: unameOf(description),
        buffers: [""],
        warnings,
        sizeBytes: beside.reduce((sum, { sizeBytes }) => sum + sizeBytes, source.sizeBytes),
        ...(features.clock === null || clockId === null ? {} : { epochNs: features.clock.epochNs }),
        recordedLost: [],
      },
      catalogue,
      descriptions: events,
      streams,
      comms: tracing?.comms ?? new Map<number, string>(),
      get taskRules() {
        // What tracepoints say of names adds nothing where the recorder followed the tasks.
        rules ??= [...ownRules(ownIds), ...(tellsTasks ? otherRules(catalogue) : taskRules(catalogue))];
        return rules;
      },
      ...(tellsTasks ? { tellsTasks } : {}),
      kallsyms: () => (open ? (tracing?.kallsyms() ?? null) : null),
      kernelText: () => codeMaps.kernelText,
      names: () => codeMaps.names,
      mappings() {
        const { mappings, buildIds: told } = codeMaps;
        for (; toldIds < told.length; toldIds++) buildIds.set(told[toldIds]!.path, told[toldIds]!.id);
        for (const one of mappings.slice(mapped.length)) mapped.push({ ...one, buildId: one.buildId ?? buildIds.get(one.path) ?? null });
        return mapped;
      },
      close() {
        open = false;
        for (const file of [source, ...beside]) file.close();
      },
    },
  };
}
