/** The recordings of a real machine. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openRecording } from "../../../probes/open.ts";
import type { Recording } from "../../../probes/recording.ts";
import { parseEventFormat } from "../../../probes/formats/event-format.ts";
import { readTemplate } from "../../../tooling/trace-dat/template.ts";
import { decompressorFor } from "../../../probes/decompress.ts";
import { fixturePath, unpackedFixture } from "../../support/fixtures.ts";
import { countEvents, drainStreams } from "./read-all.ts";

const sample = new URL("../../../probes/samples/nightly-report.dat", import.meta.url).pathname;

interface Entry {
  readonly trace: string;
  readonly format: string;
  /** Made by tooling/cut-recording.ts: without symbols and the recorder's counters. */
  readonly cut?: true;
  readonly events: number;
}
const { entries } = JSON.parse(readFileSync(fixturePath("traces/manifest.json"), "utf8")) as { entries: readonly Entry[] };
/** Other formats have tests of their own. */
const traces = [...new Map(entries.filter(({ format }) => format.startsWith("trace.dat")).map((e) => [e.trace, e])).values()];

async function open(path: string): Promise<Recording> {
  const result = await openRecording(path);
  if (!result.ok) expect.fail(result.message);
  return result.recording;
}

/** Events per name by `trace-cmd report`, null if that cannot run here. */
function reported(path: string): Record<string, number> | null {
  const run = spawnSync("trace-cmd", ["report", "-R", "-t", "-i", path], { encoding: "utf8", maxBuffer: 1 << 30 });
  if (run.error) return null;
  const counts: Record<string, number> = {};
  for (const line of run.stdout.split("\n")) {
    const name = /^\s*(?:\S+: +)?.+-\d+\s+\[\d+\]\s+\d+\.\d+:\s+([\w-]+):/.exec(line)?.[1];
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const byName = (counts: Readonly<Record<string, number>>): Record<string, number> => {
  const out: Record<string, number> = {};
  for (const [key, n] of Object.entries(counts)) {
    const name = key.slice(key.indexOf(":") + 1);
    out[name] = (out[name] ?? 0) + n;
  }
  return out;
};

test.each(traces.map((e) => [e.trace, e] as const))("%s", async (trace, entry) => {
  const path = unpackedFixture(`traces/${trace}`);
  const recording = await open(path);
  expect(recording.info.warnings).toEqual([]);
  expect(recording.info).toMatchObject({
    clock: "mono",
    clockIsNs: true,
    ncpus: 2,
    uname: "Linux guest 6.1.0-50-amd64 x86_64",
    buffers: [""],
  });
  expect(recording.info.format).toBe(entry.format === "trace.dat-v6" ? "trace.dat v6" : "trace.dat v7 (zstd)");
  if (entry.cut !== true) {
    expect(recording.info.recordedLost.map((l) => [l.cpu, l.overrun, l.dropped])).toEqual([
      [0, 0n, 0n],
      [1, 0n, 0n],
    ]);
    expect(recording.kallsyms()).toContain(" T vfs_read\n");
  }
  expect(recording.comms.size).toBeGreaterThan(entry.cut === true ? 0 : 5);

  const counts = countEvents(recording);
  expect(Object.values(counts).reduce((sum, n) => sum + n, 0)).toBe(entry.events);
  expect(Object.keys(counts).filter((name) => name.startsWith("id "))).toEqual([]);
  const theirs = reported(path);
  if (theirs) expect(byName(counts)).toEqual(theirs);
  else console.log(`${trace}: not compared with trace-cmd report: no trace-cmd here`);
  recording.close();
});

test("every format of every recording parses, with nothing left out", async () => {
  let formats = 0;
  for (const { trace } of traces) {
    const { parts } = readTemplate(unpackedFixture(`traces/${trace}`), await decompressorFor("zstd"));
    for (const event of parts.events) {
      const text = event.formatText();
      const format = parseEventFormat(text);
      expect(format, event.name).toMatchObject({ name: event.name, id: event.id, badLines: 0 });
      expect(format?.fields.length, event.name).toBe(text.split("\tfield").length - 1);
      expect(format?.fields.filter((f) => f.common).map((f) => f.name)).toEqual([
        "common_type",
        "common_flags",
        "common_preempt_count",
        "common_pid",
      ]);
      formats++;
    }
  }
  expect(formats).toBeGreaterThan(950);
});

test("a second reading gives the same, in any window", async () => {
  const recording = await open(sample);
  for (const stream of recording.streams) {
    const readIn = (windowBytes: number): number => {
      stream.rewind();
      const window = new Uint8Array(windowBytes);
      let hash = 0;
      for (let n = stream.read(window); n > 0; n = stream.read(window))
        for (const byte of window.subarray(0, n)) hash = (Math.imul(hash, 31) + byte) | 0;
      return hash;
    };
    expect(readIn(4096)).toBe(readIn(256 * 1024 + 100));
    expect(() => stream.read(new Uint8Array(100))).toThrow(RangeError);
  }
  recording.close();
  expect(recording.kallsyms()).toBeNull();
});

test("the sample holds system calls, scheduling and block I/O", async () => {
  const recording = await open(sample);
  expect(recording.info.warnings).toEqual([]);
  expect(recording.info.sizeBytes).toBeLessThan(1_500_000);
  const counts = countEvents(recording);
  for (const name of [
    "raw_syscalls:sys_enter",
    "raw_syscalls:sys_exit",
    "syscalls:sys_enter_openat",
    "syscalls:sys_exit_read",
    "hs:do_sys_openat2",
    "sched:sched_switch",
    "block:block_rq_issue",
    "block:block_rq_complete",
    "task:task_rename",
    "task:task_newtask",
  ])
    expect(counts[name], name).toBeGreaterThan(100);
  expect(drainStreams(recording, 10_000_000)).toBe(0);
  recording.close();
});
