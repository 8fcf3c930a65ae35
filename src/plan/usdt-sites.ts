/** Static probes of programs that a script names, by the notes of the files (row 1.43). */
import type { ProbeSite } from "../../lang/catalogue.ts";
import { hasWildcard, matches } from "../../lang/check/attach/wildcard.ts";
import type { Report } from "../../lang/check/report.ts";
import { suggestion } from "../../lang/check/suggestion.ts";
import type { Span } from "../../lang/diagnostics/diagnostic.ts";
import { int } from "../../lang/types/type.ts";
import type { ElfFile } from "../../probes/symbols/elf.ts";
import { parseOperands, whyUnreached } from "../../probes/symbols/operands.ts";
import type { StaticProbe } from "../../probes/symbols/static-probes.ts";
import type { SiteNeeds } from "./dynamic.ts";
import type { PlanMachine, UserFile } from "./machine.ts";
import type { Unrecordable } from "./plan.ts";
import { plannedSite } from "./site.ts";
import { executableOf, fileOffsetOfAddress, filesOf } from "./user-sites.ts";

interface Lookup {
  readonly machine: PlanMachine;
  readonly report: Report;
  readonly pid: number | null;
}

/** Counters are data. */
function offsetOfData(elf: ElfFile, address: bigint): bigint | null {
  const segment = elf.segments.find((one) => address >= one.address && address < one.address + one.fileBytes);
  return address === 0n || segment === undefined ? null : address - segment.address + segment.fileOffset;
}

function siteOf(file: UserFile, { provider, name, address, operands, semaphore }: StaticProbe): ProbeSite[] {
  const inFile = fileOffsetOfAddress(file.elf, address);
  if (inFile === null) return [];
  const parameters = parseOperands(operands).map(({ sizeBytes, signed }, i) => ({ name: `arg${i}`, type: int(sizeBytes, signed) }));
  const counter = offsetOfData(file.elf, semaphore);
  return [
    plannedSite({
      code: "usdt",
      at: "entry",
      target: file.path,
      module: provider,
      func: name,
      address: inFile,
      operands,
      prototype: { parameters, result: null },
      ...(counter === null ? {} : { semaphore: counter }),
    }),
  ];
}

/** TARGET:[PROVIDER:]NAME; with a process, its own executable may be meant. */
export function usdtSites(parts: readonly string[], span: Span, lookup: Lookup): ProbeSite[] {
  const { pid, report } = lookup;
  const isOwn = pid !== null && (parts.length === 1 || parts[0] === "");
  const target = isOwn ? executableOf(pid) : parts[0]!;
  const provider = parts.length === 3 ? parts[1]! : "*";
  const name = parts.at(-1)!;
  const files = filesOf(target, span, lookup);
  const wanted = (probe: StaticProbe): boolean => matches(provider, probe.provider) && matches(name, probe.name);
  const found = files.flatMap((file) => file.elf.staticProbes.filter(wanted).flatMap((probe) => siteOf(file, probe)));
  if (found.length > 0 || files.length === 0) return found;
  const known = files.flatMap(({ elf }) => elf.staticProbes.map((probe) => probe.name));
  const nothing = `${files.map(({ path }) => path).join(", ")} has no static probes: it was built without sys/sdt.h`;
  report.error("noMatch", span, `${target} has no static probe ${provider === "*" ? "" : `${provider}:`}${name}`, {
    hint: known.length === 0 ? nothing : hasWildcard(name) ? null : suggestion(name, known),
  });
  return [];
}

/**
 * Arguments that no fetch argument reaches: of those, nothing is recorded. Constants need not be: the note has them. `placeText`: file, line
 * and column.
 */
export function unreachedOperands({ site, words, spans, names }: SiteNeeds, placeText: (span: Span) => string): Unrecordable[] {
  if (site.code !== "usdt") return [];
  const operands = parseOperands(site.operands ?? "");
  return [...words].flatMap(([key, base]): Unrecordable[] => {
    if (base.kind !== "argument") return [];
    const operand = operands[base.index];
    const unreached = operand === undefined ? { why: `the probe has ${operands.length} arguments`, hint: null } : whyUnreached(operand);
    if (unreached === null) return [];
    const span = spans.get(key);
    const place = span === undefined ? "" : ` (${placeText(span)})`;
    return [{ what: `arg${base.index}${place} of ${[...names].sort().join(" and ")}`, ...unreached }];
  });
}
