/** Byte orders, word sizes, compressions, buffers, clocks and lost events, in recordings written for the purpose. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRecordingBytes } from "../../../probes/open.ts";
import type { Recording } from "../../../probes/recording.ts";
import { optionIds } from "../../../probes/formats/trace-dat/options.ts";
import { walkPages } from "../../../tooling/trace-dat/walk-pages.ts";
import { traceDatBytes, type TraceDatSpec } from "../../../tooling/trace-dat/writer.ts";
import { countEvents } from "./read-all.ts";
import { cpuPages, spec } from "./written.ts";

const hasZstd = spawnSync("zstd", ["--version"]).error === undefined;
if (!hasZstd) console.log("zstd variants are not written: no zstd program here");
const hasTraceCmd = spawnSync("trace-cmd", ["-h"]).error === undefined;
if (!hasTraceCmd) console.log("written recordings are not read back by trace-cmd: it is not here");

async function open(s: TraceDatSpec): Promise<Recording> {
  const result = await openRecordingBytes("written.dat", traceDatBytes(s));
  if (!result.ok) expect.fail(result.message);
  return result.recording;
}

const utf8 = new TextEncoder();

const variants: [string, Partial<TraceDatSpec>][] = ([6, 7] as const).flatMap((version) =>
  (["little", "big"] as const).flatMap((byteOrder) =>
    ([4, 8] as const).map((longBytes): [string, Partial<TraceDatSpec>] => [
      `version ${version}, ${byteOrder} endian, ${longBytes * 8} bits`,
      { version, byteOrder, longBytes },
    ]),
  ),
);
variants.push(["64 KiB pages", { version: 6, pageBytes: 65536 }], ["zlib", { compression: "zlib" }]);
if (hasZstd) variants.push(["zstd", { compression: "zstd" }], ["zstd, big endian", { compression: "zstd", byteOrder: "big" }]);

test.each(variants)("%s", async (_name, change) => {
  const recording = await open(spec(change));
  expect(recording.info.warnings).toEqual([]);
  expect(countEvents(recording)).toEqual({ "sched:sched_process_exec": 100, "sched:sched_switch": 900 });
  expect([...recording.comms]).toEqual([
    [100, "alpha"],
    [101, "alpha two"],
  ]);
  const records = [...walkPages(recording.streams[1]!)];
  expect(records[0]).toMatchObject({ cpu: 1, tsNs: 1n, lost: undefined });
  expect(records.at(-1)).toMatchObject({ tsNs: 500_499_001n });
  const name = recording.catalogue.tracepoints.find((t) => t.name === "sched_switch")!.fields.find((f) => f.name === "next_comm")!;
  expect(new TextDecoder().decode(records[3]!.data.subarray(name.offset, name.offset + 4))).toBe("beta");
  expect(recording.catalogue.longBytes).toBe(change.longBytes ?? 8);
  expect(recording.streams[0]!.headerBytes).toBe(change.longBytes === 4 ? 12 : 16);
});

test.runIf(hasTraceCmd).each(variants.filter(([name]) => name !== "zlib"))("trace-cmd reads what we write: %s", (_name, change) => {
  const dir = mkdtempSync(join(tmpdir(), "hindsight-"));
  const path = join(dir, "written.dat");
  writeFileSync(path, traceDatBytes(spec(change)));
  const run = spawnSync("trace-cmd", ["report", "-R", "-t", "-i", path], { encoding: "utf8" });
  rmSync(dir, { recursive: true });
  expect(run.stdout.match(/ sched_switch:/g)).toHaveLength(900);
  expect(run.stdout.match(/ sched_process_exec:/g)).toHaveLength(100);
  expect(run.stdout).toMatch(/alpha-100 +\[000\] +0\.000000000: sched_process_exec/);
  expect(run.stdout).toMatch(/alpha two-101 +\[001\] +0\.500499001: sched_switch/);
});

test.each([6, 7] as const)("instances of version %i are buffers of their own", async (version) => {
  const layout = { pageBytes: 4096, longBytes: 8, byteOrder: "little" } as const;
  const recording = await open(
    spec({
      version,
      buffers: [
        { name: "", cpus: [cpuPages({ cpu: 0, layout, records: 30 })] },
        { name: "net", clock: "boot", cpus: [cpuPages({ cpu: 1, layout, records: 70 })] },
        { name: "idle", cpus: [] },
      ],
    }),
  );
  expect(recording.info.buffers).toEqual(["", "net", "idle"]);
  expect(recording.info.clock).toBe("mono");
  expect(recording.streams.map((s) => [s.buffer, s.cpu, [...walkPages(s)].length])).toEqual([
    ["", 0, 30],
    ["net", 1, 70],
  ]);
});

test("a buffer of version 7 has its own page size", async () => {
  const layout = { pageBytes: 16384, longBytes: 8, byteOrder: "little" } as const;
  const recording = await open(spec({ buffers: [{ name: "", pageBytes: 16384, cpus: [cpuPages({ cpu: 0, layout, records: 2000 })] }] }));
  expect(recording.streams[0]!.pageBytes).toBe(16384);
  expect([...walkPages(recording.streams[0]!)]).toHaveLength(2000);
});

test.each([
  ["little", 8],
  ["little", 4],
  ["big", 8],
  ["big", 4],
] as const)("lost events are told by the pages: %s endian, long of %i bytes", async (byteOrder, longBytes) => {
  const lostAt = [
    [10, 1234],
    [20, null],
  ] as const;
  const recording = await open(spec({ byteOrder, longBytes }, { lostAt }));
  const lost = [...walkPages(recording.streams[0]!)].flatMap((r, i) => (r.lost === undefined ? [] : [[i, r.lost]]));
  expect(lost).toEqual(lostAt);
});

test("the recorder's own counts of lost events, per buffer", async () => {
  const stat = (cpu: number, overrun: number, dropped: number): Uint8Array =>
    utf8.encode(
      `CPU: ${cpu}\nentries: 9\noverrun: ${overrun}\ncommit overrun: 2\nbytes: 8\ndropped events: ${dropped}\nread events: 9\n\0`,
    );
  const id = optionIds.cpuStat;
  const options = [
    { id, data: stat(0, 5, 0) },
    { id, data: stat(1, 0, 7) },
    { id, data: utf8.encode("\nBuffer: net\n\n\0") },
    { id, data: stat(0, 11, 0) },
  ];
  const recording = await open(spec({ options }));
  expect(recording.info.recordedLost).toEqual([
    { buffer: "", cpu: 0, overrun: 5n, dropped: 2n },
    { buffer: "", cpu: 1, overrun: 0n, dropped: 9n },
    { buffer: "net", cpu: 0, overrun: 11n, dropped: 2n },
  ]);
});

const number = (...parts: readonly (readonly [4 | 8, bigint])[]): Uint8Array => {
  const out = new DataView(new ArrayBuffer(parts.reduce((sum, [size]) => sum + size, 0)));
  let at = 0;
  for (const [size, value] of parts) {
    if (size === 4) out.setUint32(at, Number(value), true);
    else out.setBigInt64(at, value, true);
    at += size;
  }
  return new Uint8Array(out.buffer);
};

/** Guest's clock: id, flags, CPUs, then per CPU a count, times, offsets, scalings. */
const timeShift = (...perCpu: readonly (readonly (readonly [bigint, bigint])[])[]): Uint8Array =>
  number(
    [8, 77n],
    [4, 1n],
    [4, BigInt(perCpu.length)],
    ...perCpu.flatMap((samples) => [
      [4, BigInt(samples.length)] as const,
      ...samples.map((_, i) => [8, BigInt(i)] as const),
      ...samples.map(([offset]) => [8, offset] as const),
      ...samples.map(([, scaling]) => [8, scaling] as const),
    ]),
  );

