/** Writes ring-buffer pages as the kernel does (include/linux/ring_buffer.h), for both byte orders and both sizes of long. */

export interface PageFormat {
  readonly byteOrder: "little" | "big";
  readonly headerBytes: 12 | 16;
  readonly pageBytes: number;
}

export type PageItem =
  /** The length of a small record is in its header word, that of a large one (or one that is not a multiple of 4) in a word of its own. */
  | { readonly kind: "data"; readonly delta: number; readonly payload: Uint8Array; readonly large?: boolean }
  | { readonly kind: "discarded"; readonly delta: number; readonly bytes: number }
  | { readonly kind: "extend"; readonly delta: bigint }
  | { readonly kind: "stamp"; readonly ts: bigint }
  /** The rest of the page is empty. */
  | { readonly kind: "pad" };

export interface PageSpec {
  readonly ts: bigint;
  readonly items: readonly PageItem[];
  readonly lost?: bigint | "unknown";
}

const LOW27 = 0x7ffffffn;
const LOST = 1 << 31;
const LOST_STORED = 1 << 30;

const roundUp4 = (n: number): number => (n + 3) & ~3;

const isSmall = (item: Extract<PageItem, { kind: "data" }>): boolean =>
  item.large !== true && item.payload.length % 4 === 0 && item.payload.length >= 4 && item.payload.length <= 112;

export function itemBytes(item: PageItem): number {
  switch (item.kind) {
    case "data":
      return (isSmall(item) ? 4 : 8) + roundUp4(item.payload.length);
    case "discarded":
      return 4 + item.bytes;
    case "extend":
    case "stamp":
      return 8;
    case "pad":
      return 4;
  }
}

/** One whole page. Throws if the items do not fit. */
export function writePage(format: PageFormat, page: PageSpec): Uint8Array {
  const bytes = new Uint8Array(format.pageBytes);
  const view = new DataView(bytes.buffer);
  const little = format.byteOrder === "little";
  const longBytes = format.headerBytes - 8;
  let at: number = format.headerBytes;
  const word = (value: number): void => {
    view.setUint32(at, value, little);
    at += 4;
  };
  const header = (typeLen: number, delta: number): void => {
    word(little ? ((delta << 5) | typeLen) >>> 0 : ((typeLen << 27) | delta) >>> 0);
  };
  for (const item of page.items) {
    switch (item.kind) {
      case "data":
        header(isSmall(item) ? item.payload.length / 4 : 0, item.delta);
        if (!isSmall(item)) word(item.payload.length + 4);
        bytes.set(item.payload, at);
        at += roundUp4(item.payload.length);
        break;
      case "discarded":
        header(29, item.delta);
        view.setUint32(at, item.bytes, little);
        at += item.bytes;
        break;
      case "extend":
        header(30, Number(item.delta & LOW27));
        word(Number(item.delta >> 27n));
        break;
      case "stamp":
        header(31, Number(item.ts & LOW27));
        word(Number((item.ts >> 27n) & 0xffffffffn));
        break;
      case "pad":
        header(29, 0);
        break;
    }
  }
  const dataBytes = at - format.headerBytes;
  let commit = dataBytes;
  if (page.lost !== undefined) commit |= LOST;
  if (typeof page.lost === "bigint") {
    commit |= LOST_STORED;
    if (longBytes === 8) view.setBigUint64(at, page.lost, little);
    else view.setUint32(at, Number(page.lost), little);
  }
  view.setBigUint64(0, page.ts, little);
  // Kernels of 64 bits sign-extend the word with the marks.
  if (longBytes === 8) view.setBigInt64(8, BigInt(commit), little);
  else view.setInt32(8, commit, little);
  return bytes;
}

export function joinPages(pages: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pages.reduce((sum, page) => sum + page.length, 0));
  let at = 0;
  for (const page of pages) {
    joined.set(page, at);
    at += page.length;
  }
  return joined;
}

/** A record as events have it: id (u16), flags, preempt count, pid (u32), then `rest`. */
export function eventRecord(byteOrder: "little" | "big", id: number, pid: number, rest: Uint8Array = new Uint8Array()): Uint8Array {
  const bytes = new Uint8Array(8 + rest.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, id, byteOrder === "little");
  view.setUint32(4, pid, byteOrder === "little");
  bytes.set(rest, 8);
  return bytes;
}
