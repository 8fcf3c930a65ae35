/** What traces can hold, each written by hand: clocks, losses, tasks, symbols, columns, events by name, events that describe themselves. */
import { describe, expect, test } from "vitest";
import { openRecordingBytes } from "../../../probes/open.ts";
import type { Recording } from "../../../probes/recording.ts";
import { compactSched, concat, ftraceEvent, message, packed, trace, type Fields } from "../../../tooling/perfetto/writer.ts";
import { survey } from "../../../src/session/survey.ts";
import { runScript } from "../../support/run-script.ts";

async function open(bytes: Uint8Array): Promise<Recording> {
  const result = await openRecordingBytes("x.pftrace", bytes);
  if (!result.ok) expect.fail(result.message);
  return result.recording;
}

async function lines(recording: Recording, script: string): Promise<string[]> {
  const { stdout, stderr } = await runScript(script, { recording });
  expect(stderr).toMatch(/^Attached \d+ probes?\n$/);
  return stdout.split("\n").filter((line) => line !== "");
}

const SEQUENCE = 10;
/** A packet with a bundle. */
const bundled = (fields: Fields, ...rest: Fields): Fields => [[1, message(fields)], ...rest, [SEQUENCE, 7]];
const print = (ns: number | bigint, pid: number, text: string): Uint8Array =>
  ftraceEvent(ns, pid, 3, [
    [1, 0xffffffff81000000n],
    [2, text],
  ]);
const PRINTS = 'tracepoint:ftrace:print { printf("%llu %d %d %s", nsecs, cpu, tid, str(args.buf)); }';

test("events of all CPUs in the order of time, whatever the size of times", async () => {
  // 140 days of uptime: no double holds it.
  const day = 86_400_000_000_000n * 140n;
  const recording = await open(
    trace([
      bundled([[1, 3], [2, print(day + 5n, 40, "b\n")], [2, print(day + 9n, 41, "d\n")]]), // prettier-ignore
      bundled([[2, print(day + 7n, 42, "c\n")], [1, 0], [2, print(day + 1n, 43, "e\n")]]), // prettier-ignore
      bundled([[1, 3], [2, print(day + 4_000_000_000n, 0, "f\n")]]), // prettier-ignore
    ]),
  );
  expect(recording.catalogue.ncpus).toBe(4);
  expect((await lines(recording, PRINTS)).sort()).toEqual([
    "12096000000000001 0 43 e",
    "12096000000000005 3 40 b",
    "12096000000000007 0 42 c",
    "12096000000000009 3 41 d",
    "12096004000000000 3 0 f",
  ]);
  expect(recording.info).toMatchObject({ clock: "boot", clockIsNs: true, format: "Perfetto", warnings: [] });
});

test("negative numbers, arrays packed and not, and fields that the recorder's kernel did not have", async () => {
  const recording = await open(
    trace([
      bundled([
        [1, 0],
        [2, ftraceEvent(1, 9, 329, [[1, 257], [2, 0xffffffffffffff9cn], [2, 7], [2, -1]])], // prettier-ignore
        [2, ftraceEvent(2, 9, 330, [[1, 257], [2, -2]])], // prettier-ignore
        [2, ftraceEvent(3, 9, 329, [[1, -1], [2, packed([1, 2, 3, 4, 5, -6, 7])]])], // prettier-ignore
        [2, ftraceEvent(4, 9, 17, [[1, "a name that is too long for it"], [2, 77], [3, -51], [5, 1]])], // prettier-ignore
      ]),
    ]),
  );
  const script = `tracepoint:raw_syscalls:sys_enter { printf("%d %d %x %d\\n", args.id, (int32)args.args[0], args.args[1], (int64)args.args[5]); }
    tracepoint:raw_syscalls:sys_exit { printf("%d %d\\n", args.id, args.ret); }
    tracepoint:sched:sched_wakeup { printf("%s %d %d %d\\n", args.comm, args.pid, args.prio, args.target_cpu); }`;
  expect(await lines(recording, script)).toEqual(["257 -100 7 0", "257 -2", "-1 1 2 -6", "a name that is  77 -51 1"]);
  const wakeup = recording.catalogue.tracepoints.find(({ name }) => name === "sched_wakeup");
  expect(wakeup?.fields.map(({ name }) => name).slice(4)).toEqual(["comm", "pid", "prio", "target_cpu"]);
});

