/** Walks the records of one page stream. Source: include/linux/ring_buffer.h, kernel/trace/ring_buffer.c. */
import type { PageStream } from "../../../probes/recording.ts";

export interface RecordAt {
  /** ns of the recording's clock. */
  ns: bigint;
  cpu: number;
  /** `size` bytes at `start`, from common_type on. */
  bytes: Uint8Array;
  view: DataView;
  start: number;
  size: number;
  /** Lost before it: -1 an unknown number, 0: none. */
  lost: number;
}

const WINDOW_BYTES = 1 << 20;
const [PADDING, TIME_EXTEND] = [29, 30];
const COMMIT_MASK = 0x7ffffff;
const LOST = 0x80000000;
const LOST_STORED = 0x40000000;
/** Time stamps have 59 bits; those above them are the page's. */
const STAMP_BITS = 59n;
const COMMON_BYTES = 8;
/** A mark of the CPU: its length word, and the CPU. */
const MARK_BYTES = 8;

/** What `each` is not told. */
export interface RecordsEnd {
  /** Pieces that could not be read. */
  readonly damaged: number;
  /** Lost behind the last record: -1 an unknown number. */
  readonly lost: number;
  /** Of the last record, or of the stream. */
  readonly cpu: number;
  /** ns. */
  readonly lastNs: bigint;
}

/** Calls `each` for every record. `cpuMarks`: see probes/stream/page-writer.ts. */
export function eachRecord(stream: PageStream, each: (record: RecordAt) => void): RecordsEnd {
  const { pageBytes, headerBytes, time } = stream;
  const little = stream.byteOrder === "little";
  const window = new Uint8Array(Math.max(pageBytes, WINDOW_BYTES - (WINDOW_BYTES % pageBytes)));
  const view = new DataView(window.buffer);
  const record: RecordAt = { ns: 0n, cpu: stream.cpu, bytes: window, view, start: 0, size: 0, lost: 0 };
  const word = (at: number): number => view.getUint32(at, little);
  const isLong = headerBytes === 16;
  const lowOf = (at: number): number => word(isLong && !little ? at + 4 : at);
  let damaged = 0;

  const onePage = (page: number): void => {
    const commit = lowOf(page + 8);
    const dataBytes = commit & COMMIT_MASK;
    if (dataBytes > pageBytes - headerBytes) {
      damaged++;
      return;
    }
    const end = page + headerBytes + dataBytes;
    if ((commit & LOST) !== 0) {
      const isStored = (commit & LOST_STORED) !== 0 && end + headerBytes - 8 <= page + pageBytes;
      const count = isStored ? lowOf(end) : -1;
      record.lost = count < 0 || record.lost < 0 ? -1 : record.lost + count;
    }
    let raw = view.getBigUint64(page, little);
    for (let at = page + headerBytes; at + 4 <= end;) {
      const head = word(at);
      const type = little ? head & 31 : head >>> 27;
      const delta = little ? head >>> 5 : head & COMMIT_MASK;
      if (type >= PADDING) {
        if (at + 8 > end) break;
        const second = word(at + 4);
        if (type === PADDING) {
          if (delta === 0) break;
          if (stream.marksCpu === true && second === MARK_BYTES && at + 12 <= end) record.cpu = word(at + 8);
          else raw += BigInt(delta);
          at += 4 + second;
          continue;
        }
        const rest = (BigInt(second) << 27n) + BigInt(delta);
        raw = type === TIME_EXTEND ? raw + rest : ((raw >> STAMP_BITS) << STAMP_BITS) | BigInt.asUintN(Number(STAMP_BITS), rest);
        at += 8;
        continue;
      }
      raw += BigInt(delta);
      const start = type === 0 ? at + 8 : at + 4;
      const size = type === 0 ? word(at + 4) - 4 : type * 4;
      if (size < COMMON_BYTES || start + size > end) {
        damaged++;
        return;
      }
      record.ns = BigInt.asUintN(64, ((raw * BigInt(time.mult)) >> BigInt(time.shift)) + time.offset);
      record.start = start;
      record.size = size;
      each(record);
      record.lost = 0;
      at = start + ((size + 3) & ~3);
    }
  };

  stream.rewind();
  for (let got = stream.read(window); got > 0; got = stream.read(window)) for (let page = 0; page < got; page += pageBytes) onePage(page);
  return { damaged, lost: record.lost, cpu: record.cpu, lastNs: record.ns };
}
