/** Bucket numbers of hist() and lhist(): parity section 12 (a) and (b). */
import type { Operand } from "../ir/ir.ts";
import type { MapValueType } from "../types/type.ts";
import { zero, type Lowering } from "./lowering.ts";
import { imm, reg } from "./operand.ts";

export type Histogram = Extract<MapValueType, { kind: "hist" | "lhist" }>;
type Lhist = Extract<MapValueType, { kind: "lhist" }>;

const lastLinear = ({ min, max, step }: Lhist): number => 1 + Number((max - min) / step);

/** Buckets that can occur, from 0 on. */
export function bucketCount(histogram: Histogram): number {
  if (histogram.kind === "lhist") return lastLinear(histogram) + 1;
  // The bucket of 2^63 - 1 is the last one.
  return ((64 - histogram.bits) << histogram.bits) + 1;
}

/** n < 0: 0; n < 2^k: 1 + n; else, with t = log2(n) - k: 1 + t * 2^k + (n >> t), which is the formula of 12(a) with its terms gathered. */
function powerBucket(l: Lowering, n: Operand, bits: number): Operand {
  const { b } = l;
  const bucket = b.vreg();
  const [large, below, small, negative, done] = [b.block(), b.block(), b.block(), b.block(), b.block()];
  b.branch("sge", n, imm(1 << bits), large, below);
  b.enter(large);
  const log = b.vreg();
  b.emit({ op: "log2", dst: log, src: n });
  if (bits === 0) b.setTo(bucket, b.bin("add", reg(log), imm(2)));
  else {
    const t = b.bin("sub", reg(log), imm(bits));
    const linear = b.bin("lshr", n, t);
    b.setTo(bucket, b.bin("add", b.bin("add", b.bin("shl", t, imm(bits)), linear), imm(1)));
  }
  b.jump(done);

  b.enter(below);
  b.branch("sge", n, zero, small, negative);
  b.enter(small);
  b.setTo(bucket, b.bin("add", n, imm(1)));
  b.jump(done);
  b.enter(negative);
  b.emit({ op: "mov", dst: bucket, src: zero });
  b.jump(done);
  b.enter(done);
  return reg(bucket);
}

/** n < min: 0; n > max: the last one; else 1 + (n - min) / step. */
function linearBucket(l: Lowering, n: Operand, lhist: Lhist): Operand {
  const { b } = l;
  const bucket = b.vreg();
  const [notBelow, inside, above, below, done] = [b.block(), b.block(), b.block(), b.block(), b.block()];
  b.branch("sge", n, imm(lhist.min), notBelow, below);
  b.enter(notBelow);
  b.branch("sle", n, imm(lhist.max), inside, above);
  b.enter(inside);
  b.setTo(bucket, b.bin("add", divideBy(l, b.bin("sub", n, imm(lhist.min)), lhist.step), imm(1)));
  b.jump(done);
  b.enter(above);
  b.emit({ op: "mov", dst: bucket, src: imm(lastLinear(lhist)) });
  b.jump(done);
  b.enter(below);
  b.emit({ op: "mov", dst: bucket, src: zero });
  b.jump(done);
  b.enter(done);
  return reg(bucket);
}

const log2 = (n: bigint): number => n.toString(2).length - 1;

/** Unsigned division by a non-zero constant. */
export function divideBy(l: Lowering, a: Operand, divisor: bigint): Operand {
  const unsigned = BigInt.asUintN(64, divisor);
  if ((unsigned & (unsigned - 1n)) === 0n) return l.b.bin("lshr", a, imm(log2(unsigned)));
  return l.b.bin("udiv", a, imm(divisor));
}

/** Unsigned remainder by a non-zero constant. */
export function remainderBy(l: Lowering, a: Operand, divisor: bigint): Operand {
  const unsigned = BigInt.asUintN(64, divisor);
  if ((unsigned & (unsigned - 1n)) === 0n) return l.b.bin("and", a, imm(unsigned - 1n));
  return l.b.bin("umod", a, imm(divisor));
}

export const bucketOf = (l: Lowering, n: Operand, histogram: Histogram): Operand =>
  histogram.kind === "hist" ? powerBucket(l, n, histogram.bits) : linearBucket(l, n, histogram);
