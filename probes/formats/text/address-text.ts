/** Network addresses and byte strings as the kernel prints them. Each returns where the text ends, or -1. */
import { hexDigits } from "./number.ts";

const [DOT, COLON] = [46, 58];

/** `127.0.0.1` */
export function readIpv4(bytes: Uint8Array, from: number, end: number, to: Uint8Array, offset: number): number {
  let at = from;
  for (let part = 0; part < 4; part++) {
    if (part > 0 && bytes[at++] !== DOT) return -1;
    const start = at;
    let total = 0;
    for (; at < end && bytes[at]! >= 48 && bytes[at]! <= 57; at++) total = total * 10 + bytes[at]! - 48;
    if (at === start || total > 255) return -1;
    to[offset + part] = total;
  }
  return at;
}

/** `fe80::1`, `::ffff:127.0.0.1`, or without colons left out (%pI6), or without colons at all (%pi6). */
export function readIpv6(bytes: Uint8Array, from: number, end: number, to: Uint8Array, offset: number): number {
  let [at, filled, gap] = [from, 0, -1];
  if (at + 1 < end && bytes[at] === COLON && bytes[at + 1] === COLON) {
    gap = 0;
    at += 2;
  }
  while (filled < 16 && at < end) {
    const start = at;
    let group = 0;
    for (; at < end && at - start < 4 && hexDigits[bytes[at]!]! >= 0; at++) group = (group << 4) | hexDigits[bytes[at]!]!;
    if (at < end && bytes[at] === DOT && filled <= 12) {
      at = readIpv4(bytes, start, end, to, offset + filled);
      if (at < 0) return -1;
      filled += 4;
      break;
    }
    if (at === start) break;
    to[offset + filled] = group >> 8;
    to[offset + filled + 1] = group & 255;
    filled += 2;
    if (at + 1 < end && bytes[at] === COLON && bytes[at + 1] === COLON && gap < 0) {
      gap = filled;
      at += 2;
    } else if (at + 1 < end && bytes[at] === COLON && filled < 16 && hexDigits[bytes[at + 1]!]! >= 0) at++;
    else if (at - start < 4) break;
  }
  if (filled === 16) return at;
  if (gap < 0) return -1;
  const behind = filled - gap;
  to.copyWithin(offset + 16 - behind, offset + gap, offset + filled);
  to.fill(0, offset + gap, offset + 16 - behind);
  return at;
}

/** `00 1b:c4,08`: pairs of digits with at most one sign and a blank between, as many as there is room for. */
export function readHexBytes(bytes: Uint8Array, from: number, end: number, to: Uint8Array, offset: number, most: number): number {
  let at = from;
  for (let i = 0; i < most; i++) {
    const high = at < end ? hexDigits[bytes[at]!]! : -1;
    const low = at + 1 < end ? hexDigits[bytes[at + 1]!]! : -1;
    if (high < 0 || low < 0) break;
    to[offset + i] = (high << 4) | low;
    at += 2;
    const behind = bytes[at];
    if (i + 1 === most || at >= end || behind === undefined || hexDigits[behind]! >= 0) continue;
    const skip = bytes[at + 1] === 32 ? 2 : 1;
    if (at + skip < end && hexDigits[bytes[at + skip]!]! >= 0) at += skip;
  }
  return at;
}
