/** What each ALU and jump operation computes (RFC 9669 sections 4.1 to 4.3), on unsigned 64-bit BigInts. */
import type { AluOp, AtomicOp, JmpOp } from "../isa/insn.ts";

type Width = 32 | 64;
const u = (width: Width, value: bigint): bigint => BigInt.asUintN(width, value);
const s = (width: Width, value: bigint): bigint => BigInt.asIntN(width, value);

type Binary = (width: Width, a: bigint, b: bigint) => bigint;

/** Operands are reduced to the width; results are reduced to it afterwards. BigInt division truncates toward zero, as eBPF's does. */
const alu: Readonly<Record<AluOp, Binary>> = {
  add: (_width, a, b) => a + b,
  sub: (_width, a, b) => a - b,
  mul: (_width, a, b) => a * b,
  div: (_width, a, b) => (b === 0n ? 0n : a / b),
  mod: (_width, a, b) => (b === 0n ? a : a % b),
  // INT_MIN / -1 wraps to INT_MIN when the result is reduced; INT_MIN % -1 is 0 by itself.
  sdiv: (width, a, b) => (b === 0n ? 0n : s(width, a) / s(width, b)),
  smod: (width, a, b) => (b === 0n ? a : s(width, a) % s(width, b)),
  or: (_width, a, b) => a | b,
  and: (_width, a, b) => a & b,
  xor: (_width, a, b) => a ^ b,
  lsh: (width, a, b) => a << (b & BigInt(width - 1)),
  rsh: (width, a, b) => a >> (b & BigInt(width - 1)),
  arsh: (width, a, b) => s(width, a) >> (b & BigInt(width - 1)),
  mov: (_width, _a, b) => b,
};

/** The new value of dst; a 32-bit result is zero-extended. */
export function computeAlu(op: AluOp, width: Width, a: bigint, b: bigint): bigint {
  return u(width, alu[op](width, u(width, a), u(width, b)));
}

export function negate(width: Width, a: bigint): bigint {
  return u(width, -a);
}

export function signExtend(from: 8 | 16 | 32, width: Width, a: bigint): bigint {
  return u(width, BigInt.asIntN(from, a));
}

export function swapBytes(bits: 16 | 32 | 64, a: bigint): bigint {
  let out = 0n;
  for (let shift = 0n; shift < bits; shift += 8n) out = (out << 8n) | ((a >> shift) & 0xffn);
  return out;
}

const jmp: Readonly<Record<JmpOp, Binary>> = {
  eq: (_width, a, b) => BigInt(a === b),
  ne: (_width, a, b) => BigInt(a !== b),
  gt: (_width, a, b) => BigInt(a > b),
  ge: (_width, a, b) => BigInt(a >= b),
  lt: (_width, a, b) => BigInt(a < b),
  le: (_width, a, b) => BigInt(a <= b),
  sgt: (width, a, b) => BigInt(s(width, a) > s(width, b)),
  sge: (width, a, b) => BigInt(s(width, a) >= s(width, b)),
  slt: (width, a, b) => BigInt(s(width, a) < s(width, b)),
  sle: (width, a, b) => BigInt(s(width, a) <= s(width, b)),
  set: (_width, a, b) => a & b,
};

export function isTaken(op: JmpOp, width: Width, a: bigint, b: bigint): boolean {
  return jmp[op](width, u(width, a), u(width, b)) !== 0n;
}

/** What an atomic leaves in memory. cmpxchg's expected value is r0. */
export function atomicResult(op: AtomicOp, old: bigint, src: bigint, expected: bigint): bigint {
  switch (op) {
    case "add":
      return old + src;
    case "or":
      return old | src;
    case "and":
      return old & src;
    case "xor":
      return old ^ src;
    case "xchg":
      return src;
    case "cmpxchg":
      return old === expected ? src : old;
  }
}
