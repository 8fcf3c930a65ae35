/** perf.data made record by record, and what scripts print over it. */
import { expect } from "vitest";
import { openRecordingBytes } from "../../../probes/open.ts";
import { attrType } from "../../../probes/formats/perf-data/attr.ts";
import { sampleBit } from "../../../probes/formats/perf-data/transcoder-layout.ts";
import type { Recording } from "../../../probes/recording.ts";
import { byteList } from "../../../tooling/perf-data/bytes.ts";
import type { ByteOrder, WrittenAttr } from "../../../tooling/perf-data/writer.ts";
import { encodeRecord, formatText } from "../../../tooling/trace-dat/record.ts";
import { runScript, type RunOptions } from "../../support/run-script.ts";

export const WORK_ID = 300;
const WORK = formatText("work", WORK_ID, [
  ["u32 n", 8, 4, 0],
  ["u64 long_n", 16, 8, 0],
]);
export const formats = [{ category: "app", text: WORK }];

export const WORK_SAMPLE =
  sampleBit.identifier | sampleBit.ip | sampleBit.tid | sampleBit.time | sampleBit.cpu | sampleBit.period | sampleBit.raw;

export const workAttr: WrittenAttr = {
  name: "app:work",
  type: attrType.tracepoint,
  config: WORK_ID,
  sampleType: WORK_SAMPLE,
  ids: [11, 12],
};

/** RAW with its length, padded as perf does. */
export function rawWork(byteOrder: ByteOrder, n: number, pid: number): Uint8Array {
  const record = encodeRecord(WORK, { common_pid: pid, n, long_n: 1000n * BigInt(n) }, byteOrder);
  const padding = (8 - ((record.length + 4) % 8)) % 8;
  return byteList(byteOrder)
    .u32(record.length + padding)
    .bytes(record)
    .bytes(new Uint8Array(padding))
    .done();
}

export async function opened(bytes: Uint8Array): Promise<Recording> {
  const result = await openRecordingBytes("made.data", bytes);
  if (!result.ok) expect.fail(result.message);
  return result.recording;
}

/** What a script prints, without blank lines. */
export async function printed(recording: Recording, script: string, options: RunOptions = {}): Promise<string[]> {
  const { stdout, stderr, exitCode } = await runScript(script, { recording, ...options });
  expect(exitCode, stderr).toBe(0);
  return stdout.split("\n").filter((line) => line !== "" && !line.startsWith("Attach"));
}
