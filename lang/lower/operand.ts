/** Small constructors for IR operands and addresses. */
import type { Address, CallArg, MapId, Operand, SlotId, VReg } from "../ir/ir.ts";

type Imm = Extract<Operand, { kind: "imm" }>;
type Reg = Extract<Operand, { kind: "reg" }>;

/** Constants are kept as signed 64-bit numbers, so that equal machine words are equal. */
export const imm = (value: bigint | number): Imm => ({ kind: "imm", value: BigInt.asIntN(64, BigInt(value)) });
export const reg = (r: VReg): Reg => ({ kind: "reg", reg: r });
export const isImm = (operand: Operand): operand is Imm => operand.kind === "imm";

export const slotAt = (slot: SlotId): Address => ({ kind: "slot", slot, off: 0 });
/** The memory that an operand points to. */
export function pointee(pointer: Operand): Address {
  if (isImm(pointer)) throw new Error("constant used as a pointer");
  return { kind: "ptr", reg: pointer.reg, off: 0 };
}
export const shift = (addr: Address, off: number): Address => ({ ...addr, off: addr.off + off });
export const addrArg = (addr: Address): CallArg => ({ kind: "addr", addr });
export const mapArg = (map: MapId): CallArg => ({ kind: "map", map });

export type Size = 1 | 2 | 4 | 8;

/** Largest access that `off` allows on a base aligned to 8: stack and record accesses must be aligned (kernel rule), so all are. */
export const alignmentOf = (off: number): Size => (off % 8 === 0 ? 8 : off % 4 === 0 ? 4 : off % 2 === 0 ? 2 : 1);

/** Cuts [0, sizeBytes) into the largest accesses that are aligned in all of several places; each `off` is from an 8-aligned base. */
export function aligned(sizeBytes: number, ...offs: readonly number[]): { readonly at: number; readonly size: Size }[] {
  const pieces: { at: number; size: Size }[] = [];
  for (let at = 0; at < sizeBytes;) {
    let size = Math.min(8, ...offs.map((off) => alignmentOf(off + at))) as Size;
    while (size > sizeBytes - at) size = (size / 2) as Size;
    pieces.push({ at, size });
    at += size;
  }
  return pieces;
}
