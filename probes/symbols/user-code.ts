/** User addresses by the mappings of a process (/proc/PID/maps) and the symbols of the mapped files. */
import { mappingIndex } from "./mapping-index.ts";
import { processMappings } from "./process-mappings.ts";
import type { StaticProbe } from "./static-probes.ts";
import { addressOfOffset, functionsAt, readElf, type ElfFile } from "./elf.ts";
import { addressInMapping } from "./separated-debug.ts";

export interface Mapping {
  readonly start: bigint;
  readonly end: bigint;
  readonly fileOffset: bigint;
  readonly path: string;
  /** Hexadecimal; absent or null: not known. */
  readonly buildId?: string | null;
  /** Whose it is, and whose mappings that process began with (recording.ts TimedMapping); absent: anybody's. */
  readonly pid?: number;
  readonly copiedFrom?: number;
}

/** Lines without a file are left out. */
export function parseMaps(text: string): Mapping[] {
  return [...text.matchAll(/^([0-9a-f]+)-([0-9a-f]+) \S{4} ([0-9a-f]+) \S+ \d+[ \t]+(\S.*)$/gm)]
    .map(([, start, end, offset, path]) => ({
      start: BigInt(`0x${start!}`),
      end: BigInt(`0x${end!}`),
      fileOffset: BigInt(`0x${offset!}`),
      path: path!.replace(/ \(deleted\)$/, ""),
    }))
    .sort((a, b) => (a.start < b.start ? -1 : 1));
}

export interface UserPlace {
  /** Null: no symbol of the file contains the address, or the file is not at hand. */
  readonly symbol: { readonly name: string; readonly offset: bigint } | null;
  readonly path: string;
  readonly fileOffset: bigint;
  readonly buildId: string | null;
}

/** A mapped file, by its path on the recorded machine and the build id that it must have (null: any); null: not at hand. */
export type FileReader = (path: string, buildId: string | null) => Uint8Array | null;

export interface UserCode {
  readonly readFile: FileReader;
  readonly mappings: readonly Mapping[];
  /** Of several that an address was in, the last. */
  mappingAt(address: bigint): Mapping | null;
  namesAt(target: string, fileOffset: bigint): { readonly names: readonly string[]; readonly delta: bigint } | null;
  staticProbesAt?(target: string, fileOffset: bigint): readonly StaticProbe[];
  /** Of a process, by what it had mapped itself, as far as that is known. */
  placeOf(address: bigint, pid?: number): UserPlace | null;
}

type OwnMapping = Mapping & { readonly pid: number };
const isOwn = (mapping: Mapping): mapping is OwnMapping => mapping.pid !== undefined;

/** Those of processes, and those that are said of none; parted again when there are more. */
function partsOf(all: () => readonly Mapping[]): () => { readonly processes: readonly OwnMapping[]; readonly anybody: readonly Mapping[] } {
  let [count, last, parts]: [number, Mapping | undefined, ReturnType<ReturnType<typeof partsOf>>] = [
    0,
    undefined,
    { processes: [], anybody: [] },
  ];
  return () => {
    const now = all();
    if (now.length === count && now[count - 1] === last) return parts;
    [count, last] = [now.length, now.at(-1)];
    return (parts = { processes: now.filter(isOwn), anybody: now.filter((mapping) => !isOwn(mapping)) });
  };
}

/** `mappings`: all, or who tells those that are known by now, in order of time. */
export function userCode(mappings: readonly Mapping[] | (() => readonly Mapping[]), readFile: FileReader): UserCode {
  const all = typeof mappings === "function" ? mappings : () => mappings;
  const mappingAt = mappingIndex(all);
  const owned = partsOf(all);
  const ofAnybody = mappingIndex(() => owned().anybody);
  const ofProcess = processMappings(() => owned().processes);
  const mappingOf = (address: bigint, pid: number): Mapping | null => {
    const own = ofProcess(pid, address);
    return own === undefined ? mappingAt(address) : (own ?? ofAnybody(address));
  };
  const files = new Map<string, ElfFile | null>();
  const fileOf = (path: string, buildId: string | null): ElfFile | null => {
    const key = `${buildId ?? ""} ${path}`;
    let file = files.get(key);
    if (file !== undefined) return file;
    const bytes = readFile(path, buildId);
    file = bytes === null ? null : readElf(bytes);
    files.set(key, file);
    return file;
  };
  const namesIn = (elf: ElfFile | null, fileOffset: bigint, inMapping: bigint | null): ReturnType<UserCode["namesAt"]> => {
    if (elf === null) return null;
    const address = inMapping ?? addressOfOffset(elf, fileOffset);
    if (address === null) return null;
    const found = functionsAt(elf, address);
    return found.length === 0 ? null : { names: found.map(({ name }) => name), delta: address - found[0]!.address };
  };
  return {
    readFile,
    get mappings() {
      return all();
    },
    mappingAt,
    namesAt: (target, fileOffset) => namesIn(fileOf(target, null), fileOffset, null),
    staticProbesAt(target, fileOffset) {
      const elf = fileOf(target, null);
      const address = elf === null ? null : addressOfOffset(elf, fileOffset);
      return elf === null || address === null ? [] : elf.staticProbes.filter((probe) => probe.address === address);
    },
    placeOf(address, pid) {
      const mapping = pid === undefined ? mappingAt(address) : mappingOf(address, pid);
      if (mapping === null) return null;
      const fileOffset = address - mapping.start + mapping.fileOffset;
      const elf = fileOf(mapping.path, mapping.buildId ?? null);
      const inMapping = elf?.isSeparated === true ? addressInMapping(elf.segments, mapping, address) : null;
      const found = namesIn(elf, fileOffset, inMapping);
      const buildId = mapping.buildId ?? elf?.buildId ?? null;
      return { symbol: found === null ? null : { name: found.names[0]!, offset: found.delta }, path: mapping.path, fileOffset, buildId };
    },
  };
}

export function fileOffsetOf(
  user: Pick<UserCode, "mappingAt">,
  address: bigint,
): { readonly target: string; readonly offset: bigint } | null {
  const mapping = user.mappingAt(address);
  return mapping === null ? null : { target: mapping.path, offset: address - mapping.start + mapping.fileOffset };
}
