/**
 * Debug files that `objcopy --only-keep-debug` splits off: sections and symbols keep their addresses, what was in the sections is gone, and with it
 * where the segments were in the file of the program. That is found again by what linkers do: a segment follows the one before it, at the next
 * place that is congruent with its address modulo its alignment (System V gABI, Program Header).
 */
import type { ElfReader } from "./elf-reader.ts";

export interface LoadedSegment {
  readonly fileOffset: bigint;
  readonly fileBytes: bigint;
  readonly memoryBytes: bigint;
  readonly address: bigint;
  readonly alignment: bigint;
  readonly executable: boolean;
}

const SHT_NOBITS = 8;
const SHF_EXECINSTR = 4n;

/** There is a section of code whose bytes are elsewhere. */
export function isSeparated(r: ElfReader): boolean {
  const start = Number(r.word(r.wide ? 40 : 32));
  const [entryBytes, count] = [r.u16(r.wide ? 58 : 46), r.u16(r.wide ? 60 : 48)];
  for (let i = 0; i < count; i++) {
    const at = start + i * entryBytes;
    if (at + entryBytes > r.sizeBytes) return false;
    if (r.u32(at + 4) === SHT_NOBITS && (r.word(at + 8) & SHF_EXECINSTR) !== 0n) return true;
  }
  return false;
}

/** The segments as the program has them, of files whose code is elsewhere; `loads` by rising address. */
export function restoredSegments(loads: readonly LoadedSegment[]): LoadedSegment[] {
  // Some tools keep the program's own headers (eu-strip -f).
  if (loads.every(({ executable, fileBytes, memoryBytes }) => !executable || fileBytes === memoryBytes)) return [...loads];
  let end = 0n;
  return loads.map((load) => {
    const alignment = load.alignment > 0n ? load.alignment : 1n;
    const fileOffset = end + ((((load.address - end) % alignment) + alignment) % alignment);
    end = fileOffset + load.memoryBytes;
    return { ...load, fileOffset, fileBytes: load.memoryBytes };
  });
}

const PAGE = 4096n;
const pageOf = (address: bigint): bigint => address - (address % PAGE);

/** Address in the file's own numbering, if the mapping is one of the pages of one segment of code; null: it need not be. */
export function addressInMapping(
  segments: readonly Omit<LoadedSegment, "memoryBytes" | "alignment">[],
  mapping: { readonly start: bigint; readonly end: bigint },
  address: bigint,
): bigint | null {
  const whole = segments.filter(
    (one) => one.executable && pageOf(one.address + one.fileBytes + PAGE - 1n) - pageOf(one.address) === mapping.end - mapping.start,
  );
  return whole.length === 1 ? address - mapping.start + pageOf(whole[0]!.address) : null;
}
