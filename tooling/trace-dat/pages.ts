/** Writes true ring-buffer sub-buffers. Source: Linux include/linux/ring_buffer.h, kernel/trace/ring_buffer.c (6.1). */

export interface PageLayout {
  readonly pageBytes: number;
  /** Of the kernel; `commit` is one. */
  readonly longBytes: 4 | 8;
  readonly byteOrder: "little" | "big";
  /** Added to the time of every page, for times that a number cannot hold. */
  readonly baseNs?: bigint;
}

export interface PageBuilder {
  /** Appends a data record at time `tsNs`, which must not be earlier than the last. */
  record(tsNs: number, data: Uint8Array): void;
  /** Starts a new page whose header says that events were lost before it; null: an unknown number. */
  lost(count: number | null): void;
  /** A discarded event: takes room and time, and is no event. */
  discarded(tsNs: number, dataBytes: number): void;
  /** Writes the page begun; more records start another. */
  flush(): void;
}

const maxDelta = 2 ** 27;
const maxShortBytes = 28 * 4;
const lostBit = 0x80000000;
const storedBit = 0x40000000;

/** `emit` gets each page when it is full; the view is used again for the next. */
export function pageBuilder(layout: PageLayout, emit: (page: Uint8Array) => void): PageBuilder {
  const { pageBytes, longBytes } = layout;
  const little = layout.byteOrder === "little";
  const start = 8 + longBytes;
  const page = new Uint8Array(pageBytes);
  const view = new DataView(page.buffer);
  let at = start;
  let lastNs = 0;
  let lostBefore: number | null | undefined;

  const flush = (): void => {
    if (at === start && lostBefore === undefined) return;
    const length = at - start;
    let commit = length;
    page.fill(0, at);
    if (lostBefore !== undefined) {
      commit += lostBit;
      if (lostBefore !== null && at + longBytes <= pageBytes) {
        commit += storedBit;
        if (longBytes === 8) view.setBigUint64(at, BigInt(lostBefore), little);
        else view.setUint32(at, lostBefore, little);
      }
    }
    // The kernel adds bit 31 as an int, which fills the upper word with ones.
    if (longBytes === 8) view.setBigInt64(8, BigInt(commit | 0), little);
    else view.setUint32(8, commit, little);
    lostBefore = undefined;
    at = start;
    emit(page);
  };

  const word = (type: number, delta: number): void => {
    const w = little ? delta * 32 + type : type * maxDelta + delta;
    view.setUint32(at, w, little);
    at += 4;
  };

  /** Room for `bytes` after a possible time extension; gives the delta that the record's own word takes. */
  const advance = (tsNs: number, bytes: number): number => {
    if (start + 8 + bytes > pageBytes) throw new RangeError(`a record of ${bytes} bytes does not fit a page of ${pageBytes}`);
    const wide = at > start && tsNs - lastNs >= maxDelta;
    if (at + bytes + (wide ? 8 : 0) > pageBytes) flush();
    if (at === start) {
      view.setBigUint64(0, (layout.baseNs ?? 0n) + BigInt(tsNs), little);
      lastNs = tsNs;
      return 0;
    }
    const delta = tsNs - lastNs;
    if (delta < 0) throw new RangeError(`time goes back by ${-delta} ns`);
    lastNs = tsNs;
    if (!wide) return delta;
    word(30, delta % maxDelta);
    view.setUint32(at, Math.floor(delta / maxDelta), little);
    at += 4;
    return 0;
  };

  return {
    record(tsNs, data) {
      const padded = Math.ceil(Math.max(1, data.length) / 4) * 4;
      const short = padded <= maxShortBytes;
      const delta = advance(tsNs, padded + (short ? 4 : 8));
      word(short ? padded / 4 : 0, delta);
      if (!short) {
        view.setUint32(at, padded + 4, little);
        at += 4;
      }
      page.set(data, at);
      page.fill(0, at + data.length, at + padded);
      at += padded;
    },
    lost(count) {
      flush();
      lostBefore = count;
    },
    discarded(tsNs, dataBytes) {
      const padded = Math.ceil(Math.max(1, dataBytes) / 4) * 4;
      // A delta of 0 would end the page.
      const delta = Math.max(1, advance(tsNs, padded + 8));
      word(29, delta);
      view.setUint32(at, padded + 4, little);
      page.fill(0xee, at + 4, at + 4 + padded);
      at += 4 + padded;
    },
    flush,
  };
}
