/** Functions of programs and libraries that a script probes, by the symbols of the files. */
import type { ProbeSite } from "../../lang/catalogue.ts";
import { readFunction } from "../../lang/check/attach/function-offset.ts";
import { hasWildcard, matches } from "../../lang/check/attach/wildcard.ts";
import type { Report } from "../../lang/check/report.ts";
import { suggestion } from "../../lang/check/suggestion.ts";
import type { Span } from "../../lang/diagnostics/diagnostic.ts";
import type { ElfFile, ElfSymbol } from "../../probes/symbols/elf.ts";
import type { PlanMachine, UserFile } from "./machine.ts";
import { plannedSite } from "./site.ts";

interface Lookup {
  readonly machine: PlanMachine;
  readonly report: Report;
  readonly pid: number | null;
}

/** uprobes are placed by the offset of an instruction in its file: that of code, wherever it will be mapped. */
export function fileOffsetOfAddress(elf: ElfFile, address: bigint): bigint | null {
  const segment = elf.segments.find((one) => one.executable && address >= one.address && address < one.address + one.fileBytes);
  return segment === undefined ? null : address - segment.address + segment.fileOffset;
}

/** Null, with an error, where the file is not there. */
export function filesOf(target: string, span: Span, { machine, report }: Lookup): readonly UserFile[] {
  const files = machine.files(target);
  if (files.length === 0)
    report.error("noMatch", span, `${target}: no such executable or library`, { hint: "plan where the file is, or name it by its path" });
  return files;
}

function symbolsOf(file: UserFile, name: string, span: Span, report: Report): readonly ElfSymbol[] {
  const { functions } = file.elf;
  const found = functions.filter((symbol) => matches(name, symbol.name));
  if (found.length > 0) return hasWildcard(name) ? found : found.slice(0, 1);
  const names = functions.map((symbol) => symbol.name);
  report.error("noMatch", span, `${file.path} has no function ${name}`, {
    hint: names.length === 0 ? "the file is stripped: probe it by address, uprobe:PATH:0xADDRESS" : suggestion(name, names),
  });
  return [];
}

export const executableOf = (pid: number): string => `/proc/${pid}/exe`;

/** TARGET, [cpp,] FUNCTION[+OFFSET] or ADDRESS; with a process, its own executable may be meant. */
export function userSites(provider: "uprobe" | "uretprobe", parts: readonly string[], span: Span, lookup: Lookup): ProbeSite[] {
  const { pid } = lookup;
  const isOwn = pid !== null && (parts.length === 1 || parts[0] === "");
  const target = isOwn ? executableOf(pid) : parts[0]!;
  const place = readFunction(parts.at(-1)!, provider === "uprobe" ? "offset" : "nothing");
  if ("why" in place) return [];
  const at = provider === "uprobe" ? "entry" : "return";
  return filesOf(target, span, lookup).flatMap((file) => {
    const site = (func: string, address: bigint, offset: bigint, aliases: readonly string[]): ProbeSite[] => {
      const inFile = fileOffsetOfAddress(file.elf, address + offset);
      if (inFile !== null) return [plannedSite({ code: "user", at, target: file.path, func, aliases, offset, address: inFile })];
      lookup.report.error("noMatch", span, `${file.path} has no code at 0x${(address + offset).toString(16)}`);
      return [];
    };
    if ("address" in place) {
      const symbol = file.elf.functions.find((one) => place.address >= one.address && place.address < one.address + one.sizeBytes);
      const name = `at_0x${place.address.toString(16)}`;
      // The address that the script names is looked up as one of the file.
      return symbol === undefined
        ? site(name, place.address, 0n, [])
        : site(symbol.name, symbol.address, place.address - symbol.address, [name]);
    }
    return symbolsOf(file, place.func, span, lookup.report).flatMap((symbol) => site(symbol.name, symbol.address, place.offset ?? 0n, []));
  });
}
