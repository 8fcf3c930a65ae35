/** Names of user code at one address: by the process of the event, and by what that had mapped at the time of the event. */
import { expect, test } from "vitest";
import { sampleBit } from "../../../probes/formats/perf-data/transcoder-layout.ts";
import { userCode } from "../../../probes/symbols/user-code.ts";
import type { SideData } from "../../../src/session/recorded-machine.ts";
import { byteList } from "../../../tooling/perf-data/bytes.ts";
import { perfDataBytes, recordsOf, type ByteOrder } from "../../../tooling/perf-data/writer.ts";
import { fixtureBytes } from "../../support/fixtures.ts";
import { runScript, type RunOptions } from "../../support/run-script.ts";
import { formats, opened, rawWork, workAttr, WORK_SAMPLE } from "./made.ts";

const sampleType = WORK_SAMPLE | sampleBit.callchain;
const USER = 0xffff_ffff_ffff_fe00n;
const FILE = "/opt/hs/hsdemo";
/** [start, bytes, offset in the file]: 0x400256 is in compute, which is at 0x1256 of the file; in fib, at 0x11d8. */
const COMPUTE = [0x400000, 0x1000, 0x1000];
const FIB = [0x40007e, 0x1000, 0x1000];

const side: SideData = {
  definitions: [],
  kallsyms: null,
  user: userCode([], (path) => (path === FILE ? fixtureBytes("traces/bin/hsdemo") : null)),
};

type Writer = ReturnType<typeof recordsOf>;

function recording(
  byteOrder: ByteOrder,
  records: (write: Writer, sample: (ns: number, pid: number, tid?: number) => Uint8Array) => Uint8Array[],
): Uint8Array {
  const write = recordsOf(byteOrder, sampleType);
  const sample = (ns: number, pid: number, tid = pid): Uint8Array => {
    const rest = byteList(byteOrder)
      .u64(2)
      .u64(USER)
      .u64(0x400256)
      .bytes(rawWork(byteOrder, 1, tid));
    return write.sample({ id: 11, pid, tid, ns, cpu: 0, rest: rest.done() });
  };
  return perfDataBytes({ byteOrder, attrs: [{ ...workAttr, sampleType }], formats, records: records(write, sample) });
}

const processes = (byteOrder: ByteOrder): Uint8Array =>
  recording(byteOrder, (write, sample) => [
    write.mmap2(10, COMPUTE, FILE, { ns: 0, pid: 10 }),
    write.mmap2(30, FIB, FILE, { ns: 0, pid: 30 }),
    sample(1000, 10),
    sample(1010, 30, 31),
    // Nobody told what this one has mapped.
    sample(1020, 50),
    write.fork([11, 11], [10, 10], { ns: 1030, pid: 10 }),
    sample(1040, 11),
    write.exec(11, "other", { ns: 1050 }),
    write.mmap2(11, FIB, FILE, { ns: 1070, pid: 11 }),
    sample(1080, 11),
    write.fork([12, 12], [10, 10], { ns: 1081, pid: 10 }),
    write.exec(12, "other", { ns: 1082 }),
    // Has nothing of what it had.
    sample(1083, 12),
    // Elsewhere: what was there before stays what it was.
    write.mmap2(10, [0x500000, 0x1000, 0], "/lib/later.so", { ns: 1090, pid: 10 }),
    sample(1100, 10),
    // In place of what was there.
    write.mmap2(10, FIB, FILE, { ns: 1110, pid: 10 }),
    sample(1120, 10),
  ]);

const NAMES = ["10 compute", "31 fib", "50 0x400256", "11 compute", "11 fib", "12 0x400256", "10 compute", "10 fib"];

interface Printed {
  readonly lines: readonly string[];
  readonly missing: { readonly userSymbols: number; readonly tgid: number };
}

async function printed(bytes: Uint8Array, script: string, options: RunOptions = {}): Promise<Printed> {
  const { stdout, stderr, exitCode, missing, missingSymbols } = await runScript(script, {
    recording: await opened(bytes),
    side,
    ...options,
  });
  expect(exitCode, stderr).toBe(0);
  return {
    lines: stdout.split("\n").filter((line) => line !== ""),
    missing: { userSymbols: missingSymbols.userSymbols, tgid: missing["tgid"]! },
  };
}

for (const byteOrder of ["little", "big"] as const) {
  for (const backend of ["jit", "interp"] as const) {
    test(`usym and ustack are those of the event's process, then (${byteOrder} endian, ${backend})`, async () => {
      const bytes = processes(byteOrder);
      const named = await printed(bytes, 'tracepoint:app:work { printf("%d %s\\n", tid, usym(0x400256)); }', { backend });
      expect(named.lines).toEqual(NAMES);
      // Of two events nobody knows it.
      expect(named.missing).toEqual({ userSymbols: 2, tgid: 0 });
      const stacks = await printed(bytes, 'tracepoint:app:work { printf("%d%s\\n", tid, ustack(1)); }', { backend });
      expect(stacks.lines.map((line) => line.trim().replace(/\+0$/, ""))).toEqual(NAMES.flatMap((line) => line.split(" ")));
    });
  }
}

test("one key for what is one function of one process, until it becomes another", async () => {
  const { lines } = await printed(
    processes("little"),
    "tracepoint:app:work { @u[tid, usym(0x400256)] = count(); @s[tid, ustack(1)] = count(); }",
  );
  const counts = lines.filter((line) => line.startsWith("@u"));
  expect(counts.sort()).toEqual([
    "@u[10, compute]: 2",
    "@u[10, fib]: 1",
    "@u[11, compute]: 1",
    "@u[11, fib]: 1",
    "@u[12, 0x400256]: 1",
    "@u[31, fib]: 1",
    "@u[50, 0x400256]: 1",
  ]);
  expect(lines.filter((line) => /^\]: \d$|\+0$/.test(line.trim()) && line.startsWith("]")).sort()).toEqual([
    "]: 1",
    "]: 1",
    "]: 1",
    "]: 1",
    "]: 1",
    "]: 1",
    "]: 2",
  ]);
});

test("without a process, only mappings that are said of none", async () => {
  const { lines, missing } = await printed(processes("little"), "begin { print(usym(0x400256)); } tracepoint:app:work { exit(); }");
  expect(lines).toEqual(["0x400256"]);
  expect(missing).toEqual({ userSymbols: 1, tgid: 0 });
  const beside: SideData = {
    ...side,
    user: userCode([{ start: 0x400000n, end: 0x401000n, fileOffset: 0x1000n, path: FILE }], side.user.readFile),
  };
  const script =
    'begin { print(usym(0x400256)); } tracepoint:app:work /tid == 50 || tid == 31/ { printf("%d %s\\n", tid, usym(0x400256)); }';
  expect((await printed(processes("little"), script, { side: beside })).lines).toEqual(["compute", "31 fib", "50 compute"]);
});

test("a number that a later process has again is another process", async () => {
  const bytes = recording("little", (write, sample) => [
    write.mmap2(10, COMPUTE, FILE, { ns: 0, pid: 10 }),
    sample(1000, 10),
    write.exit([10, 10], { ns: 1010, pid: 10 }),
    write.fork([10, 10], [70, 70], { ns: 1020, pid: 70 }),
    sample(1030, 10),
  ]);
  expect((await printed(bytes, "tracepoint:app:work { print(usym(0x400256)); }")).lines).toEqual(["compute", "0x400256"]);
});
