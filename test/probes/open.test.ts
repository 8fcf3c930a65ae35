import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { recordingFormats } from "../../probes/formats/formats.ts";
import { openRecording, openRecordingBytes } from "../../probes/open.ts";
import { traceDatBytes } from "../../tooling/trace-dat/writer.ts";
import { spec } from "./trace-dat/written.ts";

const expected = `not a recording (${recordingFormats.map(({ name }) => name).join(", ")}): it begins with `;

test.each([
  ["nothing", [], "the file is empty"],
  ["binary", [1, 2, 3, 0xff], `${expected}01 02 03 ff "...."`],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], `${expected}fd 37 7a 58 5a 00 ".7zXZ."; it is xz-compressed: unpack it first (unxz)`],
  ["gzip", [0x1f, 0x8b, 8, 0], "the gzip data are damaged after 0 unpacked bytes (unexpected end of file)"],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd], "the zstd data are damaged after 0 unpacked bytes (Incomplete stream, more data expected.)"],
  ["damaged zstd", [0x28, 0xb5, 0x2f, 0xfd, 4, 0, 7, 7, 7], "the zstd data are damaged after 0 unpacked bytes (no zstd data)"],
] as const)("%s is refused with what was found", async (_name, bytes, message) => {
  expect(await openRecordingBytes("x", Uint8Array.from(bytes))).toEqual({ ok: false, message: `x: ${message}` });
});

test("paths that cannot be opened", async () => {
  expect(await openRecording("/no/such/file")).toEqual({ ok: false, message: "cannot open /no/such/file: no such file" });
  const empty = mkdtempSync(join(tmpdir(), "hindsight-empty-"));
  expect(await openRecording(empty)).toEqual({
    ok: false,
    message: `cannot open ${empty}: is a directory, and holds no CTF trace and no perf.data`,
  });
  expect(await openRecording("/dev/null")).toEqual({ ok: false, message: "/dev/null: the file is empty" });
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

const recorded = traceDatBytes(spec({ version: 6 }));

/** What a recording holds, read to the end. */
async function pagesOf(name: string, bytes: Uint8Array) {
  const result = await openRecordingBytes(name, bytes);
  if (!result.ok) expect.fail(result.message);
  const { info, streams } = result.recording;
  const window = new Uint8Array(1 << 16);
  const pages = streams.map((stream) => {
    const read = stream.read(window);
    return Buffer.from(window.subarray(0, read)).toString("hex");
  });
  return { format: info.format, sizeBytes: info.sizeBytes, warnings: info.warnings, pages };
}

test("a compressed recording is the recording", async () => {
  const plain = await pagesOf("x", recorded);
  expect(plain.pages.join("").length).toBeGreaterThan(1000);
  const packed = gzipSync(recorded);
  expect(await pagesOf("x", packed)).toEqual({ ...plain, format: "trace.dat v6, gzip-compressed", sizeBytes: packed.length });
  const twice = gzipSync(packed);
  expect(await pagesOf("x", twice)).toMatchObject({ pages: plain.pages });
  expect(await openRecordingBytes("x", gzipSync(twice))).toEqual({ ok: false, message: "x: it is compressed more than 2 times" });
});

test("of a compressed recording that is cut, what is there is read", async () => {
  const noise = Buffer.concat([recorded, Buffer.alloc(1 << 20)]);
  const packed = gzipSync(noise, { level: 0 });
  const { warnings } = await pagesOf("x", packed.subarray(0, recorded.length + 40_000));
  expect(warnings[0]).toMatch(/^the gzip data are damaged after \d+ unpacked bytes \(unexpected end of file\): what follows is left out$/);
});

test("a recording from a pipe, and nothing is left on the disk", async () => {
  const left = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("hindsight-spool-"));
  const dir = mkdtempSync(join(tmpdir(), "hindsight-pipe-"));
  const pipe = join(dir, "pipe");
  execFileSync("mkfifo", [pipe]);
  const packed = join(dir, "packed");
  writeFileSync(packed, gzipSync(recorded));
  spawn("sh", ["-c", 'cat "$0" > "$1"', packed, pipe], { stdio: "ignore" });
  const result = await openRecording(pipe);
  if (!result.ok) expect.fail(result.message);
  expect(result.recording.info).toMatchObject({ path: pipe, format: "trace.dat v6, gzip-compressed" });
  expect(result.recording.comms.size).toBe(2);
  result.recording.close();
  rmSync(dir, { recursive: true });
  expect(left()).toEqual([]);
});

test("a stream without an end that begins as no recording is refused at its beginning", async () => {
  const result = await openRecording("/dev/zero");
  if (result.ok) expect.fail("zeros are no recording");
  expect(result.message).toMatch(/^\/dev\/zero: not a recording .*it begins with 00 00 00/);
});

test.each([
  [
    "a summary of strace -c",
    "% time     seconds  usecs/call     calls    errors syscall\n------ ----------- ----------- --------- --------- ----------------\n 98.30    0.005327         409        13         5 wait4\n",
    /^made: this is the summary of strace -c, .* without -c$/,
  ],
  [
    "perf script: comm, tid, event",
    "python3 14223 syscalls:sys_enter_openat: \n\t           20b1d __open\n\nsh 7 cpu-clock: \n\tffffffff8158c3f5 one\n",
    /^made: this is perf script's text without times, .*\(perf script -F \+time\)$/,
  ],
  ["perf script: event", "syscalls:sys_enter_openat: \n\t           20b1d\n", /without times/],
  [
    "perf script: cpu, period, trace",
    "  [001]     250000 cycles:u:  ffffffff8158c3f5 one\n  [001]  1 sched:sched_wakeup: comm=a pid=22\n",
    /without times/,
  ],
  ["a note", "To do: look at this.\nNote 12: nothing\n", /^made: not a recording/],
  ["a log", "Nov 20 16:03:24 host sshd[123]: Accepted\nNov 20 16:03:25 host kernel: usb 1-1: new\n", /^made: not a recording/],
])("%s is refused, and why is said", async (_name, text, message) => {
  const opened = await openRecordingBytes("made", new TextEncoder().encode(text));
  expect(opened.ok ? "" : opened.message).toMatch(message);
});
