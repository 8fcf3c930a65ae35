/** Of records that nobody reads to their end only the front is put on the pages. */
import { expect, test } from "vitest";
import { perfDataBytes, recordsOf } from "../../../tooling/perf-data/writer.ts";
import { walkPages } from "../../../tooling/trace-dat/walk-pages.ts";
import { formats, opened, printed, rawWork, WORK_ID, workAttr, WORK_SAMPLE } from "./made.ts";

const sample = (byteOrder: "little" | "big", n: number): Uint8Array =>
  recordsOf(byteOrder, WORK_SAMPLE).sample({ id: 11, pid: 50, tid: 51, ns: 100 + n, cpu: 0, rest: rawWork(byteOrder, n, 51) });

const made = (byteOrder: "little" | "big") =>
  opened(perfDataBytes({ byteOrder, attrs: [workAttr], formats, records: [1, 2, 3, 4].map((n) => sample(byteOrder, n)) }));

test.each(["little", "big"] as const)("records end behind what is wanted (%s endian)", async (byteOrder) => {
  const recording = await made(byteOrder);
  const [stream] = recording.streams;
  const works = (wanted: number | null) => {
    stream!.want!(wanted === null ? null : { bytes: new Map([[WORK_ID, wanted]]), isReadAgain: false });
    const records = [...walkPages(stream!)];
    return records.filter(({ data }) => new DataView(data.buffer).getUint16(0, byteOrder === "little") === WORK_ID);
  };
  const all = works(null);
  const some = works(10);
  expect([all, some].map((records) => records.map(({ data }) => data.length))).toEqual([
    [28, 28, 28, 28],
    [12, 12, 12, 12],
  ]);
  const front = (records: typeof all) => records.map(({ tsNs, data }) => [tsNs, ...data.subarray(0, 12)]);
  expect(front(some)).toEqual(front(all));
  recording.close();
});

test("programs read the same", async () => {
  const recording = await made("little");
  const lines = ["1 51 1", "2 51 2", "3 51 3", "4 51 4"];
  expect(await printed(recording, 'tracepoint:app:work { printf("%d %d %d\\n", nsecs - 100, tid, args.n); }')).toEqual(lines);
  expect(await printed(recording, "tracepoint:app:work { @[pid] = count(); }")).toContain("@[50]: 4");
  expect(await printed(recording, 'tracepoint:app:work { printf("%d\\n", args.long_n); }')).toEqual(["1000", "2000", "3000", "4000"]);
});
