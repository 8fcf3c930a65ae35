/** A machine as the session uses it, in both back ends. */
import { describe, expect, test } from "vitest";
import { backends, logged, logProgram, machineOf, outputRing, program, pumpAll, streamOf } from "../../support/machine.ts";
import { eventRecord, joinPages, writePage, type PageFormat } from "../../support/pages.ts";
import { mapSpec, toU64, u32Key, u64Value } from "../../support/runtime.ts";

const format: PageFormat = { byteOrder: "little", headerBytes: 16, pageBytes: 4096 };

/** r0 = value of the map at the key in the context's first bytes, -1 if absent. */
const lookupProgram = (keySize: number, spec: ReturnType<typeof mapSpec>): ReturnType<typeof program> => {
  const copies = Array.from({ length: keySize }, (_, i) => `r2 = *(u8 *)(r1 +${i})\n*(u8 *)(r10 -${64 - i}) = r2`);
  return program(
    `${copies.join("\n")}
    r1 = map[${spec.name}]
    r2 = r10
    r2 += -64
    call bpf_map_lookup_elem
    if r0 != 0 goto found
    r0 = -1
    exit
    found:
    r0 = *(u64 *)(r0 +0)
    exit`,
    [spec],
  );
};

describe.each(backends)("%s", (backend) => {
  test.each([1, 2, 4, 5, 8, 12, 16, 20, 24, 28, 32, 40, 64])("programs find what the session stored under keys of %i bytes", (keySize) => {
    for (const type of ["hash", "percpu_hash", "lru_hash", "lru_percpu_hash"] as const) {
      const spec = mapSpec(type, { name: "map", keySize, maxEntries: 100 });
      const machine = machineOf({ backend, programs: [lookupProgram(keySize, spec)], maps: [spec] });
      const key = (n: number): Uint8Array => Uint8Array.from({ length: keySize }, (_, i) => (i === keySize - 1 ? n : (i * 37) & 255));
      for (let n = 0; n < 100; n++) {
        const value = type.includes("percpu") ? u64Value(n, n + 1000) : u64Value(n);
        expect(machine.maps[0]!.update(key(n), value, 0n)).toBe(0);
      }
      machine.setCurrent({ cpu: 1 });
      for (let n = 0; n < 110; n += 5) {
        const expected = n >= 100 ? 2n ** 64n - 1n : BigInt(type.includes("percpu") ? n + 1000 : n);
        expect(machine.runProgram(0, key(n))).toBe(expected);
      }
    }
  });

  test("begin and end programs see the session's own name, ids and CPU, and a context of zeros", () => {
    const machine = machineOf({ backend, programs: [logProgram(1, { field: 160 })], maps: [outputRing], outputRing: 0 });
    const run = (): unknown => {
      machine.runProgram(0, null);
      let seen: unknown = null;
      machine.drain((record) => {
        const { ts, cpu, tid, tgid, comm, field } = logged(record);
        seen = { ts, cpu, tid, tgid, comm, field };
        return true;
      });
      return seen;
    };
    expect(run()).toEqual({ ts: 0n, cpu: 0, tid: 0, tgid: 0, comm: "hindsight", field: 0n });
    machine.runProgram(0, new Uint8Array(200).fill(7));
    machine.drain(() => false);
    machine.setCurrent({ ts: 99n, cpu: 1, tid: 12, tgid: 11, comm: "bpftrace" });
    expect(run()).toEqual({ ts: 99n, cpu: 1, tid: 12, tgid: 11, comm: "bpftrace", field: 0n });
  });

  test("after a run the end sees the time of the last event, and no task of the recording", () => {
    const bytes = joinPages(
      [10n, 20n].map((ts) =>
        writePage(format, { ts, items: [{ kind: "data", delta: 0, payload: eventRecord("little", 7, 5, new Uint8Array(8)) }] }),
      ),
    );
    const machine = machineOf({
      backend,
      programs: [logProgram(1)],
      maps: [outputRing],
      outputRing: 0,
      streams: [streamOf({ cpu: 1, format, bytes })],
    });
    expect(pumpAll(machine, { dispatch: new Map([[8, [0]]]) })).toEqual([]);
    machine.runProgram(0, null);
    machine.drain((record) => {
      expect(logged(record)).toMatchObject({ ts: 20n, cpu: 0, tid: 0, tgid: 0, comm: "hindsight" });
      return true;
    });
  });

  test("r0 is a u64", () => {
    const machine = machineOf({ backend, programs: [program("r0 = -1\nexit"), program("w0 = -1\nexit")] });
    expect([0, 1].map((i) => machine.runProgram(i, null))).toEqual([2n ** 64n - 1n, 2n ** 32n - 1n]);
  });

  test("a map's elements come in slot order to bpf_for_each_map_elem", () => {
    const spec = mapSpec("hash", { name: "map", maxEntries: 8 });
    const sum = program(
      `
      r1 = map[map]
      r2 = &callback
      r3 = r10
      r3 += -8
      r4 = 0
      *(u64 *)(r10 -8) = r4
      call bpf_for_each_map_elem
      r0 = *(u64 *)(r10 -8)
      exit
      callback:
      r1 = *(u64 *)(r4 +0)
      r1 *= 10
      r3 = *(u64 *)(r3 +0)
      r1 += r3
      *(u64 *)(r4 +0) = r1
      r0 = 0
      exit`,
      [spec],
    );
    const machine = machineOf({ backend, programs: [sum], maps: [spec] });
    for (const n of [1, 2, 3]) machine.maps[0]!.update(u32Key(n), u64Value(n), 0n);
    machine.maps[0]!.delete(u32Key(2));
    machine.maps[0]!.update(u32Key(7), u64Value(7), 0n);
    expect(machine.runProgram(0, null)).toBe(173n);
    expect([...machine.maps[0]!.entries()].map(({ value }) => toU64(value))).toEqual([1n, 3n, 7n]);
  });

  test("the same seed gives the same numbers, another one others", () => {
    const numbers = (randSeed: bigint): bigint[] => {
      const machine = machineOf({ backend, randSeed, programs: [program("call bpf_get_prandom_u32\nexit")] });
      return [0, 0, 0].map((i) => machine.runProgram(i, null));
    };
    expect(numbers(1n)).toEqual(numbers(1n));
    expect(numbers(1n)).not.toEqual(numbers(2n));
  });
});

