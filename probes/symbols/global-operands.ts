/**
 * Operands of static probes that name data of the program: `total(%rip)`, `total+8(%rip)`, `[x0, #:lo12:total]`; without relocation also `total` and
 * `$total`. With the addresses of the program's symbols they become what the kernel fetches: `@+N` is memory at N behind where byte 0 of the file
 * would be, if all of it were mapped as its code is (kernel/trace/trace_uprobe.c, translate_user_vaddr()).
 */
import type { ElfReader } from "./elf-reader.ts";
import type { StaticProbe } from "./static-probes.ts";
import { symbolKind, symbolsOf } from "./symbol-table.ts";

interface Segment {
  readonly fileOffset: bigint;
  readonly fileBytes: bigint;
  readonly address: bigint;
}

const ET_EXEC = 2;
const EM_X86_64 = 62;
const EM_AARCH64 = 183;
const DATA: ReadonlySet<number> = new Set([symbolKind.none, symbolKind.object, symbolKind.function]);

const NAME = "[A-Za-z_.][\\w.$]*";
/** Behind the size. */
const X86 = new RegExp(`@(\\$?)(?:([0-9]+)\\+)?(${NAME})([+-][0-9]+)?(\\(%rip\\))?(?=\\s|$)`, "g");
const ARM = new RegExp(`,\\s*#?:lo12:(${NAME})([+-][0-9]+)?\\]`, "g");
const LOW_12 = 0xfffn;

/** Addresses of those symbols; null: two have the name. */
function addressesOf(r: ElfReader, names: ReadonlySet<string>): ReadonlyMap<string, bigint | null> {
  const found = new Map<string, bigint | null>();
  for (const { name, address } of symbolsOf(r, DATA))
    if (names.has(name)) found.set(name, (found.get(name) ?? address) === address && found.get(name) !== null ? address : null);
  return found;
}

/** How far addresses are from their place in the file, in the segment of the probe; null: it is in none. */
function displacement(segments: readonly Segment[], address: bigint): bigint | null {
  const own = segments.find((one) => address >= one.address && address < one.address + one.fileBytes);
  return own === undefined ? null : own.address - own.fileOffset;
}

const namesIn = (pattern: RegExp, at: number, operands: string): string[] => [...operands.matchAll(pattern)].map((found) => found[at]!);

/** What names data that nobody finds stays as it is. */
export function withGlobals(r: ElfReader, probes: readonly StaticProbe[], segments: readonly Segment[]): StaticProbe[] {
  const machine = r.u16(18);
  const isFixed = r.u16(16) === ET_EXEC;
  const [pattern, at] = machine === EM_X86_64 ? [X86, 3] : machine === EM_AARCH64 ? [ARM, 1] : [null, 0];
  if (pattern === null) return [...probes];
  const names = new Set(probes.flatMap(({ operands }) => namesIn(pattern, at, operands)));
  if (names.size === 0) return [...probes];
  const addresses = addressesOf(r, names);
  const placeOf = (name: string, ...offsets: readonly (string | undefined)[]): bigint | null => {
    const address = addresses.get(name) ?? null;
    return address === null ? null : offsets.reduce((sum, text) => sum + BigInt((text ?? "0").replace(/^\+/, "")), address);
  };
  const x86 = (probe: StaticProbe): string =>
    probe.operands.replace(
      X86,
      (written: string, dollar: string, before: string | undefined, name: string, behind?: string, rip?: string) => {
        const address = placeOf(name, before, behind);
        const moved = displacement(segments, probe.address);
        // An address of its own only a program has that is not moved.
        if (address === null || moved === null || (rip === undefined && !isFixed) || (rip !== undefined && dollar !== "")) return written;
        return dollar === "" ? `@@+${address - moved}` : `@$${address}`;
      },
    );
  const arm = ({ operands }: StaticProbe): string =>
    operands.replace(ARM, (written: string, name: string, behind?: string) => {
      const address = placeOf(name, behind);
      return address === null ? written : `, ${address & LOW_12}]`;
    });
  return probes.map((probe) => ({ ...probe, operands: machine === EM_X86_64 ? x86(probe) : arm(probe) }));
}