const plain = { mult: 1, shift: 0, offset: 0n };

test.each([
  ["no option", "mono", [], plain, true],
  ["DATE is in microseconds", "mono", [{ id: 1, data: utf8.encode("0x10\0") }], { ...plain, offset: 16_000n }, true],
  ["OFFSET is in ns", "mono", [{ id: 7, data: utf8.encode("-5\0") }], { ...plain, offset: 2n ** 64n - 5n }, true],
  ["TSC2NSEC", "x86-tsc", [{ id: 14, data: number([4, 5n], [4, 3n], [8, 0n]) }], { ...plain, mult: 5, shift: 3 }, true],
  ["TSC2NSEC of a clock in ns", "mono", [{ id: 14, data: number([4, 5n], [4, 3n], [8, 0n]) }], plain, true],
  ["cycles without factors", "x86-tsc", [], plain, false],
  ["events counted", "counter", [], plain, false],
  [
    "one TIME_SHIFT",
    "mono",
    [
      {
        id: 12,
        data: timeShift([
          [900n, 1n],
          [900n, 1n],
        ]),
      },
    ],
    { ...plain, offset: 900n },
    true,
  ],
  ["an unknown option", "mono", [{ id: 4711, data: utf8.encode("?") }], plain, true],
] as const)("time: %s", async (_name, clock, options, time, ns) => {
  for (const version of [6, 7] as const) {
    const recording = await open(spec({ version, clock, options }));
    expect(recording.streams[0]!.time).toEqual(time);
    expect(recording.info).toMatchObject({ clock, clockIsNs: ns, warnings: [] });
  }
});

test("a guest's clock that was corrected in many steps is said not to be exact", async () => {
  const recording = await open(
    spec({
      options: [
        {
          id: 12,
          data: timeShift(
            [
              [900n, 1n],
              [905n, 1n],
            ],
            [[-3n, 1n]],
          ),
        },
      ],
    }),
  );
  expect(recording.streams.map((s) => s.time.offset)).toEqual([900n, 2n ** 64n - 3n]);
  expect(recording.info.warnings).toEqual(["the guest's clock was corrected while recording; the first correction is used throughout"]);
});

test("times beyond 2^53 are kept", async () => {
  const baseNs = 2n ** 62n + 12345n;
  const layout = { pageBytes: 4096, longBytes: 8, byteOrder: "little", baseNs } as const;
  const recording = await open(spec({ buffers: [{ name: "", cpus: [cpuPages({ cpu: 0, layout, records: 200 })] }] }));
  expect([...walkPages(recording.streams[0]!)][150]!.tsNs).toBe(baseNs + 150_000n);
});

test("two events with one id: the second is left out, and said so", async () => {
  const s = spec();
  const recording = await open({ ...s, events: [...s.events, { category: "late", format: s.events[0]!.format }] });
  expect(recording.catalogue.tracepoints.map((t) => t.category)).toEqual(["sched", "sched"]);
  expect(recording.info.warnings).toEqual(["events sched:sched_switch and late:sched_switch both have id 310; the second is left out"]);
});
