/** However an event begins, its head is what a reader of messages finds. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { EventHead } from "../../../probes/formats/perfetto/event-head.ts";
import { message, type Fields } from "../../../tooling/perfetto/writer.ts";

const u64 = fc.oneof(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.nat().map(BigInt), fc.constantFrom(0n, 127n, 128n, (1n << 28n) - 1n, 1n << 28n, 1n << 31n, 1n << 32n, 1n << 35n, 1n << 56n, 1n << 63n)); // prettier-ignore
const head = fc.record({
  ns: fc.option(u64),
  pid: fc.option(fc.oneof(fc.nat(), fc.constantFrom(0, 127, 128, 2 ** 21, 2 ** 28 - 1, 2 ** 28, 2 ** 32 - 1))),
  flags: fc.option(fc.nat(255)),
  id: fc.option(
    fc.oneof(
      fc.constantFrom(3, 4, 15, 16, 329, 615, 2047, 2048, 65_600),
      fc.integer({ min: 3, max: 3000 }).filter((id) => id !== 5),
    ),
  ),
  bytes: fc.uint8Array({ maxLength: 300 }),
  isShuffled: fc.boolean(),
});

test("time, pid, flags, and where the event's own message is", () => {
  fc.assert(
    fc.property(head, fc.nat(5), ({ ns, pid, flags, id, bytes, isShuffled }, before) => {
      const fields: Fields = [
        ...(ns === null ? [] : [[1, ns] as const]),
        ...(pid === null ? [] : [[2, pid] as const]),
        ...(flags === null ? [] : [[5, flags] as const]),
        ...(id === null ? [] : [[id, bytes] as const]),
      ];
      const event = message(isShuffled ? fields.toReversed() : fields);
      // Something else stands in front of it and behind it.
      const all = new Uint8Array(before + event.length + 8).fill(0xff);
      all.set(event, before);
      const own = new EventHead();
      own.read(all, before, before + event.length);
      expect(own.hasTime).toBe(ns !== null);
      if (ns !== null) expect((BigInt(own.hi >>> 0) << 32n) | BigInt(own.lo >>> 0)).toBe(ns);
      expect([own.pid >>> 0, own.flags, own.id]).toEqual([pid ?? 0, flags ?? 0, id ?? 0]);
      if (id !== null) expect(all.subarray(own.start, own.stop)).toEqual(bytes);
    }),
    { numRuns: 2000 },
  );
});
