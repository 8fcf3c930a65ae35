/** Feature sections: what the recorder noted of itself and the machine. Those that nothing asks for are passed over. */
import { bytesSource } from "../../byte-source.ts";
import { cursor, type Cursor } from "../../cursor.ts";
import { isAttrSize, readAttr, type PerfAttr } from "./attr.ts";

export const featureId = {
  tracingData: 1,
  buildId: 2,
  hostname: 3,
  osRelease: 4,
  version: 5,
  arch: 6,
  nrCpus: 7,
  eventDesc: 12,
  directory: 24,
  compressed: 27,
  clockData: 29,
} as const;

export interface BuildId {
  readonly path: string;
  /** Hexadecimal. */
  readonly id: string;
}

export interface Features {
  hostname: string | null;
  osRelease: string | null;
  perfVersion: string | null;
  arch: string | null;
  ncpus: number | null;
  /** In the order of the attrs. */
  descriptions: readonly PerfAttr[];
  buildIds: readonly BuildId[];
  isCompressed: boolean;
  /** Records are in the files beside it, too (`perf record --threads`). */
  isDirectory: boolean;
  /** Number of the clock (clock_gettime(2)), and the wall clock at one of its times: ns since 1970 at 0. */
  clock: { readonly id: number; readonly epochNs: bigint } | null;
}

export const noFeatures = (): Features => ({
  hostname: null,
  osRelease: null,
  perfVersion: null,
  arch: null,
  ncpus: null,
  descriptions: [],
  buildIds: [],
  isCompressed: false,
  isDirectory: false,
  clock: null,
});

const MOST_ATTRS = 65_536;
const MOST_IDS = 1_048_576;
const BUILD_ID_BYTES = 20;
/** misc: the byte behind the build id says how long it is. */
const MISC_BUILD_ID_SIZE = 0x8000;
const utf8 = new TextDecoder();

function readString(c: Cursor, what: string): string {
  const bytes = c.bytes(c.u32(`size of ${what}`), what);
  const nul = bytes.indexOf(0);
  return utf8.decode(nul < 0 ? bytes : bytes.subarray(0, nul));
}

function readDescriptions(c: Cursor, byteOrder: "little" | "big"): PerfAttr[] {
  const count = c.u32("number of events");
  const attrBytes = c.u32("size of an attr");
  if (count > MOST_ATTRS || !isAttrSize(attrBytes)) c.fail(c.offset, `${count} events with attrs of ${attrBytes} bytes`);
  const found: PerfAttr[] = [];
  for (let i = 0; i < count && c.ok(); i++) {
    const bytes = c.bytes(attrBytes, "attr");
    const ids = c.u32("number of ids");
    const name = readString(c, "the name of an event");
    if (ids > MOST_IDS) c.fail(c.offset, `an event has ${ids} ids`);
    const list: bigint[] = [];
    for (let id = 0; id < ids && c.ok(); id++) list.push(c.u64("id"));
    if (c.ok()) found.push({ ...readAttr(bytes, byteOrder, list), name });
  }
  return found;
}

const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** The body of a BUILD_ID record: s32 pid, 20 bytes and the size, the path. */
export function readBuildId(body: Uint8Array, misc: number): BuildId | null {
  if (body.length < 29) return null;
  const sizeBytes = (misc & MISC_BUILD_ID_SIZE) !== 0 ? Math.min(BUILD_ID_BYTES, body[4 + BUILD_ID_BYTES]!) : BUILD_ID_BYTES;
  const path = body.subarray(28);
  const nul = path.indexOf(0);
  return { path: utf8.decode(nul < 0 ? path : path.subarray(0, nul)), id: hexOf(body.subarray(4, 4 + sizeBytes)) };
}

function readBuildIds(c: Cursor): BuildId[] {
  const found: BuildId[] = [];
  while (c.ok() && c.left >= 8) {
    c.skip(4, "type");
    const misc = c.u16("misc");
    const size = c.u16("size");
    if (size < 8) return found;
    const body = c.bytes(Math.min(size - 8, c.left), "build id");
    const one = c.ok() ? readBuildId(body, misc) : null;
    if (one !== null) found.push(one);
  }
  return found;
}

function readClock(c: Cursor): Features["clock"] {
  c.skip(4, "version");
  const id = c.u32("clock");
  const wall = c.u64("wall clock");
  const own = c.u64("clock");
  return c.ok() ? { id, epochNs: wall - own } : null;
}

/** Takes in one section; what is damaged of it is left out, with a word to `warn`. */
export function readFeature(
  into: Features,
  id: number,
  bytes: Uint8Array,
  byteOrder: "little" | "big",
  warn: (message: string) => void,
): void {
  const c = cursor(bytesSource("", bytes), { start: 0, end: bytes.length, byteOrder, section: `feature ${id}` });
  switch (id) {
    case featureId.hostname:
      into.hostname = readString(c, "the host's name");
      break;
    case featureId.osRelease:
      into.osRelease = readString(c, "the release");
      break;
    case featureId.version:
      into.perfVersion = readString(c, "the version");
      break;
    case featureId.arch:
      into.arch = readString(c, "the architecture");
      break;
    case featureId.nrCpus:
      into.ncpus = Math.max(c.u32("number of CPUs"), c.u32("number of CPUs"));
      break;
    case featureId.eventDesc:
      into.descriptions = readDescriptions(c, byteOrder);
      break;
    case featureId.buildId:
      into.buildIds = readBuildIds(c);
      break;
    case featureId.directory:
      into.isDirectory = true;
      break;
    case featureId.compressed:
      into.isCompressed = true;
      break;
    case featureId.clockData:
      into.clock = readClock(c);
      break;
    default:
      return;
  }
  if (c.damage) warn(c.damage.message);
}
