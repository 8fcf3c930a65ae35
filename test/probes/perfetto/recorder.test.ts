/** What recorders write in fact, as traced_probes and its service do: flags of first packets, ring buffers that ran over, numbers instead of pointers. */
import { describe, expect, test } from "vitest";
import { openRecordingBytes } from "../../../probes/open.ts";
import type { Recording } from "../../../probes/recording.ts";
import { survey } from "../../../src/session/survey.ts";
import { compactSched, ftraceEvent, message, trace, type Fields } from "../../../tooling/perfetto/writer.ts";
import { runScript } from "../../support/run-script.ts";

const SEQUENCE = 10;
const DROPPED = 42;
const MACHINE = 98;
const PREVIOUS_END = 10;
const LAST_READ = 9;
const CLEARED: Fields = [[13, 1]];
const NO_WAKINGS = { ns: [], pid: [], cpu: [], prio: [], comm: [], flags: [] };

async function open(packets: readonly Fields[]): Promise<Recording> {
  const result = await openRecordingBytes("x.pftrace", trace(packets));
  if (!result.ok) expect.fail(result.message);
  return result.recording;
}

async function lines(recording: Recording, script: string): Promise<string[]> {
  const { stdout } = await runScript(script, { recording });
  return stdout.split("\n").filter((line) => line !== "");
}

const bundled = (fields: Fields, ...rest: Fields): Fields => [[1, message(fields)], [3, 9999], [SEQUENCE, 7], ...rest]; // prettier-ignore
const print = (ns: number, pid = 1): Uint8Array =>
  ftraceEvent(ns, pid, 3, [
    [1, 1],
    [2, "x\n"],
  ]);
const symbols = (...names: readonly (readonly [number, string])[]): Uint8Array =>
  message(names.map(([iid, name]): [number, Uint8Array] => [26, message([[1, iid], [2, name]])])); // prettier-ignore
const switchTo = (ns: bigint, pid: number): Uint8Array =>
  compactSched({ ns: [ns], prevState: [1n], nextPid: [pid], nextPrio: [120], nextComm: [`t${pid}`] }, NO_WAKINGS);

const losses = (recording: Recording): number => {
  for (const stream of recording.streams) stream.rewind();
  return survey(recording).stats.lostUnknown;
};

describe("what is missing", () => {
  test("nothing, where the first packet of each sequence says that none was seen before it", async () => {
    const recording = await open([
      [[89, message([[1, 1], [2, 2]])], [DROPPED, 1], [SEQUENCE, 1]], // prettier-ignore
      bundled([[1, 0], [2, print(5)], [PREVIOUS_END, 0]], [DROPPED, 1]), // prettier-ignore
      bundled([[1, 1], [2, print(6)], [PREVIOUS_END, 0]]), // prettier-ignore
      bundled([[1, 0], [2, print(7)], [PREVIOUS_END, 5]]), // prettier-ignore
    ]);
    expect(recording.info.warnings).toEqual([]);
    expect(losses(recording)).toBe(0);
  });

  test("bundles of a CPU, by what the next one says of the one before it", async () => {
    const recording = await open([
      bundled([[1, 0], [4, switchTo(100n, 10)], [PREVIOUS_END, 0]]), // prettier-ignore
      bundled([[1, 0], [4, switchTo(110n, 11)], [PREVIOUS_END, 100]]), // prettier-ignore
      bundled([[1, 0], [4, switchTo(300n, 12)], [PREVIOUS_END, 250]]), // prettier-ignore
      bundled([[1, 0], [4, switchTo(310n, 13)], [PREVIOUS_END, 300]]), // prettier-ignore
    ]);
    expect(losses(recording)).toBe(1);
    expect(await lines(recording, 'tracepoint:sched:sched_switch { printf("%d > %d\\n", args.prev_pid, args.next_pid); }')).toEqual([
      "10 > 11",
      "12 > 13",
    ]);
  });

  test("packets of the sequence, where bundles do not say: a loss for each CPU, and its numbers of code mean nothing any more", async () => {
    const blocked = (ns: number, caller: number): Uint8Array => ftraceEvent(ns, 1, 18, [[1, 9], [2, caller], [3, 0]]); // prettier-ignore
    const recording = await open([
      bundled([[1, 0], [2, blocked(1, 1)]], [12, symbols([1, "io_schedule"])], ...CLEARED), // prettier-ignore
      bundled([[1, 1], [2, blocked(2, 1)]]), // prettier-ignore
      bundled([[1, 0], [2, blocked(3, 1)]], [DROPPED, 1]), // prettier-ignore
      bundled([[1, 1], [2, blocked(4, 1)]]), // prettier-ignore
      // Of a sequence without events nobody here has lost anything.
      [[11, message([[1, 1]])], [SEQUENCE, 3]], // prettier-ignore
      [[11, message([[1, 1]])], [SEQUENCE, 3], [DROPPED, 1]], // prettier-ignore
    ]);
    expect(await lines(recording, 'tracepoint:sched:sched_blocked_reason { printf("%d %s\\n", nsecs, ksym(args.caller)); }')).toEqual([
      "1 io_schedule",
      "2 io_schedule",
      "3 0x1",
      "4 0x1",
    ]);
    expect(losses(recording)).toBe(2);
    expect(recording.info.warnings).toEqual(["1 packet says that packets before it were dropped by the recorder"]);
  });

  test.each([PREVIOUS_END, LAST_READ])("the beginnings of CPUs in a ring buffer that ran over (field %d)", async (field) => {
    const recording = await open([
      bundled([[1, 1], [2, print(1500)], [field, 1000]], [DROPPED, 1]), // prettier-ignore
      bundled([[1, 0], [2, print(2200)], [field, 2000]]), // prettier-ignore
    ]);
    expect(recording.info.warnings).toEqual(["what CPU 0 did up to 2000 ns was overwritten: other CPUs' events begin before that"]);
    expect(losses(recording)).toBe(0);
  });

  test("events that could not be recorded, and pages that the recorder could not read", async () => {
    const stats = message([[1, 2], [6, "sched/no_such"], [7, "vendor/thing"], [7, "vendor/other"]]); // prettier-ignore
    const recording = await open([bundled([[1, 0], [2, print(5)], [8, message([[1, 4], [2, 7]])]]), [[34, stats], [SEQUENCE, 7]], [[34, stats]]]); // prettier-ignore
    expect(recording.info.warnings).toEqual([
      "1 page of the kernel's buffers, which the recorder could not read",
      "not recorded, as the kernel does not have them: sched/no_such",
      "not recorded, as the recorder could not enable them: vendor/thing, vendor/other",
    ]);
  });

  test("comms of columns whose number is none: no row is told from there on", async () => {
    const columns = message([[5, "ten"], [1, Uint8Array.of(100, 10, 10)], [2, Uint8Array.of(0, 0, 0)], [3, Uint8Array.of(10, 11, 12)], [4, Uint8Array.of(120, 120, 120)], [6, Uint8Array.of(0, 0, 9)]]); // prettier-ignore
    const recording = await open([bundled([[1, 0], [4, columns]])]); // prettier-ignore
    expect(await lines(recording, 'tracepoint:sched:sched_switch { printf("%d %s\\n", nsecs, args.next_comm); }')).toEqual(["110 ten"]);
    expect(recording.info.warnings).toContain("1 bundle with damaged columns: read as far as they can be");
  });
});

