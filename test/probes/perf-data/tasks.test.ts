/** Who runs, as COMM, FORK and EXIT records and the samples themselves tell. */
import { expect, test } from "vitest";
import { perfDataBytes, recordsOf, type ByteOrder } from "../../../tooling/perf-data/writer.ts";
import { formats, opened, printed, rawWork, workAttr, WORK_SAMPLE } from "./made.ts";

const LIST = 'tracepoint:app:work { printf("%d: %s %d %d\\n", args.n, comm, pid, tid); }';

function recorder(byteOrder: ByteOrder) {
  const write = recordsOf(byteOrder, WORK_SAMPLE);
  let n = 0;
  const sample = (ns: number, pid: number, tid: number): Uint8Array =>
    write.sample({ id: 11, pid, tid, ns, cpu: 0, rest: rawWork(byteOrder, ++n, tid) });
  return { write, sample };
}

test.each(["little", "big"] as const)("names and processes at each moment (%s endian)", async (byteOrder) => {
  const { write, sample } = recorder(byteOrder);
  const records = [
    // As the recorder found it: without a time.
    write.comm(10, 10, "shell"),
    write.comm(10, 12, "worker"),
    sample(1000, 10, 10),
    sample(1100, 10, 12),
    write.fork([20, 20], [10, 10], { ns: 1200, pid: 10, tid: 10 }),
    sample(1300, 20, 20),
    write.comm(20, 20, "child", { ns: 1400 }),
    sample(1500, 20, 20),
    write.fork([20, 21], [20, 20], { ns: 1600, pid: 20, tid: 20 }),
    sample(1700, 20, 21),
    write.exit([20, 21], { ns: 1800, pid: 20, tid: 21 }),
    sample(1850, 20, 21),
    // The number is used again.
    write.fork([21, 21], [10, 12], { ns: 1900, pid: 10, tid: 12 }),
    sample(2000, 21, 21),
    // Nobody told of this one but its sample.
    sample(2100, 77, 78),
  ];
  const recording = await opened(perfDataBytes({ byteOrder, attrs: [workAttr], formats, records }));
  expect(await printed(recording, LIST)).toEqual([
    "1: shell 10 10",
    "2: worker 10 12",
    "3: shell 20 20",
    "4: child 20 20",
    "5: child 20 21",
    "6: child 20 21",
    "7: worker 21 21",
    "8: <...> 77 78",
  ]);
});

test("the run begins with the first sample, not with what the recorder found", async () => {
  const { write, sample } = recorder("little");
  const records = [write.comm(10, 10, "shell"), write.comm(10, 10, "later", { ns: 400 }), sample(1000, 10, 10)];
  const recording = await opened(perfDataBytes({ attrs: [workAttr], formats, records }));
  expect(await printed(recording, 'begin { printf("%d\\n", nsecs); } tracepoint:app:work { printf("%d %s\\n", elapsed, comm); }')).toEqual([
    "1000",
    "0 later",
  ]);
});

test("a sample outside of any task keeps what its record says", async () => {
  const write = recordsOf("little", WORK_SAMPLE);
  const records = [write.sample({ id: 11, pid: -1, tid: -1, ns: 5, rest: rawWork("little", 1, 345) })];
  expect(
    await printed(await opened(perfDataBytes({ attrs: [workAttr], formats, records })), LIST.replace("comm, pid", "comm, tid")),
  ).toEqual(["1: <...> 345 345"]);
});

test("what events lost is counted once, however often the recorder tells of it", async () => {
  const { write, sample } = recorder("little");
  // At the end, per event, with no time: 12 samples, of which 7 were told of when they were lost.
  const records = [sample(1000, 10, 10), write.lost(11, 7, { ns: 1001 }), write.lostSamples(4, { ns: 0 }), write.lostSamples(8, { ns: 0 })];
  const { survey } = await import("../../../src/session/survey.ts");
  const recording = await opened(perfDataBytes({ attrs: [workAttr], formats, records }));
  for (let run = 0; run < 2; run++) expect(survey(recording).stats.lost).toBe(12n);
});

test("lost events are told of and counted", async () => {
  const { write, sample } = recorder("little");
  const records = [
    sample(1000, 10, 10),
    write.lost(11, 7, { ns: 1001 }),
    sample(1002, 10, 10),
    write.lostSamples(5, { ns: 1003 }),
    write.throttle({ ns: 1004 }),
    sample(1005, 10, 10),
    write.lost(11, 2, { ns: 1006 }),
  ];
  const { survey } = await import("../../../src/session/survey.ts");
  const recording = await opened(perfDataBytes({ attrs: [workAttr], formats, records }));
  const { stats, events } = survey(recording);
  expect(stats.lost).toBe(9n);
  expect(events.get(300)).toBe(3n);
  expect(recording.info.warnings).toEqual(["the kernel throttled sampling 1 times: there are fewer samples than there should be"]);
});
