/** User addresses by the mappings of a process (/proc/PID/maps) and the symbols of the mapped files. */
import { addressOfOffset, functionsAt, readElf, type ElfFile } from "./elf.ts";

export interface Mapping {
  readonly start: bigint;
  readonly end: bigint;
  readonly fileOffset: bigint;
  readonly path: string;
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

export interface UserCode {
  readonly mappings: readonly Mapping[];
  namesAt(target: string, fileOffset: bigint): { readonly names: readonly string[]; readonly delta: bigint } | null;
  placeOf(address: bigint): UserPlace | null;
}

/** `readFile`: a mapped file by its path on the recorded machine; null: not at hand. */
export function userCode(mappings: readonly Mapping[], readFile: (path: string) => Uint8Array | null): UserCode {
  const files = new Map<string, ElfFile | null>();
  const fileOf = (path: string): ElfFile | null => {
    let file = files.get(path);
    if (file !== undefined) return file;
    const bytes = readFile(path);
    file = bytes === null ? null : readElf(bytes);
    files.set(path, file);
    return file;
  };
  const namesAt: UserCode["namesAt"] = (target, fileOffset) => {
    const elf = fileOf(target);
    const address = elf === null ? null : addressOfOffset(elf, fileOffset);
    if (elf === null || address === null) return null;
    const found = functionsAt(elf, address);
    return found.length === 0 ? null : { names: found.map(({ name }) => name), delta: address - found[0]!.address };
  };
  return {
    mappings,
    namesAt,
    placeOf(address) {
      const mapping = mappings.find(({ start, end }) => address >= start && address < end);
      if (mapping === undefined) return null;
      const fileOffset = address - mapping.start + mapping.fileOffset;
      const found = namesAt(mapping.path, fileOffset);
      const buildId = fileOf(mapping.path)?.buildId ?? null;
      return { symbol: found === null ? null : { name: found.names[0]!, offset: found.delta }, path: mapping.path, fileOffset, buildId };
    },
  };
}

export function fileOffsetOf(
  user: Pick<UserCode, "mappings">,
  address: bigint,
): { readonly target: string; readonly offset: bigint } | null {
  const mapping = user.mappings.find(({ start, end }) => address >= start && address < end);
  return mapping === undefined ? null : { target: mapping.path, offset: address - mapping.start + mapping.fileOffset };
}
