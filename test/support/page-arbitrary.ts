/** Random pages and streams of them. */
import fc from "fast-check";
import { eventRecord, itemBytes, joinPages, writePage, type PageFormat, type PageItem, type PageSpec } from "./pages.ts";

export const formats: readonly PageFormat[] = [
  { byteOrder: "little", headerBytes: 16, pageBytes: 4096 },
  { byteOrder: "little", headerBytes: 12, pageBytes: 4096 },
  { byteOrder: "big", headerBytes: 16, pageBytes: 4096 },
  { byteOrder: "big", headerBytes: 12, pageBytes: 512 },
  { byteOrder: "little", headerBytes: 16, pageBytes: 16_384 },
];

export const formatName = ({ byteOrder, headerBytes, pageBytes }: PageFormat): string =>
  `${byteOrder}, header ${headerBytes}, pages of ${pageBytes}`;

/** Event ids of the random records. */
export const eventIds = [7, 8, 300] as const;

const delta = fc.oneof(fc.nat(50), fc.nat(0x7ffffff));

export function itemArbitrary(byteOrder: "little" | "big"): fc.Arbitrary<PageItem> {
  const payload = fc
    .record({
      id: fc.constantFrom(...eventIds),
      pid: fc.nat(5),
      rest: fc.uint8Array({ minLength: 8, maxLength: 200 }),
    })
    .map(({ id, pid, rest }) => eventRecord(byteOrder, id, pid, rest));
  return fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant("data" as const), delta, payload, large: fc.boolean() }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("discarded" as const),
        delta: fc.integer({ min: 1, max: 0x7ffffff }),
        bytes: fc.integer({ min: 1, max: 9 }).map((n) => n * 4),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("extend" as const), delta: fc.bigInt({ min: 0n, max: 1n << 40n }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("stamp" as const), ts: fc.bigInt({ min: 0n, max: (1n << 59n) - 1n }) }) },
  );
}

/** As many of the items as fit. */
function fitting(format: PageFormat, items: readonly PageItem[]): PageItem[] {
  let left = format.pageBytes - format.headerBytes - 8;
  return items.filter((item) => {
    if (itemBytes(item) > left) return false;
    left -= itemBytes(item);
    return true;
  });
}

export function pageArbitrary(format: PageFormat): fc.Arbitrary<PageSpec> {
  return fc
    .record({
      ts: fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }),
      items: fc.array(itemArbitrary(format.byteOrder), { maxLength: 30 }),
      pad: fc.boolean(),
      lost: fc.constantFrom<(bigint | "unknown")[]>(...[0n, 5n, 70_000n], "unknown"),
      isLost: fc.boolean(),
    })
    .map(({ ts, items, pad, lost, isLost }) => ({
      ts,
      items: [...fitting(format, items), ...(pad ? [{ kind: "pad" as const }] : [])],
      ...(isLost ? { lost } : {}),
    }));
}

export function streamArbitrary(format: PageFormat): fc.Arbitrary<Uint8Array> {
  return fc.array(pageArbitrary(format), { maxLength: 4 }).map((pages) => joinPages(pages.map((page) => writePage(format, page))));
}

/** A stream of data records in order of time, whose times often meet those of others. */
export function orderedStream(format: PageFormat, deltas: readonly number[], perPage = 20): { bytes: Uint8Array; times: bigint[] } {
  const times: bigint[] = [];
  let ts = 1000n;
  const pages: Uint8Array[] = [];
  for (let from = 0; from < deltas.length; from += perPage) {
    const start = ts;
    const items: PageItem[] = deltas.slice(from, from + perPage).map((delta, i) => {
      ts += BigInt(delta);
      times.push(ts);
      const rest = new Uint8Array(8);
      new DataView(rest.buffer).setBigUint64(0, BigInt(from + i), true);
      return { kind: "data", delta, payload: eventRecord(format.byteOrder, 7, from + i + 1, rest) };
    });
    pages.push(writePage(format, { ts: start, items }));
  }
  return { bytes: joinPages(pages), times };
}
