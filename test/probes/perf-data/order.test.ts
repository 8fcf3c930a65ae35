/** Records of several CPUs, in rounds or without: programs see them in order of time. */
import { expect, test } from "vitest";
import { finishedRound, perfDataBytes, pipedBytes, recordsOf, type ByteOrder } from "../../../tooling/perf-data/writer.ts";
import { formats, opened, printed, rawWork, workAttr, WORK_SAMPLE } from "./made.ts";

interface Work {
  readonly ns: number;
  readonly cpu: number;
  readonly n: number;
}

const work = (byteOrder: ByteOrder, { ns, cpu, n }: Work): Uint8Array =>
  recordsOf(byteOrder, WORK_SAMPLE).sample({ id: 11 + cpu, pid: 50, tid: 51 + cpu, ns, cpu, rest: rawWork(byteOrder, n, 51 + cpu) });

const LIST = 'tracepoint:app:work { printf("%d %d %d %d %d %d\\n", nsecs, cpu, pid, tid, args.n, args.long_n); }';

const line = ({ ns, cpu, n }: Work): string => `${ns} ${cpu} 50 ${51 + cpu} ${n} ${1000 * n}`;

/** Each CPU's buffer is read in turn; what comes behind the first read of a round is in the next one. */
const rounds: readonly (readonly Work[])[] = [
  [
    { ns: 100, cpu: 0, n: 1 },
    { ns: 300, cpu: 0, n: 2 },
    { ns: 200, cpu: 1, n: 3 },
    { ns: 400, cpu: 1, n: 4 },
  ],
  [
    { ns: 350, cpu: 0, n: 5 },
    { ns: 600, cpu: 0, n: 6 },
    { ns: 500, cpu: 1, n: 7 },
  ],
  [{ ns: 550, cpu: 1, n: 8 }],
];
const inOrder = rounds
  .flat()
  .sort((a, b) => a.ns - b.ns)
  .map(line);

test.each(["little", "big"] as const)("rounds are merged (%s endian)", async (byteOrder) => {
  const records = rounds.flatMap((round) => [...round.map((one) => work(byteOrder, one)), finishedRound(byteOrder)]);
  const recording = await opened(perfDataBytes({ byteOrder, attrs: [workAttr], formats, records }));
  expect(await printed(recording, LIST)).toEqual(inOrder);
  expect(recording.info.warnings).toEqual([]);
});

test("a file without rounds, and one that was piped, are in order too", async () => {
  const records = rounds.flat().map((one) => work("little", one));
  for (const bytes of [perfDataBytes, pipedBytes].map((write) => write({ attrs: [workAttr], formats, records })))
    expect(await printed(await opened(bytes), LIST)).toEqual(inOrder);
});

test("samples of one time stay in the order of the file", async () => {
  const same = [0, 1, 0, 1].map((cpu, n) => ({ ns: 100, cpu, n }));
  const recording = await opened(perfDataBytes({ attrs: [workAttr], formats, records: same.map((one) => work("little", one)) }));
  expect(await printed(recording, LIST)).toEqual(same.map(line));
});

test("what comes two rounds late is out of order, and counted", async () => {
  const records = [
    [{ ns: 100, cpu: 0, n: 1 }],
    [{ ns: 900, cpu: 0, n: 2 }],
    [{ ns: 950, cpu: 0, n: 3 }],
    [{ ns: 200, cpu: 1, n: 4 }],
  ].flatMap((round) => [...round.map((one) => work("little", one)), finishedRound("little")]);
  const recording = await opened(perfDataBytes({ attrs: [workAttr], formats, records }));
  expect((await printed(recording, LIST)).map((text) => Number(text.split(" ")[4]))).toEqual([1, 2, 4, 3]);
  expect(recording.info.warnings).toEqual(["1 sample came too late to be put in order of time"]);
});

test("a run can be repeated", async () => {
  const records = rounds.flatMap((round) => [...round.map((one) => work("little", one)), finishedRound("little")]);
  const recording = await opened(perfDataBytes({ attrs: [workAttr], formats, records }));
  expect(await printed(recording, LIST)).toEqual(inOrder);
  for (const stream of recording.streams) stream.rewind();
  expect(await printed(recording, LIST)).toEqual(inOrder);
});

test("more than waits for its round goes out in pieces: memory is bounded", async () => {
  const one = work("little", { ns: 1, cpu: 0, n: 1 });
  const many = Math.ceil((70 << 20) / one.length);
  const records = new Uint8Array(many * one.length);
  const view = new DataView(records.buffer);
  // Times rise and fall as if two CPUs had been read in turns of 1000 records.
  for (let i = 0; i < many; i++) {
    records.set(one, i * one.length);
    const turn = Math.floor(i / 1000);
    view.setBigUint64(i * one.length + 32, BigInt(1 + (turn >> 1) * 1_000_000 + (i % 1000) * 1000 + (turn & 1)), true);
  }
  const recording = await opened(perfDataBytes({ attrs: [workAttr], formats, records: [records] }));
  const script = "tracepoint:app:work { if (nsecs < @last) { @back = count(); } @last = nsecs; @n = count(); }";
  const lines = await printed(recording, script);
  expect(lines).toContain(`@n: ${many}`);
  expect(lines.join()).not.toContain("@back");
  expect(recording.info.warnings).toEqual([]);
});
