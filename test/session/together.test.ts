/** Several recordings replayed together: one order of time, event formats and stacks of their own, a tag each. */
import { expect, test } from "vitest";
import type { Recording } from "../../probes/recording.ts";
import { tagOf, together, type TaggedRecording } from "../../probes/together.ts";
import { kernelStack, madeEvent, madeRecording, type MadeRecord } from "../support/made-recording.ts";
import { runScript } from "../support/run-script.ts";

const tick = madeEvent("demo", "tick", 900, [["int n", 4, 1]]);
/** The same event of another kernel: other type, other place. */
const lateTick = madeEvent("demo", "tick", 77, [
  ["long pad", 8, 1],
  ["int n", 4, 1],
]);
const tock = madeEvent("demo", "tock", 900, [["int n", 4, 1]]);

const ticks = (event: typeof tick, ...numbers: readonly number[]): MadeRecord[] => numbers.map((n) => ({ event, pid: n, values: { n } }));

const PRINT = 'tracepoint:demo:tick { printf("%s %d %lld\\n", recording, args.n, nsecs); }';

const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");

async function joined(...parts: readonly TaggedRecording[]): Promise<Recording> {
  const result = together(parts);
  if (!result.ok) expect.fail(result.message);
  return result.recording;
}

const part = async (tag: string, records: readonly MadeRecord[], offsetNs = 0n): Promise<TaggedRecording> => ({
  recording: await madeRecording(records),
  tag,
  offsetNs,
});

test("events merge by time; those of one time go in the order of the recordings", async () => {
  const recording = await joined(await part("a", ticks(tick, 1, 2, 3)), await part("b", ticks(tick, 11, 12)));
  const { stdout } = await runScript(PRINT, { recording });
  expect(lines(stdout)).toEqual(["a 1 1000", "b 11 1000", "a 2 2000", "b 12 2000", "a 3 3000"]);
});

test("each has its own event types and offsets", async () => {
  const recording = await joined(await part("a", ticks(tick, 1, 2)), await part("b", [...ticks(lateTick, 11), ...ticks(tock, 12)]));
  const { stdout, compilation } = await runScript(PRINT, { recording });
  expect(lines(stdout)).toEqual(["a 1 1000", "b 11 1000", "a 2 2000"]);
  expect(compilation.script?.attach).toHaveLength(2);
  const tocks = await runScript("tracepoint:demo:tock { print((recording, args.n)); }", { recording });
  expect(lines(tocks.stdout)).toEqual(["(b, 12)"]);
});

test("a clock offset moves a recording", async () => {
  const recording = await joined(await part("a", ticks(tick, 1, 2)), await part("b", ticks(tick, 11, 12), 500n));
  const { stdout } = await runScript(PRINT, { recording });
  expect(lines(stdout)).toEqual(["a 1 1000", "b 11 1500", "a 2 2000", "b 12 2500"]);
});

test("stacks are those of the event's own recording", async () => {
  const frames = (address: bigint): Uint8Array => new Uint8Array(BigUint64Array.of(address).buffer);
  const stacked = (n: number, address: bigint): MadeRecord[] => [
    ...ticks(tick, n),
    { event: kernelStack, pid: n, values: { size: 1, caller: frames(address) } },
  ];
  const recording = await joined(await part("a", stacked(1, 0x1111n)), await part("b", [...ticks(lateTick, 7), ...stacked(2, 0x2222n)]));
  const { stdout } = await runScript('tracepoint:demo:tick /args.n < 7/ { printf("%s%s", recording, kstack(raw)); }', { recording });
  expect(lines(stdout).join(" ").replace(/\s+/g, " ").trim()).toBe("a 1111 b 2222");
});

test("recordings of one kernel share what is said of its events", async () => {
  const recording = await joined(await part("a", ticks(tick, 1)), await part("b", ticks(tick, 2)), await part("c", ticks(lateTick, 3)));
  expect(recording.streams.map(({ recording, layout }) => [recording, layout])).toEqual([
    [0, 0],
    [1, 0],
    [2, 1],
  ]);
  expect(recording.catalogue.tracepoints.map(({ id }) => id)).toEqual([900, 65_536 + 77]);
  const { stdout } = await runScript("tracepoint:demo:tick { @[recording] = sum(args.n); } end { print((recording, 1)); }", { recording });
  expect(lines(stdout)).toEqual(["(, 1)", "@[a]: 1", "@[b]: 2", "@[c]: 3"]);
});

test("what does not go together is refused", async () => {
  const one = await part("a", ticks(tick, 1));
  expect(together([one, one])).toEqual({ ok: false, message: "two recordings are called 'a': give them names, --trace NAME=FILE" });
  const big = { ...one, tag: "b", recording: await madeRecording(ticks(tick, 1), { byteOrder: "big" }) };
  expect(together([one, big])).toMatchObject({ ok: false });
});

test.each([
  ["/tmp/a/host-1.trace.dat.gz", "host-1.trace"],
  ["perf.data", "perf"],
  [".data", ".data"],
  ["-", "-"],
])("%s is called %s", (path, tag) => {
  expect(tagOf(path)).toBe(tag);
});

test("what one of them holds is seen, and all their CPUs count", async () => {
  const [a, b] = [await part("a", ticks(lateTick, 1)), await part("b", ticks(tick, 11))];
  const { catalogue } = b.recording;
  const unseen = catalogue.tracepoints.map((event) => ({ ...event, isSeen: false }));
  const ofA = { ...a.recording, catalogue: { ...catalogue, tracepoints: unseen } };
  const ofB = { ...b.recording, catalogue: { ...catalogue, ncpus: catalogue.ncpus + 7 } };
  const recording = await joined({ ...a, recording: ofA }, { ...b, recording: ofB });
  expect(recording.catalogue.ncpus).toBe(catalogue.ncpus + 7);
  const { stdout } = await runScript("tracepoint:demo:* { @[recording, probe] = count(); }", { recording });
  expect(lines(stdout)).toEqual(["@[b, tracepoint:demo:tick]: 1"]);
});
