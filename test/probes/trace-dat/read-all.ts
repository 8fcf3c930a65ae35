import { walkPages } from "../../../tooling/trace-dat/walk-pages.ts";
import type { Recording } from "../../../probes/recording.ts";

/** Number of records per `CATEGORY:NAME` over all buffers and CPUs. */
export function countEvents(recording: Recording): Record<string, number> {
  const names = new Map(recording.catalogue.tracepoints.map((t) => [t.id, `${t.category}:${t.name}`]));
  const little = recording.catalogue.byteOrder === "little";
  const counts: Record<string, number> = {};
  for (const stream of recording.streams)
    for (const { data } of walkPages(stream)) {
      const id = new DataView(data.buffer).getUint16(0, little);
      const name = names.get(id) ?? `id ${id}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
  return counts;
}

/** Reads every stream to its end and gives the bytes; guards against a stream without end. */
export function drainStreams(recording: Recording, limitBytes: number): number {
  let total = 0;
  for (const stream of recording.streams) {
    const window = new Uint8Array(Math.max(stream.pageBytes, 64 * 1024));
    for (let n = stream.read(window); n > 0; n = stream.read(window)) {
      if (n % stream.pageBytes !== 0) throw new Error(`read ${n} bytes, which are no whole pages of ${stream.pageBytes}`);
      total += n;
      if (total > limitBytes) throw new Error("the streams do not end");
    }
  }
  return total;
}
