/** A plain page walker for tools and tests: the replay has its own, in the runtime. Source as for pages.ts. */
import type { PageStream } from "../../probes/recording.ts";

export interface RawRecord {
  readonly cpu: number;
  readonly tsNs: bigint;
  /** From common_type on; trailing bytes of padding included. */
  readonly data: Uint8Array;
  /** Lost before this record: a count, null for an unknown one, undefined for none. */
  readonly lost: number | null | undefined;
}

/** Records of one stream in file order. Stops silently at what does not parse: tools work on sound recordings. */
export function* walkPages(stream: PageStream): Generator<RawRecord> {
  const { pageBytes, headerBytes, time } = stream;
  const little = stream.byteOrder === "little";
  const window = new Uint8Array(pageBytes);
  const view = new DataView(window.buffer);
  stream.rewind();
  while (stream.read(window) > 0) {
    let ts = view.getBigUint64(0, little);
    const longBytes = headerBytes - 8;
    // The low word of `commit` holds the length and the flags.
    const commit = view.getUint32(longBytes === 8 && !little ? 12 : 8, little);
    const end = Math.min(headerBytes + (commit & 0x7ffffff), pageBytes);
    let lost: number | null | undefined;
    if (commit & 0x80000000) lost = commit & 0x40000000 ? view.getUint32(end + (longBytes === 8 && !little ? 4 : 0), little) : null;
    for (let at = headerBytes; at + 4 <= end;) {
      const word = view.getUint32(at, little);
      const type = little ? word & 31 : word >>> 27;
      const delta = BigInt(little ? word >>> 5 : word & 0x7ffffff);
      if (type === 29) {
        if (delta === 0n) break;
        ts += delta;
        at += 4 + view.getUint32(at + 4, little);
        continue;
      }
      if (type === 30 || type === 31) {
        const rest = delta + (BigInt(view.getUint32(at + 4, little)) << 27n);
        ts = type === 30 ? ts + rest : (ts & (0xf8n << 56n)) | rest;
        at += 8;
        continue;
      }
      ts += delta;
      const long = type === 0;
      const length = long ? view.getUint32(at + 4, little) - 4 : type * 4;
      const start = at + (long ? 8 : 4);
      if (start + length > end) break;
      const tsNs = BigInt.asUintN(64, ((ts * BigInt(time.mult)) >> BigInt(time.shift)) + time.offset);
      yield { cpu: stream.cpu, tsNs, data: window.slice(start, start + length), lost };
      lost = undefined;
      at = start + Math.ceil(length / 4) * 4;
    }
  }
}
