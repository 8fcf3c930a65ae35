/**
 * Tracked numbers: what is known about each bit. A bit of `mask` is 1 where the bit is unknown; `value` holds the known bits and is 0
 * elsewhere. The algorithms are those of linux kernel/bpf/tnum.c, on any width up to 64.
 */
export interface Tnum {
  readonly value: bigint;
  readonly mask: bigint;
}

export const tnumUnknown: Tnum = { value: 0n, mask: (1n << 64n) - 1n };

export function tnumConst(value: bigint): Tnum {
  return { value, mask: 0n };
}

export function tnumIsConst(a: Tnum): boolean {
  return a.mask === 0n;
}

/** The smallest tnum that contains every number from min to max. */
export function tnumRange(bits: number, min: bigint, max: bigint): Tnum {
  let differing = min ^ max;
  // Every bit below the highest differing one may take either value.
  for (let shift = 1n; shift < BigInt(bits); shift <<= 1n) differing |= differing >> shift;
  return { value: min & ~differing, mask: differing };
}

function make(bits: number, value: bigint, mask: bigint): Tnum {
  const known = BigInt.asUintN(bits, mask);
  return { value: BigInt.asUintN(bits, value & ~known), mask: known };
}

export function tnumAdd(bits: number, a: Tnum, b: Tnum): Tnum {
  const sum = a.value + b.value;
  const carries = (sum + a.mask + b.mask) ^ sum;
  return make(bits, sum, carries | a.mask | b.mask);
}

export function tnumSub(bits: number, a: Tnum, b: Tnum): Tnum {
  const difference = a.value - b.value;
  const borrows = (difference + a.mask) ^ (difference - b.mask);
  return make(bits, difference, borrows | a.mask | b.mask);
}

export function tnumMul(bits: number, a: Tnum, b: Tnum): Tnum {
  let unknown: Tnum = { value: 0n, mask: 0n };
  let [value, mask] = [a.value, a.mask];
  let shifted = b;
  while (value !== 0n || mask !== 0n) {
    if (value & 1n) unknown = tnumAdd(bits, unknown, { value: 0n, mask: shifted.mask });
    else if (mask & 1n) unknown = tnumAdd(bits, unknown, { value: 0n, mask: shifted.value | shifted.mask });
    value >>= 1n;
    mask >>= 1n;
    shifted = tnumLsh(bits, shifted, 1n);
  }
  return tnumAdd(bits, tnumConst(BigInt.asUintN(bits, a.value * b.value)), unknown);
}

export function tnumAnd(a: Tnum, b: Tnum): Tnum {
  const value = a.value & b.value;
  return { value, mask: (a.value | a.mask) & (b.value | b.mask) & ~value };
}

export function tnumOr(a: Tnum, b: Tnum): Tnum {
  const value = a.value | b.value;
  return { value, mask: (a.mask | b.mask) & ~value };
}

export function tnumXor(a: Tnum, b: Tnum): Tnum {
  const mask = a.mask | b.mask;
  return { value: (a.value ^ b.value) & ~mask, mask };
}

export function tnumLsh(bits: number, a: Tnum, amount: bigint): Tnum {
  return make(bits, a.value << amount, a.mask << amount);
}

export function tnumRsh(a: Tnum, amount: bigint): Tnum {
  return { value: a.value >> amount, mask: a.mask >> amount };
}

/** An unknown sign bit makes every bit that is shifted in unknown. */
export function tnumArsh(bits: number, a: Tnum, amount: bigint): Tnum {
  return make(bits, BigInt.asIntN(bits, a.value) >> amount, BigInt.asIntN(bits, a.mask) >> amount);
}

/** What is known when both are known to hold. Of contradicting bits the result is meaningless; ranges find contradictions. */
export function tnumIntersect(a: Tnum, b: Tnum): Tnum {
  const mask = a.mask & b.mask;
  return { value: (a.value | b.value) & ~mask, mask };
}

/** Whether every number of b is one of a. */
export function tnumContains(a: Tnum, b: Tnum): boolean {
  return (b.mask & ~a.mask) === 0n && (b.value & ~a.mask) === a.value;
}

/** The low `bits` bits, zero-extended. */
export function tnumLow(bits: number, a: Tnum): Tnum {
  return { value: BigInt.asUintN(bits, a.value), mask: BigInt.asUintN(bits, a.mask) };
}

/** The low 32 bits of a replaced by those of b. */
export function tnumWithLow32(a: Tnum, low: Tnum): Tnum {
  const high = (x: bigint): bigint => (x >> 32n) << 32n;
  return { value: high(a.value) | low.value, mask: high(a.mask) | low.mask };
}

/** Whether every number of a is a multiple of `size`, a power of two. */
export function tnumIsAligned(a: Tnum, size: number): boolean {
  return ((a.value | a.mask) & BigInt(size - 1)) === 0n;
}

export function tnumText(a: Tnum): string {
  return `(0x${a.value.toString(16)}; 0x${a.mask.toString(16)})`;
}
