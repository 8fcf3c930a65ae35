/** Char arrays of C as strings: they may be full, and old bytes may lie behind their NUL (rows 3.19, 3.23). */
import type { HirExpr } from "../hir/hir.ts";
import type { Address } from "../ir/ir.ts";
import { sizeOf } from "../types/type.ts";
import { isRemote, remoteOf } from "./deref.ts";
import type { Lowering } from "./lowering.ts";
import { addrArg, imm } from "./operand.ts";
import { warnOfFailedRead } from "./records.ts";

const STRING_HELPERS = { probe_read_kernel: "probe_read_kernel_str", probe_read_user: "probe_read_user_str" } as const;

/** One byte more than the array has, for the NUL that the helper writes. */
export function charArrayInto(l: Lowering, expr: Extract<HirExpr, { kind: "char_array" }>, to: Address): void {
  const { b } = l;
  const { operand } = expr;
  const size = imm(sizeOf(expr.type));
  const remote = isRemote(operand) ? remoteOf(l, operand) : null;
  const place = remote === null ? l.rules.place(l, operand) : null;
  b.emit({ op: "zero", to, sizeBytes: sizeOf(expr.type) });
  if (place !== null) return b.helperVoid("probe_read_kernel_str", [addrArg(to), size, addrArg(place)]);
  const { base, off, helper } = remote!;
  const from = off === 0 ? base : b.bin("add", base, imm(off));
  const args = [addrArg(to), size, from];
  const name = STRING_HELPERS[helper];
  if (l.program.options.keepWarnings) warnOfFailedRead(l, expr, name, b.helper(name, args));
  else b.helperVoid(name, args);
}
