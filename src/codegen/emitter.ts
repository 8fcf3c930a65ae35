/** The instructions of one function as they come, and access to registers that live in memory. */
import type { Insn, Operand, Reg } from "../bpf/isa/insn.ts";
import { SPILLED, UNUSED, spillTemps } from "./allocate.ts";
import type { Allocation } from "./allocate.ts";
import { fitsImm, s64 } from "./arithmetic.ts";
import type { Callee } from "./function-code.ts";
import type { MAddr, MOperand, MReg } from "./mir.ts";
import { framePointer } from "./mir.ts";

/** Where a spill slot is: on the stack, or in scratch memory behind the register with its address. */
export type SpillHome =
  { readonly kind: "stack"; readonly off: number } | { readonly kind: "scratch"; readonly base: MReg; readonly off: number };

export interface MachineAddr {
  readonly base: Reg;
  readonly off: number;
}

export const FRAME: Reg = 10;
export const [tempA, tempB] = spillTemps;

export interface Emitter {
  readonly insns: Insn[];
  readonly references: { readonly insn: number; readonly callee: Callee }[];
  readonly allocation: Allocation;
  /** By spill slot number. */
  readonly spillHome: (slot: number) => SpillHome;
}

export const push = (e: Emitter, insn: Insn): void => void e.insns.push(insn);

export const mov = (e: Emitter, dst: Reg, src: Operand, wide = true): void => push(e, { kind: "alu", op: "mov", wide, dst, src });

export function copy(e: Emitter, dst: Reg, src: Reg): void {
  if (dst !== src) mov(e, dst, { reg: src });
}

/** dst = value, by the shortest instruction. */
export function constant(e: Emitter, dst: Reg, value: bigint): void {
  const signed = s64(value);
  if (fitsImm(signed)) mov(e, dst, { imm: Number(signed) });
  else if (signed >= 0n && signed < 1n << 32n) mov(e, dst, { imm: Number(BigInt.asIntN(32, signed)) }, false);
  else push(e, { kind: "lddw", dst, value: { kind: "imm64", value: BigInt.asUintN(64, signed) } });
}

/** dst = base + off */
export function pointInto(e: Emitter, dst: Reg, base: Reg, off: number): void {
  copy(e, dst, base);
  if (off !== 0) push(e, { kind: "alu", op: "add", wide: true, dst, src: { imm: off } });
}

/** The machine register, or null for one that lives in memory. */
export function homeOf(e: Emitter, reg: MReg): Reg | null {
  if (reg === framePointer) return FRAME;
  const home = e.allocation.homes[reg]!;
  if (home === UNUSED) throw new Error(`register v${reg} has no home`);
  return home === SPILLED ? null : (home as Reg);
}

const slotOf = (e: Emitter, reg: MReg): SpillHome => e.spillHome(e.allocation.spills.get(reg)!);

/** The machine register whose value a read of `reg` depends on; null for the frame's alone. */
export function dependencyOf(e: Emitter, reg: MReg): Reg | null {
  const home = homeOf(e, reg);
  if (home !== null) return home === FRAME ? null : home;
  const slot = slotOf(e, reg);
  return slot.kind === "stack" ? null : dependencyOf(e, slot.base);
}

/** Address of a spilled register's slot; `via` holds its base if that has no register either. */
function slotAddr(e: Emitter, reg: MReg, via: Reg): MachineAddr {
  const slot = slotOf(e, reg);
  return slot.kind === "stack" ? { base: FRAME, off: slot.off } : { base: read(e, slot.base, via), off: slot.off };
}

/** The register with the value of `reg`: its own, or `via` after a load. */
export function read(e: Emitter, reg: MReg, via: Reg): Reg {
  const home = homeOf(e, reg);
  if (home !== null) return home;
  push(e, { kind: "load", size: 8, signed: false, dst: via, ...slotAddr(e, reg, via) });
  return via;
}

export const readOperand = (e: Emitter, operand: MOperand, via: Reg): Operand =>
  "imm" in operand ? operand : { reg: read(e, operand.reg, via) };

export const readAddr = (e: Emitter, addr: MAddr, via: Reg): MachineAddr => ({ base: read(e, addr.base, via), off: addr.off });

/** Stores the new value of a register that lives in memory; `via` may be overwritten. */
export function spill(e: Emitter, reg: MReg, src: Operand, via: Reg): void {
  push(e, { kind: "store", size: 8, ...slotAddr(e, reg, via), src });
}

/** Runs `compute` on the register's home, or on tempA, which is stored afterwards. */
export function writeThrough(e: Emitter, reg: MReg, compute: (dst: Reg) => void): void {
  const home = homeOf(e, reg);
  compute(home ?? tempA);
  if (home === null) spill(e, reg, { reg: tempA }, tempB);
}
