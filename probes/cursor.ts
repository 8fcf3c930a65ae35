import type { ByteSource } from "./byte-source.ts";
import { hex, type Damage } from "./damage.ts";

/**
 * Reads numbers and strings in order from a part of a recording, through a small window.
 * The first failure sticks: `damage` is set, and every later read gives zero or an empty value. So a decoder reads a
 * group of values and looks at `damage` once, before it uses them; loops must look each time round.
 */
export interface Cursor {
  readonly damage: Damage | null;
  /** Nothing has failed yet. (A call, because it changes between two looks.) */
  ok(): boolean;
  /** Offset of the next byte, in the source. */
  readonly offset: number;
  /** Bytes left up to the end of the part. */
  readonly left: number;
  u8(what: string): number;
  u16(what: string): number;
  u32(what: string): number;
  /** A u64 used as size or offset: a value beyond 2^53 is damage. */
  size(what: string): number;
  u64(what: string): bigint;
  /** The next bytes; the view stays valid and unchanged. */
  bytes(length: number, what: string): Uint8Array;
  /** Moves on without reading. */
  skip(length: number, what: string): void;
  /** Up to the next NUL, which is taken too. */
  string(what: string): string;
  /** Records a failure found by the caller. */
  fail(offset: number, message: string): void;
}

export interface CursorOptions {
  readonly start: number;
  /** One past the last byte that may be read. */
  readonly end: number;
  readonly byteOrder: "little" | "big";
  /** Named in messages: `event formats`. */
  readonly section: string;
}

const windowBytes = 64 * 1024;
/** No name or clock string in a recording is longer; a missing NUL must not make us read gigabytes. */
const maxStringBytes = 64 * 1024;

/** Nothing that is read in one piece is larger in a real recording; a damaged size must not take all memory. */
const maxPieceBytes = 256 * 1024 * 1024;

const utf8 = new TextDecoder();

export function cursor(source: ByteSource, options: CursorOptions): Cursor {
  const little = options.byteOrder === "little";
  const end = Math.min(options.end, source.sizeBytes);
  let at = options.start;
  let damage: Damage | null = null;
  let window: Uint8Array = source.memory ?? new Uint8Array(0);
  let view = new DataView(window.buffer, window.byteOffset, window.length);
  let windowStart = 0;

  const fail = (offset: number, message: string): void => {
    damage ??= { offset, message: `${options.section}: ${message}` };
  };

  /** True when `length` bytes at `at` are in the window. */
  const ensure = (length: number, what: string): boolean => {
    if (damage) return false;
    if (length > end - at) {
      const wanted = `${what} at byte ${hex(at)} needs ${length} bytes`;
      fail(at, end === source.sizeBytes ? `${wanted}, the file ends at ${hex(end)}` : `${wanted}, the section ends at ${hex(end)}`);
      return false;
    }
    if (length > maxPieceBytes) {
      fail(at, `${what} at byte ${hex(at)} is absurdly long: ${length} bytes`);
      return false;
    }
    if (at >= windowStart && at + length <= windowStart + window.length) return true;
    const next = new Uint8Array(Math.min(end - at, Math.max(length, windowBytes)));
    if (source.readAt(at, next) < length) {
      fail(at, `${what} at byte ${hex(at)} cannot be read`);
      return false;
    }
    window = next;
    view = new DataView(next.buffer);
    windowStart = at;
    return true;
  };

  const number = (length: number, what: string, read: (pos: number) => number): number => {
    if (!ensure(length, what)) return 0;
    const value = read(at - windowStart);
    at += length;
    return value;
  };

  const u64 = (what: string): bigint => {
    if (!ensure(8, what)) return 0n;
    const value = view.getBigUint64(at - windowStart, little);
    at += 8;
    return value;
  };

  return {
    get damage() {
      return damage;
    },
    ok: () => damage === null,
    get offset() {
      return at;
    },
    get left() {
      return Math.max(0, end - at);
    },
    u8: (what) => number(1, what, (pos) => view.getUint8(pos)),
    u16: (what) => number(2, what, (pos) => view.getUint16(pos, little)),
    u32: (what) => number(4, what, (pos) => view.getUint32(pos, little)),
    u64,
    size(what) {
      const start = at;
      const value = u64(what);
      if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
      fail(start, `${what} at byte ${hex(start)} is absurd: ${hex(value)}`);
      return 0;
    },
    bytes(length, what) {
      if (!ensure(length, what)) return new Uint8Array(0);
      const pos = at - windowStart;
      at += length;
      return window.subarray(pos, pos + length);
    },
    skip(length, what) {
      if (damage) return;
      if (length > end - at) fail(at, `${what} at byte ${hex(at)} is ${length} bytes long, only ${Math.max(0, end - at)} are left`);
      else at += length;
    },
    string(what) {
      if (damage) return "";
      const limit = Math.min(end - at, maxStringBytes);
      for (let want = Math.min(256, limit); ; want = Math.min(want * 4, limit)) {
        if (!ensure(want, what)) return "";
        const pos = at - windowStart;
        const nul = window.subarray(pos, pos + want).indexOf(0);
        if (nul >= 0) {
          at += nul + 1;
          return utf8.decode(window.subarray(pos, pos + nul));
        }
        if (want < limit) continue;
        fail(at, `${what} at byte ${hex(at)} has no end`);
        return "";
      }
    },
    fail,
  };
}
