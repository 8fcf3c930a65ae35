/** Strings that a script asked system call events for in vain, where function probes of the same recording hold them. */
import type { ProbeCatalogue, ProbeSite } from "../../lang/catalogue.ts";
import { argumentRegisters, argumentSlot } from "../../lang/registers.ts";
import type { CompiledScript } from "../codegen/compiled.ts";

/** `openat2`, `newfstatat`, `execveat` → `open`, `fstat`, `execve`: what names of functions below have in common with that of the call. */
const stem = (call: string): string => call.replace(/^new/, "").replace(/(at)?[0-9]*$/, "");

/** System calls whose events the script listens to: `openat` of sys_enter_openat. */
function callsOf(script: CompiledScript): string[] {
  const names = script.attach.flatMap(({ point }) =>
    point.provider === "tracepoint" && point.tracepoint.category === "syscalls" ? [point.tracepoint.name] : [],
  );
  return [...new Set(names.flatMap((name) => /^sys_enter_(.+)$/.exec(name)?.[1] ?? []))];
}

/** `str(arg1)`, if the records of the function's entry hold what that argument points to as a string. */
function stringOf({ code, at, records }: ProbeSite): string | null {
  if (code !== "kernel" || at !== "entry") return null;
  for (const { base, delta, data } of records.recipe.memory) {
    if (base.kind !== "slot" || delta !== 0n || data.kind !== "data_loc") continue;
    const index = argumentRegisters.findIndex((_, i) => argumentSlot(i) === base.slot);
    if (index >= 0) return `str(arg${index})`;
  }
  return null;
}

/** Where to look instead, for a script that found no memory behind the pointers of system calls; null: nowhere. */
export function recordedStrings(script: CompiledScript, catalogue: ProbeCatalogue): string | null {
  const sites = catalogue.probed?.sites ?? [];
  const places = callsOf(script).flatMap((call) => {
    const site = sites.find((one) => one.func.includes(stem(call)) && stringOf(one) !== null);
    return site === undefined ? [] : [`${stringOf(site)!} of kprobe:${site.func} (for ${call})`];
  });
  return places.length === 0 ? null : `this recording has such strings at another place: ${places.join(", ")}`;
}
