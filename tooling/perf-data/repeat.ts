/** Makes a long perf.data of a real one: its records again and again, each time later. The file must be of one kind of samples and not compressed. */
import { openFile } from "../../probes/file.ts";
import { describe } from "../../probes/formats/perf-data/description.ts";
import { readHeader } from "../../probes/formats/perf-data/header.ts";
import { commonTimeOffset, sampleOffset, trailerOffset } from "../../probes/formats/perf-data/sample-layout.ts";
import { recordType } from "../../probes/formats/perf-data/transcoder-layout.ts";
import { fileSink } from "../trace-dat/sink.ts";

const HEADER_BYTES = 104;
const SIZE_AT = 48;
const FEATURE_BYTES = 16;
const USER_RECORDS = 64;

interface Repeated {
  readonly copies: number;
  readonly samples: number;
}

const fail = (message: string): never => {
  throw new Error(message);
};

/** Writes at least `wanted` samples. */
export function repeatPerfData(from: string, to: string, wanted: number): Repeated {
  const opened = openFile(from);
  if (!opened.ok) return fail(opened.message);
  const { source } = opened;
  const whole = new Uint8Array(source.sizeBytes);
  source.readAt(0, whole);
  const head = readHeader(source);
  if (!head.ok) return fail(head.damage.message);
  const described = describe(source, head.header, fail);
  if (!described.ok || head.header.file === null) return fail("not a recording in a file");
  const { attrs, data } = described.description;
  const first = attrs[0] ?? fail("no attr");
  const timeAt = commonTimeOffset(attrs) || fail("samples of several kinds");
  const fromEnd = trailerOffset(first, "time");
  if (sampleOffset(first, "time") !== timeAt) fail("samples of several kinds");

  const view = new DataView(whole.buffer);
  const times: number[] = [];
  let [samples, least, most] = [0, 2n ** 64n, 0n];
  for (let at = data.offset; at < data.offset + data.sizeBytes; at += view.getUint16(at + 6, true)) {
    const type = view.getUint32(at, true);
    const size = view.getUint16(at + 6, true);
    if (type >= USER_RECORDS) continue;
    const place = type === recordType.sample ? at + timeAt : at + size - fromEnd;
    const ns = view.getBigUint64(place, true);
    if (type === recordType.sample) samples++;
    if (ns === 0n) continue;
    times.push(place);
    if (ns < least) least = ns;
    if (ns > most) most = ns;
  }
  const copies = Math.ceil(wanted / samples);
  const step = most - least + 1000n;
  const dataEnd = data.offset + data.sizeBytes;
  const sink = fileSink(to);
  sink.write(whole.subarray(0, data.offset));
  for (let copy = 0; copy < copies; copy++) {
    if (copy > 0) for (const place of times) view.setBigUint64(place, view.getBigUint64(place, true) + step, true);
    sink.write(whole.slice(data.offset, dataEnd));
  }
  const grown = BigInt(data.sizeBytes * (copies - 1));
  const features = head.header.file.features.length;
  for (let i = 0; i < features; i++) {
    const at = dataEnd + i * FEATURE_BYTES;
    view.setBigUint64(at, view.getBigUint64(at, true) + grown, true);
  }
  sink.write(whole.subarray(dataEnd));
  view.setBigUint64(SIZE_AT, BigInt(data.sizeBytes * copies), true);
  sink.patch(0, whole.slice(0, HEADER_BYTES));
  sink.close();
  source.close();
  return { copies, samples: samples * copies };
}
