/** Memory of a big-endian machine in our byte order: each number that was read is turned where it lies. */
import type { HirExpr } from "../hir/hir.ts";
import type { Address, Operand } from "../ir/ir.ts";
import { MAX_NUMBERS, numbersIn } from "../types/numbers-in.ts";
import { sizeOf, type Type } from "../types/type.ts";
import type { Lowering } from "./lowering.ts";
import { imm, reg, shift } from "./operand.ts";

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

/** `at`: a value in the other byte order. Twice leaves it as it was. */
export function turnNumbers(l: Lowering, at: Address, type: Type, mask: () => Operand | null = () => null): void {
  const { b } = l;
  const numbers = numbersIn(type);
  if (numbers.length === 0 || numbers.length > MAX_NUMBERS) return;
  const kept = mask();
  for (const { offset, sizeBytes } of numbers) {
    const place = shift(at, offset);
    const read = b.load(place, sizeBytes, false);
    const turned = b.vreg();
    b.emit({ op: "bswap", dst: turned, src: read, bits: (sizeBytes * 8) as 16 | 32 | 64 });
    // Without a branch: read ^ ((read ^ turned) & mask).
    const value = kept === null ? reg(turned) : b.bin("xor", read, b.bin("and", b.bin("xor", read, reg(turned)), kept));
    b.store(place, sizeBytes, value);
  }
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
  if (!isBig(l) || numbersIn(expr.type).length === 0) return l.rules.place(l, expr);
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