test("another machine's events have its own CPUs and tasks: they are left out, and that is said", async () => {
  const tree = message([[2, message([[1, 5], [2, "guest"], [3, 5]])]]); // prettier-ignore
  const recording = await open([
    bundled([[1, 0], [2, print(5, 5)]]), // prettier-ignore
    bundled([[1, 0], [2, print(6, 5)]], [MACHINE, 77]), // prettier-ignore
    [[2, tree], [MACHINE, 77]], // prettier-ignore
  ]);
  expect(await lines(recording, 'tracepoint:ftrace:print { printf("%d %s\\n", nsecs, comm); }')).toEqual(["5 <...>"]);
  expect(recording.info.warnings).toEqual(["1 bundle of other machines than the one that recorded: left out"]);
});

test("pointers are numbers that the recorder gave them; those that are code have a name, also in events by name", async () => {
  const timer = (name: string, value: number): Fields => [[2, message([[1, name], [5, value]])]]; // prettier-ignore
  const recording = await open([
    bundled(
      [
        [1, 0],
        [2, ftraceEvent(1, 5, 58, [[1, 1], [2, 2]])],
        [2, ftraceEvent(2, 5, 327, [[1, "timer_start"], ...timer("timer", 3), ...timer("function", 2)])],
        [2, ftraceEvent(3, 5, 555, [[1, 3], [2, 2], [3, 1000]])],
        [2, ftraceEvent(4, 5, 367, [[1, 4], [2, 2048], [3, 3]])],
      ],
      [12, symbols([2, "process_timeout"], [4, "tcp_v4_rcv"])],
      ...CLEARED,
    ),
  ]); // prettier-ignore
  const script = `tracepoint:workqueue:workqueue_execute_start { printf("%d %s\\n", args.work, ksym(args.function)); }
    tracepoint:timer:timer_start { printf("%d %s\\n", args.timer, ksym(args.function)); }
    tracepoint:skb:kfree_skb { printf("%s %d %d\\n", ksym(args.location), args.protocol, args.skbaddr); }`;
  expect(await lines(recording, script)).toEqual(["1 process_timeout", "3 process_timeout", "3 process_timeout", "tcp_v4_rcv 2048 3"]);
});

