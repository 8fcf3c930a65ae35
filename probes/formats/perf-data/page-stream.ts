/** The records of a recording as a stream of ring-buffer pages. */
import { hex } from "../../damage.ts";
import type { PageStream } from "../../recording.ts";
import type { CodeMaps } from "./code-maps.ts";
import type { RecordBytes } from "./record-bytes.ts";
import type { Transcoder, TranscoderCounts } from "./transcoder.ts";
import { limits } from "./transcoder-layout.ts";

export interface PerfStreamOptions {
  readonly transcoder: Transcoder;
  readonly records: RecordBytes;
  /** common_type of the samples of each attr. */
  readonly eventIds: readonly number[];
  readonly codeMaps: CodeMaps;
  readonly byteOrder: "little" | "big";
  /** Position of the first record in the file; null: they are unpacked from it. */
  readonly dataOffset: number | null;
  /** Told once each. */
  readonly warn: (message: string) => void;
}

const PAGE_HEADER_BYTES = 16;

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;

/** What a whole pass found. */
function warningsOf(counts: TranscoderCounts, codeMaps: CodeMaps, dataOffset: number | null, userStacks: boolean): string[] {
  const { damaged, unknownIds, late, throttled, withoutTime, brokenAt } = counts;
  const { stackDumps, innermostFrames, deferredChains } = userStacks ? counts : { stackDumps: 0, innermostFrames: 0, deferredChains: 0 };
  const found: (readonly [number, string])[] = [
    [damaged, `${plural(damaged, "damaged record")} skipped`],
    [unknownIds, `${plural(unknownIds, "sample")} of unknown events left out`],
    [late, `${plural(late, "sample")} came too late to be put in order of time`],
    [withoutTime, `${plural(withoutTime, "sample")} without a time: they stand where they were found (record with -T)`],
    [throttled, `the kernel throttled sampling ${throttled} times: there are fewer samples than there should be`],
    [
      stackDumps,
      `${plural(stackDumps, "sample")} with a copy of the user stack, which is not unwound: ustack has no frames of it (record with --call-graph fp)`,
    ],
    [
      innermostFrames,
      `${plural(innermostFrames, "sample")} with a copy of the user stack, which is not unwound: only its innermost frame is known, from the registers (record with --call-graph fp)`,
    ],
    [deferredChains, `${plural(deferredChains, "deferred user stack")} left out (record without --call-graph …,defer)`],
    [codeMaps.leftOut, `${plural(codeMaps.leftOut, "mapping")} of code left out: there are too many`],
  ];
  const lines = found.filter(([count]) => count > 0).map(([, text]) => text);
  if (brokenAt !== null) {
    const place = dataOffset === null ? `byte ${hex(brokenAt)} of the unpacked records` : `byte ${hex(brokenAt + BigInt(dataOffset))}`;
    lines.push(`the records cannot be read on at ${place}: what follows is left out`);
  }
  return lines;
}

export function perfStream(options: PerfStreamOptions): PageStream {
  const { transcoder, records, eventIds, codeMaps, byteOrder, dataOffset, warn } = options;
  const told = new Set<string>();
  let [userStacks, nextUserStacks] = [true, true];
  return {
    buffer: "",
    cpu: 0,
    marksCpu: true,
    pageBytes: limits.pageBytes,
    headerBytes: PAGE_HEADER_BYTES,
    byteOrder,
    time: { mult: 1, shift: 0, offset: 0n },
    read(into) {
      if (into.length < limits.pageBytes)
        throw new RangeError(`a window of ${into.length} bytes cannot hold a page of ${limits.pageBytes}`);
      const bytes = transcoder.read(into, records);
      if (bytes > 0) return bytes;
      for (const line of warningsOf(transcoder.counts(), codeMaps, dataOffset, userStacks)) {
        if (told.has(line)) continue;
        told.add(line);
        warn(line);
      }
      return 0;
    },
    want(wanted) {
      nextUserStacks = wanted?.userStacks !== false;
      const wants = eventIds.map((id) => (wanted === null ? Infinity : (wanted.bytes.get(id) ?? 0)));
      transcoder.want(Math.max(0, ...wants));
    },
    rewind() {
      userStacks = nextUserStacks;
      transcoder.reset();
      records.rewind();
      codeMaps.restart();
    },
  };
}