test("devices are numbered as the kernel's events number them", async () => {
  // stat(2) has 254:300 as 0x1000fe2c.
  const issue = ftraceEvent(1, 1, 45, [[1, 0x10fe2c], [2, 8], [3, 16], [4, 8192], [5, "RA"], [6, "dd"], [7, ""]]); // prettier-ignore
  const recording = await open(trace([bundled([[1, 0], [2, issue]])])); // prettier-ignore
  expect(
    await lines(
      recording,
      'tracepoint:block:block_rq_issue { printf("%d,%d %s %s %d [%s]\\n", args.dev >> 20, args.dev & 0xfffff, args.rwbs, args.comm, args.bytes, str(args.cmd)); }',
    ),
  ).toEqual(["254,300 RA dd 8192 []"]);
});

describe("clocks", () => {
  const snapshot = (...clocks: readonly (readonly [number, bigint])[]): Fields => [
    [6, message(clocks.map(([id, time]): [number, Uint8Array] => [1, message([[1, id], [2, time]])]))], // prettier-ignore
  ];
  test("the boot clock and when it began", async () => {
    const recording = await open(trace([snapshot([6, 1000n], [1, 1_700_000_000_000_001_000n], [5, 10n]), bundled([[1, 0], [2, print(5, 1, "")]])])); // prettier-ignore
    expect(recording.info).toMatchObject({ clock: "boot", epochNs: 1_700_000_000_000_000_000n });
  });
  test("the raw monotonic one", async () => {
    const recording = await open(trace([snapshot([6, 1000n], [1, 50_000n], [5, 10n]), bundled([[1, 0], [2, print(5, 1, "")], [5, 4]])])); // prettier-ignore
    expect(recording.info).toMatchObject({ clock: "mono_raw", epochNs: 49_990n });
  });
  test("the global one, which only bundles tell of", async () => {
    const recording = await open(
      trace([snapshot([6, 1000n], [1, 50_000n]), bundled([[1, 0], [2, print(5, 1, "")], [5, 2], [6, 300], [7, 900]])]), // prettier-ignore
    );
    expect(recording.info).toMatchObject({ clock: "global", epochNs: 49_600n });
  });
  test("no word of the time of day", async () => {
    expect((await open(trace([bundled([[1, 0], [2, print(5, 1, "")]])]))).info.epochNs).toBeUndefined(); // prettier-ignore
  });
});

test("the machine, its tasks, and what its recorder lost", async () => {
  const system = message([[1, message([[1, "Linux"], [2, "#1 SMP"], [3, "6.1.0"], [4, "aarch64"]])]]); // prettier-ignore
  const tree = message([
    [1, message([[1, 500], [2, 1], [3, "/system/bin/app"]])], // prettier-ignore
    [2, message([[1, 501], [2, "RenderThread"], [3, 500]])], // prettier-ignore
  ]);
  const statsAt = (phase: number, overrun: number, dropped: number): Uint8Array => message([[1, phase], [2, message([[1, 2], [3, overrun], [4, 1], [8, dropped]])]]); // prettier-ignore
  const recording = await open(
    trace([
      [[45, system], [SEQUENCE, 1]], // prettier-ignore
      [[34, statsAt(1, 100, 2)]],
      bundled([[1, 2], [2, print(10, 500, "one\n")], [2, print(20, 501, "two\n")]]), // prettier-ignore
      bundled([[1, 2], [3, 1], [2, print(30, 501, "three\n")]], [42, 1]), // prettier-ignore
      [[2, tree], [SEQUENCE, 1]], // prettier-ignore
      [[34, statsAt(2, 300, 7)]],
      // Each flush tells of the start too.
      [[34, statsAt(1, 100, 2)]],
      [[34, statsAt(2, 305, 7)]],
    ]),
  );
  expect(recording.info.uname).toBe("Linux 6.1.0 #1 SMP aarch64");
  expect(recording.info.recordedLost).toEqual([{ buffer: "", cpu: 2, overrun: 205n, dropped: 5n }]);
  expect(await lines(recording, 'tracepoint:ftrace:print { printf("%d %d %s %s", pid, tid, comm, str(args.buf)); }')).toEqual([
    "500 500 <...> one",
    "500 501 RenderThread two",
    "500 501 RenderThread three",
  ]);
  for (const stream of recording.streams) stream.rewind();
  expect(survey(recording).stats).toMatchObject({ lostUnknown: 1, damaged: 0 });
  expect(recording.info.warnings).toEqual(["1 packet says that packets before it were dropped by the recorder"]);
});

