/** What the records tell beside events: the code that processes mapped (MMAP, MMAP2), build ids, names of threads (COMM, FORK). */
import type { TimedMapping } from "../../recording.ts";
import type { BuildId } from "./features.ts";
import { readBuildId } from "./features.ts";
import { recordType } from "./transcoder-layout.ts";

const PROT_EXEC = 4;
/** misc bits of mapping records. */
const MISC_DATA = 0x2000;
const MISC_BUILD_ID = 0x4000;
/** misc bit of COMM: the name is that of a program that was executed. */
const MISC_COMM_EXEC = 0x2000;
/** Process id of the kernel's own mappings. */
const KERNEL_PID = 0xffffffff;
/** Name of the mapping of its code: behind it, the symbol at `fileOffset`. */
const KERNEL_TEXT = /^\[kernel\.kallsyms\](_s?text)$/;
/** u32 type, u16 misc, u16 size. */
const HEADER_BYTES = 8;
const MOST_MAPPINGS = 262_144;
const MOST_NAMES = 65_536;
const utf8 = new TextDecoder();

export interface CodeMaps {
  readonly mappings: readonly TimedMapping[];
  /** Build ids by path, of records. */
  readonly buildIds: readonly BuildId[];
  /** Last names of threads. */
  readonly names: ReadonlyMap<number, string>;
  /** Where the kernel's code was; null: nobody told, or was allowed to. */
  readonly kernelText: { readonly start: bigint; readonly end: bigint } | null;
  /** How many mappings were left out. */
  readonly leftOut: number;
  /** Takes in a record, in its turn. */
  add(record: DataView): void;
  /** The records come again from the first one: those that are known are passed over. */
  restart(): void;
}

const textAt = (record: DataView, at: number): string => {
  const bytes = new Uint8Array(record.buffer, record.byteOffset + at, record.byteLength - at);
  const nul = bytes.indexOf(0);
  return utf8.decode(nul < 0 ? bytes : bytes.subarray(0, nul));
};

const hexAt = (record: DataView, at: number, length: number): string =>
  Array.from({ length }, (_, i) =>
    record
      .getUint8(at + i)
      .toString(16)
      .padStart(2, "0"),
  ).join("");

/** Null: it is not the mapping of the kernel's code. */
function readKernelText(record: DataView, little: boolean): CodeMaps["kernelText"] {
  if (record.byteLength <= 40 || record.getUint32(0, little) !== recordType.mmap || record.getUint32(8, little) !== KERNEL_PID) return null;
  const start = record.getBigUint64(32, little);
  if (start === 0n || !KERNEL_TEXT.test(textAt(record, 40))) return null;
  return { start, end: record.getBigUint64(16, little) + record.getBigUint64(24, little) };
}

/** Null: no code of a file. */
function readMapping(record: DataView, little: boolean, paths: Map<string, string>): TimedMapping | null {
  const type = record.getUint32(0, little);
  const misc = record.getUint16(4, little);
  const isLong = type === recordType.mmap2;
  const pathAt = isLong ? 72 : 40;
  if (record.byteLength <= pathAt) return null;
  const pid = record.getUint32(8, little);
  const isCode = isLong ? (record.getUint32(64, little) & PROT_EXEC) !== 0 : (misc & MISC_DATA) === 0;
  if (pid === KERNEL_PID || !isCode) return null;
  const text = textAt(record, pathAt);
  // Of a program with thousands of processes each library is named thousands of times.
  const path = paths.get(text) ?? text;
  paths.set(path, path);
  const start = record.getBigUint64(16, little);
  const idBytes = isLong && (misc & MISC_BUILD_ID) !== 0 ? Math.min(20, record.getUint8(40)) : 0;
  return {
    pid,
    start,
    end: start + record.getBigUint64(24, little),
    fileOffset: record.getBigUint64(32, little),
    path,
    buildId: idBytes === 0 ? null : hexAt(record, 44, idBytes),
  };
}

/** `timeFromEnd`: where the time is in records that are no samples, in bytes from their end; 0: they tell none. */
export function newCodeMaps(byteOrder: "little" | "big", timeFromEnd: number): CodeMaps {
  const little = byteOrder === "little";
  const mappings: TimedMapping[] = [];
  const buildIds: BuildId[] = [];
  const names = new Map<number, string>();
  const paths = new Map<string, string>();
  /** Records of this pass, and of the longest one. */
  let [now, known, leftOut] = [0, 0, 0];
  let kernelText: CodeMaps["kernelText"] = null;
  /** Processes that something is known of. */
  const mapped = new Set<number>();
  const timeOf = (record: DataView): bigint =>
    timeFromEnd === 0 || record.byteLength < HEADER_BYTES + timeFromEnd ? 0n : record.getBigUint64(record.byteLength - timeFromEnd, little);
  const addMapping = (mapping: TimedMapping): void => {
    if (mappings.length >= MOST_MAPPINGS) {
      leftOut++;
      return;
    }
    mappings.push(mapping);
    mapped.add(mapping.pid);
  };
  const addChange = (pid: number, ns: bigint, how: Pick<TimedMapping, "copiedFrom" | "execs">): void => {
    addMapping({ pid, ns, start: 0n, end: 0n, fileOffset: 0n, path: "", buildId: null, ...how });
  };
  const addFork = (pid: number, parent: number, ns: bigint): void => {
    if (pid === parent) return;
    if (mapped.has(parent)) addChange(pid, ns, { copiedFrom: parent });
    // Another process of that number has ended.
    else if (mapped.has(pid)) addChange(pid, ns, { execs: true });
  };
  return {
    mappings,
    buildIds,
    names,
    get kernelText() {
      return kernelText;
    },
    get leftOut() {
      return leftOut;
    },
    add(record) {
      if (++now <= known) return;
      known = now;
      const type = record.getUint32(0, little);
      if (type === recordType.buildId) {
        const body = new Uint8Array(record.buffer, record.byteOffset + 8, record.byteLength - 8);
        const one = readBuildId(body, record.getUint16(4, little));
        if (one !== null) buildIds.push(one);
      } else if (type === recordType.comm || type === recordType.fork) {
        if (record.byteLength < 24) return;
        const isFork = type === recordType.fork;
        const tid = record.getUint32(isFork ? 16 : 12, little);
        const name = isFork ? names.get(record.getUint32(20, little)) : textAt(record, 16);
        const pid = record.getUint32(8, little);
        if (isFork) addFork(pid, record.getUint32(12, little), timeOf(record));
        else if ((record.getUint16(4, little) & MISC_COMM_EXEC) !== 0 && mapped.has(pid)) addChange(pid, timeOf(record), { execs: true });
        if (name !== undefined && (names.has(tid) || names.size < MOST_NAMES)) names.set(tid, name);
      } else if (type === recordType.mmap || type === recordType.mmap2) {
        kernelText ??= readKernelText(record, little);
        const mapping = readMapping(record, little, paths);
        if (mapping !== null) addMapping({ ...mapping, ns: timeOf(record) });
      }
    },
    restart() {
      now = 0;
    },
  };
}
