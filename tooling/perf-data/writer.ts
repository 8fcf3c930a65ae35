/** Writes perf.data, to files and as if piped (tools/perf/Documentation/perf.data-file-format.txt). */
import { byteList, type ByteList } from "./bytes.ts";
import { recordType, sampleBit } from "../../probes/formats/perf-data/transcoder-layout.ts";

export type ByteOrder = "little" | "big";

export interface WrittenAttr {
  readonly name: string;
  readonly type: number;
  readonly config: number | bigint;
  readonly sampleType: number;
  readonly ids: readonly (number | bigint)[];
  readonly period?: number;
  readonly freq?: boolean;
  readonly readFormat?: number;
  readonly branchFlags?: number;
  readonly userRegs?: number;
  readonly intrRegs?: number;
  readonly sampleIdAll?: boolean;
  readonly tracksTasks?: boolean;
  readonly inherits?: boolean;
  readonly breakpoint?: { readonly type: number; readonly address: number | bigint; readonly length: number };
  /** 64 to 136 and more. */
  readonly sizeBytes?: number;
}

/** misc of PERF_RECORD_COMM (include/uapi/linux/perf_event.h: PERF_RECORD_MISC_COMM_EXEC). */
const COMM_EXEC = 0x2000;
const FLAG = { inherit: 1, comm: 9, freq: 10, task: 13, sampleIdAll: 18 };

export function attrBytes(attr: WrittenAttr, byteOrder: ByteOrder): Uint8Array {
  const { sizeBytes = 128, sampleIdAll = true, tracksTasks = true, breakpoint } = attr;
  const flags = [...(attr.freq === true ? [FLAG.freq] : []), ...(sampleIdAll ? [FLAG.sampleIdAll] : [])];
  if (tracksTasks) flags.push(FLAG.comm, FLAG.task);
  if (attr.inherits === true) flags.push(FLAG.inherit);
  const bits = flags.reduce((set, flag) => set | (1n << BigInt(byteOrder === "little" ? flag : 63 - flag)), 0n);
  const all = byteList(byteOrder)
    .u32(attr.type, sizeBytes)
    .u64(attr.config, attr.period ?? 1, attr.sampleType, attr.readFormat ?? 0, bits)
    .u32(0, breakpoint?.type ?? 0)
    .u64(breakpoint?.address ?? 0, breakpoint?.length ?? 0, attr.branchFlags ?? 0, attr.userRegs ?? 0)
    .u32(0, 0)
    .u64(attr.intrRegs ?? 0)
    .done();
  const bytes = new Uint8Array(sizeBytes);
  bytes.set(all.subarray(0, sizeBytes));
  return bytes;
}

export const record = (byteOrder: ByteOrder, type: number, body: Uint8Array, misc = 0): Uint8Array =>
  byteList(byteOrder)
    .u32(type)
    .u16(misc, body.length + 8)
    .bytes(body)
    .done();

export interface Moment {
  readonly ns?: number | bigint;
  readonly pid?: number;
  readonly tid?: number;
  readonly cpu?: number;
  readonly id?: number | bigint;
}

/** What follows the body of every record that is no sample. */
function trailer(list: ByteList, sampleType: number, { ns = 0, pid = 0, tid = pid, cpu = 0, id = 0 }: Moment): ByteList {
  const has = (bit: number): boolean => (sampleType & bit) !== 0;
  if (has(sampleBit.tid)) list.u32(pid, tid);
  if (has(sampleBit.time)) list.u64(ns);
  if (has(sampleBit.id)) list.u64(id);
  if (has(sampleBit.streamId)) list.u64(id);
  if (has(sampleBit.cpu)) list.u32(cpu, 0);
  if (has(sampleBit.identifier)) list.u64(id);
  return list;
}

export interface WrittenSample extends Moment {
  readonly ip?: number | bigint;
  readonly addr?: number | bigint;
  readonly period?: number;
  /** The part of variable length, as it is. */
  readonly rest?: Uint8Array;
  /** 1 kernel, 2 user. */
  readonly cpumode?: number;
}

