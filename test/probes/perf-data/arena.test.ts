/** Records that wait for their turn: their memory is used again, and is bounded whatever their times are. */
import { expect, test } from "vitest";
import { perfDataBytes, recordsOf } from "../../../tooling/perf-data/writer.ts";
import { formats, opened, printed, rawWork, workAttr, WORK_SAMPLE } from "./made.ts";

/** The u64 time of a sample. */
const TIME_AT = 32;
const RECORD_BYTES = 64_000;
const PER_MEGABYTE = 17;

/** A sample whose record is longer than it has to be. */
function wideSample(): Uint8Array {
  const raw = rawWork("little", 1, 51);
  const head = recordsOf("little", WORK_SAMPLE).sample({ id: 11, pid: 50, tid: 51, ns: 1, cpu: 0, rest: raw });
  const bytes = new Uint8Array(RECORD_BYTES);
  bytes.set(head);
  new DataView(bytes.buffer).setUint16(6, RECORD_BYTES, true);
  return bytes;
}

test("records far ahead of their time in every piece of the file do not hold all of it in memory", async () => {
  const count = 220 * PER_MEGABYTE;
  const records = new Uint8Array(count * RECORD_BYTES);
  const view = new DataView(records.buffer);
  const one = wideSample();
  const isFar = (i: number): boolean => i % PER_MEGABYTE === 0;
  for (let i = 0; i < count; i++) {
    records.set(one, i * RECORD_BYTES);
    view.setBigUint64(i * RECORD_BYTES + TIME_AT, BigInt(isFar(i) ? 1_000_000_000 + i : 1000 + i), true);
  }
  const recording = await opened(perfDataBytes({ attrs: [workAttr], formats, records: [records] }));
  const before = process.memoryUsage.rss();
  const lines = await printed(recording, "tracepoint:app:work { @[nsecs >= 1000000000] = count(); }");
  expect(lines).toContain(`@[true]: ${count / PER_MEGABYTE}`);
  expect(lines).toContain(`@[false]: ${count - count / PER_MEGABYTE}`);
  // None came too late.
  expect(recording.info.warnings).toEqual([]);
  expect((process.memoryUsage.rss() - before) / 1e6).toBeLessThan(200);
});
