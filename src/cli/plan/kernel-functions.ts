/** Functions of the kernel that can be probed. */
import { readFileSync } from "node:fs";
import type { Btf, BtfId } from "../../../probes/kernel/btf/btf.ts";
import type { KernelFunction } from "../../plan/machine.ts";
import { TRACEFS } from "./tracefs-catalogue.ts";

function read(path: string): string | null {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return null;
  }
}

/** `name` or `name [module]` in each line. */
const fromFilter = (text: string): KernelFunction[] =>
  [...text.matchAll(/^(\S+)(?: \[([^\]]+)\])?$/gm)].map(([, name, module]) => ({ name: name!, module: module ?? null }));

/** `address t name\t[module]`; functions have the letters t and w in either case. */
export const fromKallsyms = (text: string): KernelFunction[] =>
  [...text.matchAll(/^[0-9a-f]+ [tTwW] (\S+)(?:[ \t]+\[([^\]]+)\])?$/gm)].map(([, name, module]) => ({
    name: name!,
    module: module ?? null,
  }));

/** Those that a kernel's type data names: what was not inlined, and what the compiler left as it was. */
export function fromTypes(btf: Btf): KernelFunction[] {
  const names = new Set<string>();
  for (let id = 1; id < btf.count; id++) {
    const type = btf.type(id as BtfId);
    if (type.kind === "func") names.add(type.name);
  }
  return [...names].map((name) => ({ name, module: null }));
}

/** Null: neither list can be read. */
export function kernelFunctions(kallsyms: string | null): readonly KernelFunction[] | null {
  const filter = kallsyms === null ? read(`${TRACEFS}/available_filter_functions`) : null;
  if (filter !== null && filter !== "") return fromFilter(filter);
  const symbols = kallsyms ?? read("/proc/kallsyms");
  const found = symbols === null ? [] : fromKallsyms(symbols);
  return found.length === 0 ? null : found;
}
