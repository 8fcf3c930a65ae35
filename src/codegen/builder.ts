/** State of instruction selection for one function: where instructions go, and what is known about the operands. */
import type { Address, IrFunction, IrMap, Operand, VReg } from "../../lang/ir/ir.ts";
import type { Span } from "../../lang/diagnostics/diagnostic.ts";
import { fitsImm, s64 } from "./arithmetic.ts";
import type { Facts } from "./facts.ts";
import { valueOf } from "./facts.ts";
import type { SlotHome } from "./frame.ts";
import type { MAddr, MArg, MInsn, MOperand, MReg } from "./mir.ts";
import { framePointer } from "./mir.ts";

type WithoutSpan<T> = T extends unknown ? Omit<T, "span"> : never;

export interface Builder {
  readonly func: IrFunction;
  readonly facts: Facts;
  readonly maps: readonly IrMap[];
  readonly homes: readonly (SlotHome | null)[];
  /** Register with the address of this function's part of a scratch chunk. */
  readonly scratchBases: readonly MReg[];
  /** Register with the program's context, if the function has one. */
  readonly ctx: MReg | null;
  span: Span;
  insns: MInsn[];
  regCount: number;
}

export function emit(b: Builder, insn: WithoutSpan<MInsn>): void {
  b.insns.push(Object.assign(insn, { span: b.span }));
}

export const temp = (b: Builder): MReg => b.regCount++ as MReg;

/** IR registers keep their numbers. */
export const mreg = (reg: VReg): MReg => reg as number as MReg;

export const knownValue = (b: Builder, operand: Operand): bigint | null => valueOf(operand, b.facts.constants);

/** dst = value, by the shortest instruction. */
export function emitConst(b: Builder, dst: MReg, value: bigint): void {
  const signed = s64(value);
  if (fitsImm(signed)) emit(b, { op: "mov", wide: true, dst, src: { imm: Number(signed) } });
  else if (signed >= 0n && signed < 1n << 32n) emit(b, { op: "mov", wide: false, dst, src: { imm: Number(BigInt.asIntN(32, signed)) } });
  else emit(b, { op: "const", dst, value: signed });
}

export function emitMove(b: Builder, dst: MReg, src: MReg): void {
  if (dst !== src) emit(b, { op: "mov", wide: true, dst, src: { reg: src } });
}

/** The operand in a register: its own, or a new one for constants and slot addresses. */
export function inReg(b: Builder, operand: Operand): MReg {
  const value = knownValue(b, operand);
  if (value !== null) {
    const reg = temp(b);
    emitConst(b, reg, value);
    return reg;
  }
  const { reg } = operand as Operand & { kind: "reg" };
  const place = b.facts.slotAddresses.get(reg);
  if (place === undefined) return mreg(reg);
  const pointer = temp(b);
  emit(b, { op: "lea", dst: pointer, addr: slotAddr(b, place.slot, place.off) });
  return pointer;
}

/** The operand as an immediate where it fits one, else in a register. */
export function asOperand(b: Builder, operand: Operand): MOperand {
  const value = knownValue(b, operand);
  return value !== null && fitsImm(value) ? { imm: Number(value) } : { reg: inReg(b, operand) };
}

export function asArg(b: Builder, operand: Operand): MArg {
  const value = knownValue(b, operand);
  if (value !== null) return { kind: "const", value };
  const { reg } = operand as Operand & { kind: "reg" };
  const place = b.facts.slotAddresses.get(reg);
  return place === undefined ? { kind: "reg", reg: mreg(reg) } : { kind: "addr", addr: slotAddr(b, place.slot, place.off) };
}

function slotAddr(b: Builder, slot: number, off: number): MAddr {
  const home = b.homes[slot];
  if (home === null || home === undefined) throw new Error(`slot ${slot} of ${b.func.name} has no home`);
  if (home.kind === "stack") return { base: framePointer, off: off - home.depth };
  return { base: b.scratchBases[home.chunk]!, off: off + home.off };
}

/** The slot that an address is in, where that is known. */
export function slotPlace(b: Builder, address: Address): { readonly slot: number; readonly off: number } | null {
  if (address.kind === "slot") return address;
  const place = b.facts.slotAddresses.get(address.reg);
  return place === undefined ? null : { slot: place.slot, off: place.off + address.off };
}

/** The address `delta` bytes further on. */
export function asAddr(b: Builder, address: Address, delta = 0): MAddr {
  const place = slotPlace(b, address);
  if (place !== null) return shortOff(b, slotAddr(b, place.slot, place.off + delta));
  const { reg, off } = address as Address & { kind: "ptr" };
  return shortOff(b, { base: inReg(b, { kind: "reg", reg }), off: off + delta });
}

/** Offsets are signed 16 bits in instructions; some are left for the accesses that follow from one address. */
function shortOff(b: Builder, addr: MAddr): MAddr {
  if (addr.off >= -0x7000 && addr.off < 0x7000) return addr;
  const base = temp(b);
  emit(b, { op: "lea", dst: base, addr });
  return { base, off: 0 };
}

export const moved = (addr: MAddr, delta: number): MAddr => ({ base: addr.base, off: addr.off + delta });
