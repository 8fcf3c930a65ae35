/** Directories in the Common Trace Format 1.8 as recordings: one stream per file. */
import type { ByteSource } from "../../byte-source.ts";
import { buildCatalogue } from "../../catalogue.ts";
import { taskRules } from "../../kernel/task-rules.ts";
import { once } from "../../once.ts";
import type { PageStream, Recording } from "../../recording.ts";
import { PageWriter } from "../../stream/page-writer.ts";
import { recordStream } from "../../stream/record-stream.ts";
import { warningList } from "../../warnings.ts";
import type { Beside, OpenResult } from "../format.ts";
import { knownEvents } from "../text/known-events.ts";
import { classesOf, type Classes } from "./classes.ts";
import { ClockScale, epochOf } from "./clock.ts";
import { KernelEvents } from "./event-names.ts";
import { MetadataError } from "./lexer.ts";
import { metadataText, readMetadata } from "./metadata.ts";
import { StreamSource, type StreamOptions } from "./stream-source.ts";
import { surveyFile } from "./survey.ts";
import { troubleOf } from "./trouble.ts";
import type { CtfClock, CtfTrace } from "./types.ts";

const PAGE_BYTES = 65_536;
const MOST_METADATA_BYTES = 64 << 20;

/** A file of a trace's directory; `name`: in the directory. */
export interface CtfFile {
  readonly name: string;
  readonly source: ByteSource;
}

const NO_CLOCK: CtfClock = { name: "", frequency: 1_000_000_000n, offsetSeconds: 0n, offset: 0n };

function readTrace(source: ByteSource): { readonly ok: true; readonly value: CtfTrace } | { readonly ok: false; readonly message: string } {
  const { sizeBytes } = source;
  if (sizeBytes > MOST_METADATA_BYTES) return { ok: false, message: `its metadata have ${sizeBytes} bytes` };
  const bytes = new Uint8Array(sizeBytes);
  if (source.readAt(0, bytes) < sizeBytes) return { ok: false, message: "its metadata cannot be read" };
  const text = metadataText(bytes);
  return text.ok ? readMetadata(text.value) : text;
}

function planClasses(trace: CtfTrace, kernel: KernelEvents): Classes | string {
  try {
    return classesOf(trace, kernel, trace.env.get("tracer_name")?.startsWith("lttng") === true ? "lttng" : "ctf");
  } catch (error) {
    if (error instanceof MetadataError) return `metadata, ${error.message}`;
    throw error;
  }
}

/** The clock's name as other recordings have it. */
const clockName = ({ name }: CtfClock): string => (name === "monotonic" ? "mono" : name === "" ? "unknown" : name);

/**
 * Opens a trace of CTF 1.8: what LTTng, babeltrace2 and `perf data convert --to-ctf` write.
 * Shape: `metadata` (TSDL) and one file for each stream, of which the sources become the recording's.
 * Units: ns of the trace's first clock.
 * Errors: a message that says what is wrong with the metadata, and in which line; damaged packets are left out and counted.
 * Source: CTF 1.8.3; checked against babeltrace2 2.0.4 on traces of lttng-ust 2.13 and perf 6.1.
 */
export async function openCtf(path: string, metadata: ByteSource, files: readonly CtfFile[], beside: Beside): Promise<OpenResult> {
  const { warnings, warn } = warningList();
  const read = readTrace(metadata);
  if (!read.ok) return read;
  const trace = read.value;
  const classes = planClasses(trace, new KernelEvents(await knownEvents()));
  if (typeof classes === "string") return { ok: false, message: classes };
  const { maxRecordBytes } = new PageWriter(PAGE_BYTES, 0);
  const options = files.map(({ name, source }): StreamOptions => ({ name, source, classes, maxRecordBytes }));
  const surveys = options.map(surveyFile);
  if (!surveys.some(({ packets }) => packets > 0)) return { ok: false, message: "the CTF trace has no packet that can be read" };
  const clock = trace.clocks[0] ?? NO_CLOCK;
  const begins = surveys.flatMap(({ begin }) => begin ?? []);
  const base = begins.reduce((least, begin) => (begin < least ? begin : least), begins[0] ?? 0n);
  // A begin is rounded, and events may be a little older than what their packet says.
  const scale = new ClockScale(clock, base > clock.frequency ? base - clock.frequency : 0n);
  const sources = options.map((own) => new StreamSource(own, scale));
  const streams = sources.map((source, i): PageStream => {
    const [cpu, ...others] = surveys[i]!.cpus;
    return recordStream({
      source,
      baseNs: scale.baseNs,
      pageBytes: PAGE_BYTES,
      ...(cpu === undefined || others.length > 0 ? {} : { cpu }),
    });
  });
  const ncpus = 1 + surveys.reduce((most, { cpus }) => Math.max(most, ...cpus), 0);
  const catalogue = buildCatalogue({ events: classes.sources, byteOrder: "little", longBytes: 8, ncpus, warn });
  if (classes.left.size > 0) warn(`fields that scripts have no type for are left out: ${[...classes.left].join(", ")}`);
  const { env } = trace;
  const epochNs = epochOf(clock);
  const uname = ["sysname", "kernel_release", "release", "kernel_version", "version", "machine"].flatMap((key) => env.get(key) ?? []);
  const recording: Recording = {
    info: {
      path,
      format: `CTF 1.8${env.has("tracer_name") ? ` (${env.get("tracer_name")!})` : ""}`,
      clock: clockName(clock),
      clockIsNs: trace.clocks.length > 0,
      ncpus,
      uname: uname.length > 1 ? uname.join(" ") : null,
      buffers: [""],
      get warnings() {
        return [...warnings, ...troubleOf(sources)];
      },
      sizeBytes: files.reduce((sum, { source }) => sum + source.sizeBytes, metadata.sizeBytes),
      ...(epochNs > 0n ? { epochNs } : {}),
      recordedLost: [],
    },
    catalogue,
    streams,
    comms: new Map(),
    taskRules: [...classes.rules, ...taskRules(catalogue)],
    kallsyms: once(() => beside.kallsyms),
    close() {
      for (const { source } of files) source.close();
    },
  };
  return { ok: true, recording };
}
