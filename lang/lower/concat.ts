/** str_concat(): one string behind the other (row 5.32). */
import type { HirExpr } from "../hir/hir.ts";
import type { Address } from "../ir/ir.ts";
import { sizeOf } from "../types/type.ts";
import type { Lowering } from "./lowering.ts";
import { addrArg, imm, pointee, reg } from "./operand.ts";
import { lengthAt, storeString } from "./text.ts";

/**
 * The second string is read to where the first one ends, in a place that has room for both whole capacities, so that the verifier sees at
 * once that it fits.
 */
export function concatInto(l: Lowering, expr: Extract<HirExpr, { kind: "concat" }>, to: Address): void {
  const { b } = l;
  const capacity = sizeOf(expr.type);
  const [leftBytes, rightBytes] = [sizeOf(expr.left.type), sizeOf(expr.right.type)];
  const room = b.scratch("joined", Math.max(capacity, leftBytes) + rightBytes);
  const right = l.rules.place(l, expr.right);
  b.emit({ op: "zero", to: room, sizeBytes: Math.max(capacity, leftBytes) + rightBytes });
  storeString(l, expr.left, room, leftBytes);
  const end = b.copyOf(lengthAt(l, room, leftBytes));
  const [tooLong, fits] = [b.coldBlock(), b.block()];
  b.branch("ule", reg(end), imm(leftBytes), fits, tooLong);
  b.enter(tooLong);
  b.emit({ op: "mov", dst: end, src: imm(leftBytes) });
  b.jump(fits);
  b.enter(fits);
  const behind = pointee(b.bin("add", reg(b.addressOf(room)), reg(end)));
  b.helperVoid("probe_read_kernel", [addrArg(behind), imm(rightBytes), addrArg(right)]);
  b.emit({ op: "copy", to, from: room, sizeBytes: capacity });
}
