/** Reads ring-buffer pages the slow and obvious way, with BigInt times: what the pump is compared to. */
import type { PageFormat } from "./pages.ts";

export interface WalkedRecord {
  readonly ts: bigint;
  readonly payload: Uint8Array;
}

export interface Walked {
  readonly records: WalkedRecord[];
  lost: bigint;
  lostUnknown: number;
  damaged: number;
}

const MASK64 = (1n << 64n) - 1n;

export function walkPages(bytes: Uint8Array, format: PageFormat): Walked {
  const walked: Walked = { records: [], lost: 0n, lostUnknown: 0, damaged: 0 };
  const { pageBytes } = format;
  for (let at = 0; at + pageBytes <= bytes.length; at += pageBytes) walkPage(bytes.subarray(at, at + pageBytes), format, walked);
  if (bytes.length % pageBytes !== 0) walked.damaged++;
  return walked;
}

function walkPage(page: Uint8Array, format: PageFormat, walked: Walked): void {
  const little = format.byteOrder === "little";
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const u32 = (at: number): number => view.getUint32(at, little);
  const start = format.headerBytes;
  const commit = start === 16 ? Number(view.getBigUint64(8, little) & 0xffffffffn) : u32(8);
  const end = start + (commit & 0x07ffffff);
  if (end > page.length) {
    walked.damaged++;
    return;
  }
  if (commit & 0x80000000) {
    const longBytes = start - 8;
    if (commit & 0x40000000 && end + longBytes <= page.length) {
      walked.lost = (walked.lost + (longBytes === 8 ? view.getBigUint64(end, little) : BigInt(u32(end)))) & MASK64;
    } else walked.lostUnknown++;
  }
  let ts = view.getBigUint64(0, little);
  let at: number = start;
  while (at < end) {
    if (end - at < 4) {
      walked.damaged++;
      return;
    }
    const header = u32(at);
    const typeLen = little ? header & 31 : header >>> 27;
    const delta = BigInt(little ? header >>> 5 : header & 0x7ffffff);
    if (typeLen === 29 && (delta === 0n || end - at < 8)) return;
    if (end - at < 8) {
      walked.damaged++;
      return;
    }
    const second = u32(at + 4);
    if (typeLen === 29) {
      if (4 + second > end - at) {
        walked.damaged++;
        return;
      }
      ts = (ts + delta) & MASK64;
      at += 4 + second;
      continue;
    }
    const time = delta + (BigInt(second) << 27n);
    if (typeLen === 30) {
      ts = (ts + time) & MASK64;
      at += 8;
      continue;
    }
    if (typeLen === 31) {
      ts = (ts & (0xf8n << 56n)) | time;
      at += 8;
      continue;
    }
    const from = typeLen === 0 ? at + 8 : at + 4;
    const length = typeLen === 0 ? second - 4 : typeLen * 4;
    ts = (ts + delta) & MASK64;
    if (length < 0 || from + length > end) {
      walked.damaged++;
      return;
    }
    at = from + ((length + 3) & ~3);
    if (length < 8) walked.damaged++;
    else walked.records.push({ ts, payload: page.slice(from, from + length) });
  }
}