test("user ids and starts of processes, as the recorder read them", async () => {
  const START = "struct task_struct { int pid; unsigned long start_time; };";
  const process = (...fields: Fields): [number, Uint8Array] => [1, message(fields)];
  const tree = message([
    process([1, 500], [5, 10_123], [7, 777_000_000n]),
    process([1, 600]),
    process([1, 700], [5, 0]),
    [2, message([[1, 501], [2, "RenderThread"], [3, 500]])], // prettier-ignore
  ]);
  const events = [500, 501, 600, 700, 800].map((pid, i): [number, Uint8Array] => [2, print(1000 + i, pid, "x\n")]);
  const recording = await open(trace([bundled([[1, 0], ...events]), [[2, tree], [SEQUENCE, 1]]])); // prettier-ignore
  const { stdout, missing } = await runScript(`${START} t:ftrace:print { print((tid, uid, curtask->start_time)); }`, { recording });
  expect(stdout.trim().split("\n")).toEqual(["(500, 10123, 777000000)", "(501, 10123, 0)", "(600, 0, 0)", "(700, 0, 0)", "(800, 0, 0)"]);
  expect(missing).toMatchObject({ uid: 2, start: 4 });
});

test("columns: who is switched from is who was switched to, also across bundles; nothing is said of who cannot be known", async () => {
  const columns = compactSched(
    {
      ns: [100n, 140n, 190n],
      prevState: [0n, 1n, 2n],
      nextPid: [10, 0, 11],
      nextPrio: [120, 120, 97],
      nextComm: ["ten", "swapper/1", "eleven"],
    },
    { ns: [90n, 110n, 150n], pid: [1, 11, 10], cpu: [0, 1, 1], prio: [1, 97, 120], comm: ["x", "eleven", "ten"], flags: [0, 1, 4] },
  );
  const more = (ns: bigint): Uint8Array =>
    compactSched(
      { ns: [ns], prevState: [-1n], nextPid: [10], nextPrio: [119], nextComm: ["ten"] },
      { ns: [], pid: [], cpu: [], prio: [], comm: [], flags: [] },
    );
  const recording = await open(
    trace([
      bundled([[1, 1], [4, columns], [2, print(120, 10, "mid\n")]]), // prettier-ignore
      bundled([[1, 1], [4, more(200n)]]), // prettier-ignore
      bundled([[1, 1], [3, 1], [4, more(300n)]]), // prettier-ignore
    ]),
  );
  const script = `tracepoint:sched:sched_switch { printf("%d %d: %s:%d:%d:%d > %s:%d:%d\\n", nsecs, tid, args.prev_comm, args.prev_pid, args.prev_prio, args.prev_state, args.next_comm, args.next_pid, args.next_prio); }
    tracepoint:sched:sched_waking { printf("%d %d: %s:%d:%d on %d\\n", nsecs, tid, args.comm, args.pid, args.prio, args.target_cpu); }
    tracepoint:ftrace:print { printf("%d %d: %s", nsecs, tid, str(args.buf)); }`;
  expect(await lines(recording, script)).toEqual([
    "110 10: eleven:11:97 on 1",
    "120 10: mid",
    "140 10: ten:10:120:1 > swapper/1:0:120",
    "150 0: ten:10:120 on 1",
    "190 0: swapper/1:0:120:2 > eleven:11:97",
    "200 11: eleven:11:97:-1 > ten:10:119",
  ]);
  expect(recording.info.warnings).toEqual(["3 compact switches and wakings before which it is not known who ran: left out"]);
});

