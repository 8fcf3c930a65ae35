import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRecording, openRecordingBytes } from "../../probes/open.ts";
import { traceDatBytes } from "../../tooling/trace-dat/writer.ts";
import { spec } from "./trace-dat/written.ts";

const expected = 'not a recording: expected a trace.dat (first bytes 17 08 44 "tracing"), found ';

test.each([
  ["nothing", [], "the file is empty"],
  ["text", [...Buffer.from("hello\n")], `${expected}68 65 6c 6c 6f 0a "hello."`],
  ["gzip", [0x1f, 0x8b, 8, 0], `${expected}1f 8b 08 00 "...."; it is gzip-compressed: unpack it first (gunzip)`],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd], `${expected}28 b5 2f fd "(./."; it is zstd-compressed: unpack it first (zstd -d)`],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], `${expected}fd 37 7a 58 5a 00 ".7zXZ."; it is xz-compressed: unpack it first (unxz)`],
  [
    "perf.data",
    [...Buffer.from("PERFILE2")],
    `${expected}50 45 52 46 49 4c 45 32 "PERFILE2"; it is a perf.data file, which cannot be replayed yet`,
  ],
] as const)("%s is refused with what was found", async (_name, bytes, message) => {
  expect(await openRecordingBytes("x", Uint8Array.from(bytes))).toEqual({ ok: false, message: `x: ${message}` });
});

test("paths that cannot be opened", async () => {
  expect(await openRecording("/no/such/file")).toEqual({ ok: false, message: "cannot open /no/such/file: no such file" });
  expect(await openRecording(tmpdir())).toEqual({ ok: false, message: `cannot open ${tmpdir()}: is a directory` });
  expect(await openRecording("/dev/null")).toEqual({ ok: false, message: "cannot open /dev/null: not a regular file" });
});

test("the content decides, not the name", async () => {
  const dir = mkdtempSync(join(tmpdir(), "hindsight-"));
  const path = join(dir, "notes.txt");
  writeFileSync(path, traceDatBytes(spec({ version: 6 })));
  const result = await openRecording(path);
  if (!result.ok) expect.fail(result.message);
  const { info, streams, catalogue, comms } = result.recording;
  expect(info).toMatchObject({ path, format: "trace.dat v6", clock: "mono", ncpus: 2, uname: null, buffers: [""] });
  expect(streams.map(({ cpu }) => cpu)).toEqual([0, 1]);
  expect(catalogue.tracepoints.map(({ id, category, name }) => `${id} ${category}:${name}`)).toEqual([
    "300 sched:sched_process_exec",
    "310 sched:sched_switch",
  ]);
  expect(comms.size).toBe(2);
  result.recording.close();
  rmSync(dir, { recursive: true });
});