/** The writers of records for one sample_type. */
export function recordsOf(byteOrder: ByteOrder, sampleType: number) {
  const has = (bit: number): boolean => (sampleType & bit) !== 0;
  const other = (type: number, body: ByteList, moment: Moment, misc = 0): Uint8Array =>
    record(byteOrder, type, trailer(body, sampleType, moment).done(), misc);
  return {
    sample(one: WrittenSample): Uint8Array {
      const { ns = 0, pid = 0, tid = pid, cpu = 0, id = 0 } = one;
      const list = byteList(byteOrder);
      if (has(sampleBit.identifier)) list.u64(id);
      if (has(sampleBit.ip)) list.u64(one.ip ?? 0);
      if (has(sampleBit.tid)) list.u32(pid, tid);
      if (has(sampleBit.time)) list.u64(ns);
      if (has(sampleBit.addr)) list.u64(one.addr ?? 0);
      if (has(sampleBit.id)) list.u64(id);
      if (has(sampleBit.streamId)) list.u64(id);
      if (has(sampleBit.cpu)) list.u32(cpu, 0);
      if (has(sampleBit.period)) list.u64(one.period ?? 1);
      if (one.rest !== undefined) list.bytes(one.rest);
      return record(byteOrder, recordType.sample, list.done(), one.cpumode ?? 1);
    },
    comm: (pid: number, tid: number, comm: string, moment: Moment = {}): Uint8Array =>
      other(recordType.comm, byteList(byteOrder).u32(pid, tid).text(comm), { pid, tid, ...moment }),
    /** The name of a program that the task executed. */
    exec: (pid: number, comm: string, moment: Moment = {}): Uint8Array =>
      other(recordType.comm, byteList(byteOrder).u32(pid, pid).text(comm), { pid, ...moment }, COMM_EXEC),
    fork: (child: readonly [number, number], parent: readonly [number, number], moment: Moment): Uint8Array =>
      other(
        recordType.fork,
        byteList(byteOrder)
          .u32(child[0], parent[0], child[1], parent[1])
          .u64(moment.ns ?? 0),
        moment,
      ),
    exit: (task: readonly [number, number], moment: Moment): Uint8Array =>
      other(
        recordType.exit,
        byteList(byteOrder)
          .u32(task[0], 0, task[1], 0)
          .u64(moment.ns ?? 0),
        moment,
      ),
    lost: (id: number, count: number, moment: Moment): Uint8Array => other(recordType.lost, byteList(byteOrder).u64(id, count), moment),
    lostSamples: (count: number, moment: Moment): Uint8Array => other(recordType.lostSamples, byteList(byteOrder).u64(count), moment),
    throttle: (moment: Moment): Uint8Array => other(recordType.throttle, byteList(byteOrder).u64(moment.ns ?? 0, 1, 1), moment),
    mmap2(pid: number, [start, length, fileOffset]: readonly (number | bigint)[], path: string, moment: Moment, buildId?: Uint8Array) {
      const list = byteList(byteOrder).u32(pid, pid).u64(start!, length!, fileOffset!);
      if (buildId === undefined) list.u32(8, 1).u64(42, 0);
      else
        list
          .u8(buildId.length, 0, 0, 0)
          .bytes(buildId)
          .bytes(new Uint8Array(20 - buildId.length));
      return other(recordType.mmap2, list.u32(5, 2).text(path), moment, buildId === undefined ? 2 : 2 | 0x4000);
    },
  };
}

export const finishedRound = (byteOrder: ByteOrder): Uint8Array => record(byteOrder, recordType.finishedRound, new Uint8Array(0));

const featureText = (byteOrder: ByteOrder, text: string): Uint8Array => {
  const list = byteList(byteOrder);
  const bytes = byteList(byteOrder).text(text, 64).done();
  return list.u32(bytes.length).bytes(bytes).done();
};

export interface WrittenFile {
  readonly byteOrder?: ByteOrder;
  readonly attrs: readonly WrittenAttr[];
  readonly records: readonly Uint8Array[];
  readonly arch?: string;
  readonly ncpus?: number;
  /** Texts of `format` files, by category. */
  readonly formats?: readonly { readonly category: string; readonly text: string }[];
  readonly kallsyms?: string;
  readonly features?: ReadonlyMap<number, Uint8Array>;
  /** The recorder did not finish: no sizes, no features. */
  readonly unfinished?: boolean;
}

function descriptions(byteOrder: ByteOrder, attrs: readonly WrittenAttr[]): Uint8Array {
  const bytes = attrs.map((attr) => attrBytes(attr, byteOrder));
  const list = byteList(byteOrder).u32(attrs.length, bytes[0]?.length ?? 0);
  attrs.forEach((attr, i) => {
    const name = byteList(byteOrder).text(attr.name, 64).done();
    list
      .bytes(bytes[i]!)
      .u32(attr.ids.length, name.length)
      .bytes(name)
      .u64(...attr.ids);
  });
  return list.done();
}

const PAGE_TEXT = `\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;
\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;
\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;
\tfield: char data;\toffset:16;\tsize:4080;\tsigned:1;
`;

