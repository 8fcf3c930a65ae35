/** Builtin variables (section 4 of the parity table). `probe` is a literal by now, `args` is read by access.ts. */
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { BuiltinName, HirExpr } from "../../hir/hir.ts";
import { int, string, uint64, type Type } from "../../types/type.ts";

const uint32 = int(4, false);

/** Types as rows 4.01–4.28 give them. */
const TYPES: Readonly<Partial<Record<BuiltinName, Type>>> = {
  pid: uint32,
  tid: uint32,
  comm: string(16),
  cpu: uint64,
  ncpus: uint64,
  nsecs: uint64,
  elapsed: uint64,
  rand: uint32,
};

/** Known to the language, without an implementation so far. */
const LATER = new Set(
  ["uid", "gid", "cgroup", "curtask"].concat(
    "username jiffies numaid ppid pcomm leader_tid leader_comm kstack ustack dw_ustack retval func probetype cpid has_cpid".split(" "),
    "usermode ctx config sarg0 arch safe_mode".split(" "),
  ),
);

export const builtinNames: readonly string[] = [...Object.keys(TYPES), "args", "probe"];

export const isLaterBuiltin = (name: string): boolean => LATER.has(name) || /^s?arg[0-9]+$/.test(name) || name.startsWith("__builtin_");

export function elaborateBuiltin(name: string, span: Span): HirExpr | null {
  const type = TYPES[name as BuiltinName];
  return type === undefined ? null : { kind: "builtin", span, name: name as BuiltinName, type };
}