test("devices of events by name, which the recorder numbers as it does others", async () => {
  const field = (name: string, value: number): Fields => [[2, message([[1, name], [5, value]])]]; // prettier-ignore
  const named = ftraceEvent(1, 5, 327, [[1, "writeback_dirty_inode"], ...field("ino", 12)]);
  const queued = ftraceEvent(2, 5, 327, [[1, "block_bio_queue"], ...field("dev", 0x10fe2c), ...field("sector", 8)]);
  const recording = await open([bundled([[1, 0], [2, named], [2, queued]])]); // prettier-ignore
  expect(
    await lines(recording, 'tracepoint:block:block_bio_queue { printf("%d,%d %d\\n", args.dev >> 20, args.dev & 0xfffff, args.sector); }'),
  ).toEqual(["254,300 8"]);
});

test("a field that moved to another number has its name with either", async () => {
  const queue = (ns: number, field: number, name: string): Uint8Array => ftraceEvent(ns, 5, 59, [[1, 1], [2, 2], [4, 64], [5, 3], [field, name]]); // prettier-ignore
  const script = 'tracepoint:workqueue:workqueue_queue_work { printf("%s %d %d\\n", str(args.workqueue), args.req_cpu, args.cpu); }';
  for (const field of [3, 6]) {
    const recording = await open([bundled([[1, 0], [2, queue(1, field, "events")]])]); // prettier-ignore
    expect(await lines(recording, script), String(field)).toEqual(["events 64 3"]);
    expect(recording.info.warnings).toEqual([]);
  }
});

test("probes that the recorder made: entries, returns and both have groups of their own", async () => {
  const probe = (ns: number, name: string, type: number): Uint8Array => ftraceEvent(ns, 42, 542, [[1, name], [2, type]]); // prettier-ignore
  const recording = await open([
    bundled([[1, 1], [2, probe(1500, "fuse_file_write_iter", 1)], [2, probe(2000, "vfs_read", 3)], [2, probe(2700, "fuse_file_write_iter", 2)]]), // prettier-ignore
  ]);
  const script = `tracepoint:perfetto_kprobes:fuse_file_write_iter { @start[tid] = nsecs; } tracepoint:perfetto_kprobes:vfs_read { @reads = count(); }
    tracepoint:perfetto_kretprobes:fuse_file_write_iter /@start[tid]/ { printf("%d %d\\n", tid, nsecs - @start[tid]); delete(@start, tid); }`;
  expect(await lines(recording, script)).toEqual(["42 1200", "@reads: 1"]);
  expect(recording.info.warnings).toEqual([]);
});

test("events that the trace describes are in the group that it says", async () => {
  const descriptor = message([
    [1, 65_600],
    [2, message([[1, "sched_wake_idle_without_ipi"], [2, message([[1, "cpu"], [3, 1], [4, 1], [5, 3]])]])],
    [3, "vendor_sched"],
  ]); // prettier-ignore
  const recording = await open([bundled([[1, 0], [2, ftraceEvent(1, 5, 65_600, [[1, 7]])], [11, descriptor]])]); // prettier-ignore
  expect(await lines(recording, 'tracepoint:vendor_sched:sched_wake_idle_without_ipi { printf("%d\\n", args.cpu); }')).toEqual(["7"]);
});

test("tasks of the kernel have their name where a command line would be; the machine's number of CPUs is told", async () => {
  const tree = message([
    [1, message([[1, 17], [2, 2], [3, "kworker/0:1"], [9, 1], [8, 1]])],
    [1, message([[1, 18], [2, 1], [3, "/usr/bin/app"], [3, "--flag"]])],
  ]); // prettier-ignore
  const recording = await open([
    bundled([[1, 0], [2, print(5, 17)], [2, print(6, 18)]]), // prettier-ignore
    [[2, tree], [SEQUENCE, 3]], // prettier-ignore
    [[45, message([[8, 8]])]],
  ]);
  expect(await lines(recording, 'tracepoint:ftrace:print { printf("%d %d %s\\n", pid, tid, comm); }')).toEqual([
    "17 17 kworker/0:1",
    "18 18 <...>",
  ]);
  expect(recording.catalogue.ncpus).toBe(8);
});

test("clocks of a sequence of its own are passed over", async () => {
  const snapshot = (...clocks: readonly (readonly [number, bigint])[]): Uint8Array =>
    message(clocks.map(([id, time]): [number, Uint8Array] => [1, message([[1, id], [2, time]])])); // prettier-ignore
  const recording = await open([
    [[6, snapshot([64, 5n], [6, 77n])], [SEQUENCE, 4]], // prettier-ignore
    [[6, snapshot([6, 1000n], [2, 1n], [4, 1n], [1, 1_700_000_000_000_001_000n], [3, 900n], [5, 10n])]],
    [[6, snapshot([6, 9000n], [1, 1_800_000_000_000_001_000n])]],
    bundled([[1, 0], [2, print(5)]]), // prettier-ignore
  ]);
  expect(recording.info.epochNs).toBe(1_700_000_000_000_000_000n);
});
