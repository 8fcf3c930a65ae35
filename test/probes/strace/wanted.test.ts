/**
 * A text of strace told only as far as a script reads it: what is printed is the same as when all of it is told, and so is what is warned of but
 * for what a call was given.
 */
import { expect, test } from "vitest";
import { openRecordingBytes } from "../../../probes/open.ts";
import type { PageStream, Recording } from "../../../probes/recording.ts";
import { fixtureBytes } from "../../support/fixtures.ts";
import { runScript } from "../../support/run-script.ts";
import { openText, skeleton } from "./support.ts";

const TEXTS = [
  "both",
  "day",
  "everything",
  "plain",
  "relative",
  "stacks-raw",
  "stderr",
  "strace",
  "strace2",
  "strace3",
  "unix",
  "verbose-hex",
];

const SCRIPTS = [
  "t:syscalls:sys_enter_read { @[pid] = count(); }",
  "t:syscalls:sys_exit_* /args.ret < 0/ { @[probe, args.ret] = count(); } interval:ms:1 { @ticks = count(); }",
  "t:raw_syscalls:sys_enter { @[tid, args.id, args.args[2]] = count(); } t:syscalls:sys_enter_mmap { @m[args.len] = sum(args.flags); }",
  `t:syscalls:sys_enter_openat, t:syscalls:sys_enter_execve { printf("%s %d %s\\n", comm, pid, str(args.filename)); }
   t:syscalls:sys_exit_write { printf("%d %d\\n", tid, args.ret); } t:syscalls:sys_enter_newfstatat { @[ustack] = count(); }
   t:signal:* { @[probe, args.sig] = count(); }`,
  `t:syscalls:* { @[probe, pid, comm] = count(); @last = nsecs; } t:sched:* { printf("%llu %s %d %s\\n", nsecs, probe, pid, comm); }
   t:syscalls:sys_exit_wait4 { exit(); }`,
];

/** Of arguments that nobody read nothing is said. */
const isOfArguments = (warning: string): boolean => /cut by strace|whose number is not known|without all arguments/.test(warning);

/** Warnings as the recording has them, or as they were printed. */
const others = (warnings: readonly string[]): string[] => warnings.filter((warning) => !isOfArguments(warning));

const without = (stream: PageStream): PageStream =>
  Object.fromEntries(Object.entries(stream).filter(([name]) => name !== "want")) as unknown as PageStream;

async function both(bytes: Uint8Array, name: string, script: string): Promise<readonly [told: unknown, all: unknown]> {
  const run = async (change: (recording: Recording) => Recording): Promise<unknown> => {
    const recording = change(await openText(bytes, name));
    const { stdout, stderr, exitCode } = await runScript(script, { recording });
    return { stdout, stderr: others(stderr.split("\n")), exitCode, warnings: others(recording.info.warnings) };
  };
  const all = await run((recording) => ({ ...recording, info: recording.info, streams: recording.streams.map(without) }));
  return [await run((recording) => recording), all];
}

test.each(TEXTS)(
  "%s: every script prints the same",
  async (name) => {
    for (const script of SCRIPTS) {
      const [told, all] = await both(fixtureBytes(`strace/${name}.txt`), `${name}.txt`, script);
      expect(told, script).toEqual(all);
    }
  },
  120_000,
);

test.each(TEXTS)("%s: the same records at the same times, and less in them", async (name) => {
  const recording = await openText(fixtureBytes(`strace/${name}.txt`), `${name}.txt`);
  const stream = recording.streams[0]!;
  const all = skeleton(stream, null);
  const warnings = recording.info.warnings;
  const ids = recording.catalogue.tracepoints.map(({ id }) => id);
  const numbers = new Map(ids.map((id) => [id, 24]));
  for (const [bytes, most] of [
    [new Map<number, number>(), 0.5],
    [numbers, 1],
  ] as const) {
    for (const isReadAgain of [false, true]) {
      const told = skeleton(stream, { bytes, isReadAgain });
      expect(told.records).toEqual(all.records);
      expect(told.sizeBytes).toBeLessThan(all.sizeBytes * most);
      expect(others(recording.info.warnings)).toEqual(others(warnings));
      expect(warnings).toEqual(expect.arrayContaining([...recording.info.warnings]));
      stream.rewind();
      expect(skeleton(stream, { bytes, isReadAgain }).sizeBytes).toBe(told.sizeBytes);
    }
  }
});

test("pages that are read again are made once", async () => {
  const bytes = fixtureBytes("strace/strace2.txt");
  const opened = await openRecordingBytes("strace2.txt", bytes);
  if (!opened.ok) expect.fail(opened.message);
  const stream = opened.recording.streams[0]!;
  stream.want!({ bytes: new Map(), isReadAgain: true });
  const pages = (): Uint8Array[] => {
    stream.rewind();
    const into = new Uint8Array(1 << 20);
    const found: Uint8Array[] = [];
    for (let got = stream.read(into); got > 0; got = stream.read(into)) found.push(into.slice(0, got));
    return found;
  };
  const first = pages();
  // The text is another one now: what comes again was put aside.
  bytes.fill(0x0a);
  expect(pages()).toEqual(first);
  stream.want!(null);
  expect(pages()).toEqual([]);
});
