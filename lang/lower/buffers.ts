/** buf(): bytes with their length in front (rows 3.25, 5.28). Behind the bytes are zeroes, so that equal buffers are equal keys. */
import type { HirExpr } from "../hir/hir.ts";
import type { Address, Operand } from "../ir/ir.ts";
import { sizeOf, type Type } from "../types/type.ts";
import { addressToRead } from "./fields.ts";
import type { Lowering } from "./lowering.ts";
import { recordedBytes } from "./native-order.ts";
import { addrArg, imm, isImm, reg, shift } from "./operand.ts";
import { warnOfFailedRead } from "./records.ts";
import { isScalar } from "./scalars.ts";
import { clampLength, isKernelPointer } from "./text.ts";

const LENGTH_BYTES = 4;

const capacityOf = (type: Type): number => {
  if (type.kind !== "buffer") throw new Error(`${type.kind} is no buffer`);
  return type.sizeBytes;
};

export function bufferInto(l: Lowering, expr: Extract<HirExpr, { kind: "buf_of" }>, to: Address): void {
  const { b } = l;
  const { data } = expr;
  const capacity = capacityOf(expr.type);
  if (isScalar(data.type)) {
    const from = b.copyOf(addressToRead(l, data));
    return fill(l, expr, to, { from: reg(from), available: capacity, kernel: isKernelPointer(data) });
  }
  // All bytes of a literal count, those behind a NUL in it too.
  const place = recordedBytes(l, data.kind === "str" ? { ...data, type: bytesType(sizeOf(data.type)) } : data);
  const available = Math.min(capacity, sizeOf(data.type));
  fill(l, expr, to, { from: place, available, kernel: true });
}

const bytesType = (length: number): Type => ({ kind: "array", elem: { kind: "int", sizeBytes: 1, signed: true }, length });

interface Source {
  readonly from: Operand | Address;
  /** Bytes that are there to be read. */
  readonly available: number;
  readonly kernel: boolean;
}

function fill(l: Lowering, expr: Extract<HirExpr, { kind: "buf_of" }>, to: Address, source: Source): void {
  const { b } = l;
  const capacity = capacityOf(expr.type);
  const length = clampLength(l, expr.length, capacity);
  const { from, available, kernel } = source;
  const bytes = shift(to, LENGTH_BYTES);
  b.emit({ op: "zero", to, sizeBytes: LENGTH_BYTES + capacity });
  b.store(to, LENGTH_BYTES, length);
  const count = isImm(length)
    ? imm(length.value < BigInt(available) ? length.value : BigInt(available))
    : atMost(l, length, available, capacity);
  if (from.kind === "slot" || from.kind === "ptr") {
    if (isImm(count)) return b.emit({ op: "copy", to: bytes, from, sizeBytes: Number(count.value) });
    return b.helperVoid("probe_read_kernel", [addrArg(bytes), count, addrArg(from)]);
  }
  const helper = kernel ? "probe_read_kernel" : "probe_read_user";
  const args = [addrArg(bytes), count, from];
  if (l.program.options.keepWarnings) warnOfFailedRead(l, expr, helper, b.helper(helper, args));
  else b.helperVoid(helper, args);
}

function atMost(l: Lowering, length: Operand, limit: number, capacity: number): Operand {
  if (limit >= capacity) return length;
  const { b } = l;
  const count = b.copyOf(length);
  const [tooMany, done] = [b.coldBlock(), b.block()];
  b.branch("ule", reg(count), imm(limit), done, tooMany);
  b.enter(tooMany);
  b.emit({ op: "mov", dst: count, src: imm(limit) });
  b.jump(done);
  b.enter(done);
  return reg(count);
}
