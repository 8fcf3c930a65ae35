/** Kernel functions that a script probes: wildcards expanded, names looked up where the machine has a list of them. */
import type { ProbeSite } from "../../lang/catalogue.ts";
import { readFunction } from "../../lang/check/attach/function-offset.ts";
import { hasWildcard, matches } from "../../lang/check/attach/wildcard.ts";
import type { Report } from "../../lang/check/report.ts";
import { suggestion } from "../../lang/check/suggestion.ts";
import type { Span } from "../../lang/diagnostics/diagnostic.ts";
import type { KernelFunction, PlanMachine } from "./machine.ts";
import { plannedSite } from "./site.ts";

export type KernelProvider = "kprobe" | "kretprobe" | "fentry" | "fexit";

/** Most functions of one wildcard: each becomes an event of its own. */
const MAX_MATCHES = 512;

function expand(pattern: string, module: string | null, span: Span, machine: PlanMachine, report: Report): readonly KernelFunction[] {
  const functions = machine.functions();
  if (functions === null) {
    report.error("noMatch", span, `${pattern} cannot be expanded: the list of kernel functions cannot be read here`, {
      hint: "name the functions, or plan on the machine that records, as root",
    });
    return [];
  }
  const found = functions.filter((one) => matches(pattern, one.name) && (module === null || matches(module, one.module ?? "vmlinux")));
  if (found.length === 0)
    report.error(
      "noMatch",
      span,
      `no kernel function matches ${pattern}`,
      machine.functionsHint === null ? {} : { hint: machine.functionsHint },
    );
  if (found.length <= MAX_MATCHES) return found;
  report.error("tooManyProbes", span, `${pattern} matches ${found.length} functions, and each takes an event of its own`, {
    hint: `make it match at most ${MAX_MATCHES}, or record with the function tracer: trace-cmd record -C mono -p function -l '${pattern}'`,
  });
  return [];
}

function named(name: string, module: string | null, span: Span, machine: PlanMachine, report: Report): readonly KernelFunction[] {
  const functions = machine.functions();
  const found = functions?.find((one) => one.name === name && (module === null || module === (one.module ?? "vmlinux")));
  if (functions === null || found !== undefined) return [found ?? { name, module: module === "vmlinux" ? null : module }];
  const similar = suggestion(
    name,
    functions.map((one) => one.name),
  );
  const hint = similar ?? machine.functionsHint;
  report.error("noMatch", span, `this kernel has no function ${name} that can be probed`, hint ? { hint } : {});
  return [];
}

export function kernelSites(
  provider: KernelProvider,
  parts: readonly string[],
  span: Span,
  machine: PlanMachine,
  report: Report,
): ProbeSite[] {
  const module = parts.length > 1 ? parts[0]! : null;
  const place = readFunction(parts.at(-1)!, provider === "kprobe" ? "offset" : "nothing");
  const at = provider === "kprobe" || provider === "fentry" ? "entry" : "return";
  if ("why" in place) return [];
  if ("address" in place) {
    const func = `0x${place.address.toString(16)}`;
    return [plannedSite({ code: "kernel", at, func, address: place.address })];
  }
  const { func, offset } = place;
  const wild = hasWildcard(func) || hasWildcard(module ?? "");
  const functions = wild ? expand(func, module, span, machine, report) : named(func, module, span, machine, report);
  const typed = provider === "fentry" || provider === "fexit";
  return functions.map((one) =>
    plannedSite({
      code: "kernel",
      at,
      func: one.name,
      module: one.module ?? (module === null || hasWildcard(module) || module === "vmlinux" ? null : module),
      offset: offset ?? 0n,
      prototype: typed ? machine.prototype(one.name) : null,
    }),
  );
}