test("code of the kernel that is named by numbers, which are given out anew", async () => {
  const symbols = (...names: readonly (readonly [number, string])[]): Uint8Array =>
    message(names.map(([iid, name]): [number, Uint8Array] => [26, message([[1, iid], [2, name]])])); // prettier-ignore
  const start = (ns: number, iid: number): Uint8Array => ftraceEvent(ns, 5, 58, [[1, 0xffff888000001000n], [2, iid]]); // prettier-ignore
  const recording = await open(
    trace([
      bundled([[1, 0], [2, start(1, 1)], [2, start(2, 2)]], [12, symbols([1, "wb_workfn"], [2, "vmstat_update"])], [13, 1]), // prettier-ignore
      bundled([[1, 1], [2, start(3, 2)]], [13, 2]), // prettier-ignore
      bundled([[1, 0], [2, start(4, 1)]], [12, symbols([1, "free_work"])], [13, 1]), // prettier-ignore
      bundled([[1, 0], [2, start(5, 1)]], [SEQUENCE, 8]), // prettier-ignore
    ]),
  );
  expect(
    await lines(
      recording,
      'tracepoint:workqueue:workqueue_execute_start { printf("%s %llx\\n", ksym(args.function), (uint64)args.work); }',
    ),
  ).toEqual([
    "wb_workfn ffff888000001000",
    "vmstat_update ffff888000001000",
    "vmstat_update ffff888000001000",
    "free_work ffff888000001000",
    "free_work ffff888000001000",
  ]);
});

test("events by name, and events that the trace describes", async () => {
  const named = (name: string, ...fields: readonly Fields[]): Fields => [
    [1, name],
    ...fields.map((field): [number, Uint8Array] => [2, message(field)]),
  ];
  const descriptor = message([
    [1, 70_000],
    [2, message([
      [1, "my_event"],
      [2, message([[1, "value"], [3, 1], [4, 1], [5, 3]])],
      [2, message([[1, "text"], [3, 2], [4, 1], [5, 9]])],
      [2, message([[1, "list"], [3, 3], [4, 3], [5, 4]])],
    ])],
  ]); // prettier-ignore
  const recording = await open(
    trace([
      bundled([
        [1, 0],
        [2, ftraceEvent(1, 5, 327, named("sys_enter_openat", [[1, "dfd"], [5, 0xffffff9cn]], [[1, "filename"], [5, 0x7fff0000n]], [[1, "flags"], [5, 2]]))],
        [2, ftraceEvent(2, 5, 327, named("my_probe", [[1, "arg1"], [4, -3]], [[1, "name"], [3, "abc"]]))],
        [2, ftraceEvent(3, 5, 327, named("my_probe", [[1, "name"], [3, "de"]]))],
        [2, ftraceEvent(4, 5, 70_000, [[1, -9], [2, "own"], [3, 4], [3, 5]])],
        [2, ftraceEvent(5, 5, 3999, [[1, 1]])],
        [2, ftraceEvent(6, 5, 3998, [[1, 1]])],
        [11, descriptor],
      ]),
    ]),
  ); // prettier-ignore
  const script = `tracepoint:syscalls:sys_enter_openat { printf("%d %x %d\\n", args.dfd, (uint64)args.filename, args.flags); }
    tracepoint:generic:my_probe { printf("%d %s\\n", args.arg1, str(args.name)); }
    tracepoint:generic:my_event { printf("%d %s %d\\n", args.value, str(args.text), args.list[1]); }`;
  expect(await lines(recording, script)).toEqual(["-100 7fff0000 2", "-3 abc", "0 de", "-9 own 5"]);
  expect(recording.info.warnings).toEqual([
    "2 records of events that are not known here: left out (fields 3998, 3999 of FtraceEvent)",
    "1 record of generic:my_probe lacks a field that others have: it is 0 or empty there",
  ]);
});

test("packets that are packed with zstd", async () => {
  // A frame of one block that is stored as it is (RFC 8878).
  const frame = (bytes: Uint8Array): Uint8Array => {
    const head = (bytes.length << 3) | 1;
    return concat([Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x58, head & 0xff, head >> 8, 0), bytes]);
  };
  const block = (text: string): Fields => [[133, frame(trace([bundled([[1, 0], [2, print(1, 1, text)]])]))]]; // prettier-ignore
  const recording = await open(trace([block("a\n"), block("b\n")]));
  expect(await lines(recording, PRINTS)).toEqual(["1 0 1 a", "1 0 1 b"]);
  expect(recording.info.format).toBe("Perfetto (zstd)");
});

test("a trace without events of ftrace is refused", async () => {
  const tracks = trace([[[8, 5], [11, message([[1, 3]])], [SEQUENCE, 1]]]); // prettier-ignore
  expect(await openRecordingBytes("x", concat([tracks, tracks]))).toEqual({
    ok: false,
    message: "x: the Perfetto trace has no events of ftrace: record the data source linux.ftrace",
  });
});
