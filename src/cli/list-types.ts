/** -l and -lv of types of the kernel: `struct task*`, `enum pid_type` (row 8.17). */
import { matches } from "../../lang/check/attach/wildcard.ts";
import { cDefinition } from "../../probes/kernel/btf/definition.ts";
import type { Btf, BtfId } from "../../probes/kernel/btf/btf.ts";
import type { KernelTypes } from "../session/kernel-types.ts";
import type { Console } from "./console.ts";

const TYPE_PATTERN = /^(struct|union|enum)\s+(\S+)$/;

/** Whether a pattern of -l names types and no probes. */
export const namesTypes = (pattern: string): boolean => /^(?:struct|union|enum)\s/.test(pattern.trim());

/** The first of each name. */
function found(btf: Btf, kind: string, pattern: string): ReadonlyMap<string, BtfId> {
  const types = new Map<string, BtfId>();
  for (let id = 1; id < btf.count; id++) {
    const type = btf.type(id as BtfId);
    if (type.kind === kind && "name" in type && type.name !== "" && !types.has(type.name) && matches(pattern, type.name))
      types.set(type.name, id as BtfId);
  }
  return types;
}

/** The exit status. */
export function listTypes(pattern: string, kernel: KernelTypes, verbose: boolean, console: Console): number {
  const [, kind = "", name = ""] = TYPE_PATTERN.exec(pattern.trim()) ?? [];
  const types = kernel.nearest();
  if (types === null) {
    console.error(`ERROR: '${pattern.trim()}' cannot be listed: the types of the recorded kernel are not known\n`);
    console.error("HINT: pass a copy of its /sys/kernel/btf/vmlinux with --btf FILE\n");
    return 1;
  }
  const names = [...found(types.btf, kind, name)].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [type, id] of names) console.print(`vmlinux: ${verbose ? cDefinition(types.btf, id)! : `${kind} ${type}\n`}`);
  return 0;
}