/** TRACING_DATA. */
export function tracingData({ byteOrder = "little", formats = [], kallsyms = "" }: WrittenFile): Uint8Array {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const list = byteList(byteOrder)
    .bytes(new Uint8Array([0x17, 8, 0x44]))
    .bytes(text("tracing0.6\0"));
  list.u8(byteOrder === "big" ? 1 : 0, 8).u32(4096);
  list.bytes(text("header_page\0")).u64(PAGE_TEXT.length).bytes(text(PAGE_TEXT));
  list.bytes(text("header_event\0")).u64(0);
  const categories = [...new Set(formats.map(({ category }) => category))];
  list.u32(0, categories.length);
  for (const category of categories) {
    const own = formats.filter((format) => format.category === category);
    list.bytes(text(`${category}\0`)).u32(own.length);
    for (const format of own) list.u64(text(format.text).length).bytes(text(format.text));
  }
  return list.u32(kallsyms.length).bytes(text(kallsyms)).u32(0).u64(0).done();
}

function featuresOf(file: WrittenFile): Map<number, Uint8Array> {
  const { byteOrder = "little", ncpus = 2 } = file;
  const features = new Map<number, Uint8Array>();
  if (file.formats !== undefined || file.kallsyms !== undefined) features.set(1, tracingData(file));
  features.set(6, featureText(byteOrder, file.arch ?? "x86_64"));
  features.set(7, byteList(byteOrder).u32(ncpus, ncpus).done());
  features.set(12, descriptions(byteOrder, file.attrs));
  for (const [id, bytes] of file.features ?? []) features.set(id, bytes);
  return new Map([...features].sort(([a], [b]) => a - b));
}

const concat = (parts: readonly Uint8Array[]): Uint8Array => {
  const list = byteList("little");
  for (const part of parts) list.bytes(part);
  return list.done();
};

const HEADER_BYTES = 104;

const magic = (byteOrder: ByteOrder): Uint8Array => new TextEncoder().encode(byteOrder === "little" ? "PERFILE2" : "2ELIFREP");

export function perfDataBytes(file: WrittenFile): Uint8Array {
  const { byteOrder = "little", attrs, records, unfinished = false } = file;
  const ids = attrs.map((attr) =>
    byteList(byteOrder)
      .u64(...attr.ids)
      .done(),
  );
  const attrSize = attrs[0]?.sizeBytes ?? 128;
  const idsBytes = ids.reduce((sum, { length }) => sum + length, 0);
  const attrsAt = HEADER_BYTES + idsBytes;
  const dataAt = attrsAt + attrs.length * (attrSize + 16);
  const data = concat(records);
  const features = unfinished ? new Map<number, Uint8Array>() : featuresOf(file);
  const words = [0n, 0n, 0n, 0n];
  for (const id of features.keys()) words[Math.floor(id / 64)]! |= 1n << BigInt(id % 64);
  const head = byteList(byteOrder)
    .bytes(magic(byteOrder))
    .u64(HEADER_BYTES, attrSize + 16, attrsAt, attrs.length * (attrSize + 16), dataAt, unfinished ? 0 : data.length, 0, 0, ...words);
  for (const list of ids) head.bytes(list);
  let idsAt = HEADER_BYTES;
  attrs.forEach((attr, i) => {
    head.bytes(attrBytes(attr, byteOrder)).u64(idsAt, ids[i]!.length);
    idsAt += ids[i]!.length;
  });
  head.bytes(data);
  let at = dataAt + data.length + 16 * features.size;
  for (const bytes of features.values()) {
    head.u64(at, bytes.length);
    at += bytes.length;
  }
  for (const bytes of features.values()) head.bytes(bytes);
  return head.done();
}

const UPDATE_NAME = 2;

/** What `perf record -o -` writes. */
export function pipedBytes(file: WrittenFile): Uint8Array {
  const { byteOrder = "little", attrs, records } = file;
  const list = byteList(byteOrder).bytes(magic(byteOrder)).u64(16);
  for (const [id, bytes] of featuresOf(file)) {
    if (id === 1 || id === 12) continue;
    list.bytes(record(byteOrder, recordType.feature, byteList(byteOrder).u64(id).bytes(bytes).done()));
  }
  for (const attr of attrs) {
    list.bytes(
      record(
        byteOrder,
        recordType.attr,
        byteList(byteOrder)
          .bytes(attrBytes(attr, byteOrder))
          .u64(...attr.ids)
          .done(),
      ),
    );
    const name = byteList(byteOrder)
      .u64(UPDATE_NAME, attr.ids[0] ?? 0)
      .text(attr.name)
      .done();
    list.bytes(record(byteOrder, recordType.eventUpdate, name));
  }
  if (file.formats !== undefined) {
    const bytes = tracingData(file);
    list.bytes(record(byteOrder, recordType.tracingData, byteList(byteOrder).u32(bytes.length).done()));
    list.bytes(bytes).bytes(new Uint8Array((8 - (bytes.length % 8)) % 8));
  }
  for (const one of records) list.bytes(one);
  return list.done();
}
