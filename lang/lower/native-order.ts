/** Memory of a big-endian machine in our byte order: each number that was read is turned where it lies. */
import type { HirExpr } from "../hir/hir.ts";
import type { Address, Operand } from "../ir/ir.ts";
import { hasNumbers, numberBytes, turnedMembers } from "../types/numbers-in.ts";
import { sizeOf, type Type } from "../types/type.ts";
import type { Lowering } from "./lowering.ts";
import { imm, pointee, reg, shift } from "./operand.ts";

/** As src/bpf/memory.ts has it: tasks are ours, and in our order. */
export const TASK_ADDRESSES = { high: 0x74_736bn, shift: 40 } as const;

/** Where a value was read. */
export interface Origin {
  readonly base: Operand;
  /** It may be a variable or a map's value, whose address the script took: small as no address of a kernel is, and in our order. */
  readonly mayBeOwn: boolean;
}

const isAt = (l: Lowering, address: Operand, { high, shift: low }: { readonly high: bigint; readonly shift: number }): Operand => {
  const dst = l.b.vreg();
  l.b.emit({ op: "setcc", dst, cond: "eq", a: l.b.bin("lshr", address, imm(low)), b: imm(high) });
  return reg(dst);
};

/** All ones for memory of the machine; 0 for that of a task, or of ours. */
function machineMask(l: Lowering, { base, mayBeOwn }: Origin): Operand {
  const isTask = isAt(l, base, TASK_ADDRESSES);
  const isOurs = mayBeOwn ? l.b.bin("or", isTask, isAt(l, base, { high: 0n, shift: 32 })) : isTask;
  return l.b.bin("sub", isOurs, imm(1));
}

/** Longer arrays are turned in a loop. */
const UNROLLED = 8;

function turnNumber(l: Lowering, at: Address, sizeBytes: 2 | 4 | 8, mask: Operand | null): void {
  const { b } = l;
  const read = b.load(at, sizeBytes, false);
  const turned = b.vreg();
  b.emit({ op: "bswap", dst: turned, src: read, bits: (sizeBytes * 8) as 16 | 32 | 64 });
  // Without a branch: read ^ ((read ^ turned) & mask).
  b.store(at, sizeBytes, mask === null ? reg(turned) : b.bin("xor", read, b.bin("and", b.bin("xor", read, reg(turned)), mask)));
}

/** Runs `body` with the address of each element. */
function eachElement(l: Lowering, at: Address, { length, elem }: Extract<Type, { kind: "array" }>, body: (element: Address) => void): void {
  const { b } = l;
  const sizeBytes = sizeOf(elem);
  if (length <= UNROLLED) {
    for (let i = 0; i < length; i++) body(shift(at, i * sizeBytes));
    return;
  }
  const [start, offset] = [b.addressOf(at), b.vreg()];
  const [head, done] = [b.block(), b.block()];
  b.emit({ op: "mov", dst: offset, src: imm(0) });
  b.jump(head);
  b.enter(head);
  const here = b.vreg();
  b.emit({ op: "bin", fn: "add", dst: here, a: reg(start), b: reg(offset) });
  body(pointee(reg(here)));
  b.emit({ op: "bin", fn: "add", dst: offset, a: reg(offset), b: imm(sizeBytes) });
  b.branch("ult", reg(offset), imm(length * sizeBytes), head, done);
  b.enter(done);
}

function turnAt(l: Lowering, at: Address, type: Type, mask: Operand | null): void {
  const sizeBytes = numberBytes(type);
  if (sizeBytes !== 0) return turnNumber(l, at, sizeBytes, mask);
  if (!hasNumbers(type)) return;
  if (type.kind === "array") eachElement(l, at, type, (element) => turnAt(l, element, type.elem, mask));
  if (type.kind === "struct") for (const member of turnedMembers(type)) turnAt(l, shift(at, member.offset), member.type, mask);
}

/** `at`: a value in the other byte order. Twice leaves it as it was. */
export function turnNumbers(l: Lowering, at: Address, type: Type, mask: () => Operand | null = () => null): void {
  if (hasNumbers(type)) turnAt(l, at, type, mask());
}

const isBig = (l: Lowering): boolean => l.program.options.byteOrder === "big";

/** `value`, of which `sizeBytes` count, so that they lie in memory as the recorded machine would have them. */
export function inRecordedOrder(l: Lowering, value: Operand, sizeBytes: number): Operand {
  if (!isBig(l)) return value;
  const turned = l.b.vreg();
  l.b.emit({ op: "bswap", dst: turned, src: value, bits: 64 });
  return sizeBytes === 8 ? reg(turned) : l.b.bin("lshr", reg(turned), imm(64 - 8 * sizeBytes));
}

/** `at`: bytes of the recorded machine that are now numbers, or numbers that are now bytes. */
export function turnRecorded(l: Lowering, at: Address, type: Type): void {
  if (isBig(l)) turnNumbers(l, at, type);
}

/** Memory that holds the bytes of a value as the recorded machine has them. */
export function recordedBytes(l: Lowering, expr: HirExpr): Address {
  if (!isBig(l) || !hasNumbers(expr.type)) return l.rules.place(l, expr);
  const slot = l.b.scratch("bytes", sizeOf(expr.type));
  l.rules.into(l, expr, slot);
  turnNumbers(l, slot, expr.type);
  return slot;
}

/** `at`: what was read there, a value of that type. */
export function toNativeOrder(l: Lowering, at: Address, type: Type, origin: Origin): void {
  if (!isBig(l)) return;
  turnNumbers(l, at, type, () => machineMask(l, origin));
}