test("records shorter than what programs read of them are damage", () => {
  const payloads = [8, 16, 12, 24].map((size) => eventRecord("little", 7, size, new Uint8Array(size - 8)));
  const bytes = writePage(format, { ts: 1n, items: payloads.map((payload) => ({ kind: "data", delta: 0, payload })) });
  const machine = machineOf({
    programs: [logProgram(1)],
    maps: [outputRing],
    outputRing: 0,
    streams: [streamOf({ cpu: 0, format, bytes })],
  });
  expect(pumpAll(machine, { dispatch: new Map([[7, [0]]]), minRecordBytes: new Map([[7, 16]]) }).map(({ tid }) => tid)).toEqual([16, 24]);
  expect(machine.stats()).toMatchObject({ events: 4n, fired: 2n, damaged: 2 });
});

test.each([
  ["map", { maps: [mapSpec("hash", { maxEntries: 0 })] }, "cannot be created: -22"],
  ["memory", { maps: [mapSpec("hash", { maxEntries: 400_000_000 })] }, "bytes of memory"],
  ["pages", { streams: [streamOf({ cpu: 0, format: { ...format, pageBytes: 16 }, bytes: new Uint8Array() })] }, "pages of 16 bytes"],
])("a machine that cannot be is refused: %s", (_, options, message) => {
  expect(() => machineOf(options)).toThrow(message);
});

test("a map of millions of entries costs nothing until it is used", () => {
  const spec = mapSpec("percpu_hash", { keySize: 8, maxEntries: 10_000_000 });
  const before = process.memoryUsage().rss;
  const machine = machineOf({ maps: [spec], ncpus: 4 });
  machine.maps[0]!.update(u64Value(1), u64Value(1, 2, 3, 4), 0n);
  machine.maps[0]!.clear();
  expect(machine.memory.buffer.byteLength).toBeGreaterThan(500 << 20);
  expect(process.memoryUsage().rss - before).toBeLessThan(50 << 20);
});
