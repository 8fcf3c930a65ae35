import { buildCatalogue } from "../../catalogue.ts";
import type { ByteSource } from "../../byte-source.ts";
import { hex, type Damage } from "../../damage.ts";
import { decompressorFor, type Decompress } from "../../decompress.ts";
import { taskRules } from "../../kernel/task-rules.ts";
import type { PageStream, Recording } from "../../recording.ts";
import { warningList } from "../../warnings.ts";
import { streamTime, isNsClock } from "./clock.ts";
import { maxCpus, type BufferPart, type CpuPart, type FileParts, type PartsResult } from "./file-parts.ts";
import { readFileHeader, type FileHeader } from "./header.ts";
import { readOptions, type TraceDatOptions } from "./options.ts";
import { chunkedPages, plainPages, type PagesOptions } from "./page-stream.ts";
import { readVersion6 } from "./version6.ts";
import { readVersion7 } from "./version7.ts";

export type DecodeResult = { readonly ok: true; readonly recording: Recording } | { readonly ok: false; readonly damage: Damage };

/** The part of a CPU's data that the file really holds. */
function clip(source: ByteSource, buffer: BufferPart, part: CpuPart, warn: (message: string) => void): CpuPart {
  const held = Math.max(0, Math.min(part.sizeBytes, source.sizeBytes - part.offset));
  const name = buffer.name === "" ? `CPU ${part.cpu}` : `buffer ${buffer.name} CPU ${part.cpu}`;
  if (held < part.sizeBytes)
    warn(`${name}: the file is cut at byte ${hex(source.sizeBytes)}, ${part.sizeBytes - held} of ${part.sizeBytes} bytes are missing`);
  else if (!buffer.compressed && held % buffer.pageBytes !== 0)
    warn(`${name}: ${held % buffer.pageBytes} bytes at the end are no whole page of ${buffer.pageBytes}`);
  return { ...part, sizeBytes: held };
}

interface StreamContext {
  readonly source: ByteSource;
  readonly header: FileHeader;
  readonly parts: FileParts;
  readonly options: TraceDatOptions;
  readonly decompress: Decompress | null;
  readonly warn: (message: string) => void;
}

function buildStreams(context: StreamContext): PageStream[] {
  const { source, header, parts, options, decompress, warn } = context;
  const streams: PageStream[] = [];
  for (const buffer of parts.buffers) {
    const seen = new Set<number>();
    for (const whole of buffer.cpus) {
      if (whole.sizeBytes === 0) continue;
      if (seen.has(whole.cpu)) {
        warn(`buffer "${buffer.name}" lists CPU ${whole.cpu} twice; the second is left out`);
        continue;
      }
      seen.add(whole.cpu);
      const part = clip(source, buffer, whole, warn);
      if (part.sizeBytes === 0) continue;
      const facts = {
        buffer: buffer.name,
        cpu: part.cpu,
        pageBytes: buffer.pageBytes,
        headerBytes: parts.headerPage.headerBytes,
        byteOrder: header.byteOrder,
        time: streamTime(options, buffer.clock ?? options.clock, part.cpu),
      };
      const pages: PagesOptions = { source, part, facts, warn };
      if (!buffer.compressed) streams.push(plainPages(pages));
      else if (decompress) streams.push(chunkedPages(pages, decompress, header.compression.name));
    }
  }
  return streams;
}

/**
 * Opens a trace.dat of version 6 or 7. Reads the header parts only; pages are read when a stream is.
 * Errors: damage that leaves nothing to replay. Smaller damage is in `recording.info.warnings`, which grows while streams are read.
 * Source: trace-cmd.dat.v6(5), trace-cmd.dat.v7(5), checked against trace-cmd 3.1.6.
 */
export async function decodeTraceDat(source: ByteSource): Promise<DecodeResult> {
  const head = readFileHeader(source);
  if (!head.ok) return head;
  const { header } = head;
  const { name } = header.compression;
  const decompress = await decompressorFor(name);
  if (!decompress && name !== "none")
    return {
      ok: false,
      damage: { offset: 0, message: `file header: compression ${JSON.stringify(name.slice(0, 20))} is not supported (zlib and zstd are)` },
    };

  const { warnings, warn } = warningList();
  const result: PartsResult = header.version === 6 ? readVersion6(source, header, warn) : readVersion7(source, header, decompress, warn);
  if (!result.ok) return result;
  const { parts } = result;

  const options = readOptions(parts.options, header.byteOrder, warn);
  const streams = buildStreams({ source, header, parts, options, decompress, warn });
  if (parts.buffers.length === 0) warn("the recording names no buffer: there are no events in it");
  if (options.timeShifts.some((shift) => shift.samples > 0 && !shift.constant))
    warn("the guest's clock was corrected while recording; the first correction is used throughout");

  const cpuIds = parts.buffers.flatMap((b) => b.cpus.map((c) => c.cpu));
  const counted = options.cpuCount ?? parts.cpuCount ?? 1;
  if (counted > maxCpus) warn(`option CPUCOUNT says ${counted} CPUs; it is not used`);
  const ncpus = cpuIds.reduce((most, cpu) => Math.max(most, cpu + 1), counted > maxCpus ? 1 : Math.max(1, counted));
  const catalogue = buildCatalogue({
    events: parts.events,
    byteOrder: header.byteOrder,
    longBytes: parts.headerPage.longBytes,
    ncpus,
    warn,
  });
  const clock = parts.buffers.find((b) => b.cpus.some((c) => c.sizeBytes > 0))?.clock ?? options.clock ?? "local";
  let open = true;
  let rules: Recording["taskRules"] | null = null;
  return {
    ok: true,
    recording: {
      info: {
        path: source.path,
        format: `trace.dat v${header.version}${name === "none" ? "" : ` (${name})`}`,
        clock,
        clockIsNs: isNsClock(clock) || options.tsc2nsec !== null,
        ncpus,
        uname: options.uname,
        buffers: parts.buffers.map((b) => b.name),
        warnings,
        sizeBytes: source.sizeBytes,
        recordedLost: options.lost,
      },
      catalogue,
      streams,
      comms: parts.comms,
      descriptions: parts.events,
      get taskRules() {
        rules ??= taskRules(catalogue);
        return rules;
      },
      kallsyms: () => (open ? parts.kallsyms() : null),
      ...(parts.btf === undefined ? {} : { btf: () => (open ? parts.btf!() : null) }),
      close() {
        open = false;
        source.close();
      },
    },
  };
}
