/** User addresses by the mappings of a process (/proc/PID/maps) and the symbols of the mapped files. */
import { addressSpaces, type OwnMapping, type SpaceChange } from "./address-spaces.ts";
import type { Mapping } from "./mapping.ts";
import { mappingIndex } from "./mapping-index.ts";
import type { StaticProbe } from "./static-probes.ts";
import { addressOfOffset, functionsAt, readElf, type ElfFile } from "./elf.ts";
import { addressInMapping } from "./separated-debug.ts";

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
  readonly symbol: {
    readonly name: string;
    /** Null: the recording names the function only. */
    readonly offset: bigint | null;
  } | null;
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
  /** When addresses of processes changed their meaning, as far as it is told by now; null: nobody tells what a process had mapped. */
  readonly spaceChanges: () => readonly SpaceChange[] | null;
  /** Changes that spaceChanges() leaves out, as there are too many. */
  readonly spaceChangesLeftOut: () => number;
  /**
   * Of a process at a time, which its number in spaceChanges() says: by what it had mapped then, else by the mappings that are said of no
   * process. Without a process by those alone.
   */
  placeOf(address: bigint, process?: { readonly pid: number; readonly space: number }): UserPlace | null;
}

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
  const spaces = addressSpaces(() => owned().processes);
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
    spaceChanges: () => (typeof mappings === "function" || owned().processes.length > 0 ? spaces.changes() : null),
    spaceChangesLeftOut: () => spaces.leftOut(),
    placeOf(address, process) {
      const own = process === undefined ? null : spaces.mappingOf(process.pid, address, process.space);
      const mapping = own ?? ofAnybody(address);
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
