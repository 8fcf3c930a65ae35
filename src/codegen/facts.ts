/** What holds for the whole of a function about registers that have one definition, and which instructions nobody needs. */
import type { IrFunction, IrInsn, Operand, SlotId, VReg } from "../../lang/ir/ir.ts";
import { foldBin, foldCond, foldExt, foldSwap, s64 } from "./arithmetic.ts";
import { destinationOf, forEachIrUse, forEachTerminatorUse, isPure } from "./ir-visit.ts";

export interface SlotAddress {
  readonly slot: SlotId;
  readonly off: number;
}

export interface Facts {
  /** By register: instructions that write it (parameters count as one), and places that read it. */
  readonly defCount: Int32Array;
  readonly useCount: Int32Array;
  /** The only definition of a register that has one. */
  readonly definition: readonly (IrInsn | null)[];
  readonly constants: ReadonlyMap<number, bigint>;
  /** Registers that hold the address of a place in a slot of this function. */
  readonly slotAddresses: ReadonlyMap<number, SlotAddress>;
  readonly dead: ReadonlySet<IrInsn>;
}

/** `order`: the reachable blocks, in reverse postorder. */
export function gatherFacts(func: IrFunction, order: readonly number[]): Facts {
  const defCount = new Int32Array(func.vregCount);
  const useCount = new Int32Array(func.vregCount);
  const definition: (IrInsn | null)[] = new Array<IrInsn | null>(func.vregCount).fill(null);
  const count = (reg: VReg): void => {
    useCount[reg]!++;
  };
  for (const param of func.params) defCount[param]!++;
  for (const id of order) {
    const block = func.blocks[id]!;
    for (const insn of block.insns) {
      const dst = destinationOf(insn);
      if (dst !== null) definition[dst] = ++defCount[dst]! === 1 ? insn : null;
      forEachIrUse(insn, count);
    }
    forEachTerminatorUse(block.end, count);
  }

  const constants = new Map<number, bigint>();
  const slotAddresses = new Map<number, SlotAddress>();
  // A register read before it was written holds nothing that the program may rely on, so one definition is enough to know the value everywhere.
  const known = (insn: IrInsn): void => {
    const dst = destinationOf(insn);
    if (dst === null || defCount[dst] !== 1) return;
    const value = constantOf(insn, constants);
    if (value !== null) constants.set(dst, value);
    const address = slotAddressOf(insn, constants, slotAddresses);
    if (address !== null) slotAddresses.set(dst, address);
  };
  for (const id of order) func.blocks[id]!.insns.forEach(known);
  return { defCount, useCount, definition, constants, slotAddresses, dead: deadInsns(func, order, useCount) };
}

export const valueOf = (operand: Operand, constants: ReadonlyMap<number, bigint>): bigint | null =>
  operand.kind === "imm" ? s64(operand.value) : (constants.get(operand.reg) ?? null);

function constantOf(insn: IrInsn, constants: ReadonlyMap<number, bigint>): bigint | null {
  switch (insn.op) {
    case "mov":
      return valueOf(insn.src, constants);
    case "ext": {
      const value = valueOf(insn.src, constants);
      return value === null ? null : foldExt(value, insn.bits, insn.signed);
    }
    case "bswap": {
      const value = valueOf(insn.src, constants);
      return value === null ? null : foldSwap(value, insn.bits);
    }
    case "bin":
    case "setcc": {
      const a = valueOf(insn.a, constants);
      const b = valueOf(insn.b, constants);
      if (a === null || b === null) return null;
      return insn.op === "bin" ? foldBin(insn.fn, a, b) : BigInt(foldCond(insn.cond, a, b));
    }
    default:
      return null;
  }
}

function slotAddressOf(insn: IrInsn, constants: ReadonlyMap<number, bigint>, known: ReadonlyMap<number, SlotAddress>): SlotAddress | null {
  if (insn.op === "mov") return insn.src.kind === "reg" ? (known.get(insn.src.reg) ?? null) : null;
  if (insn.op === "addressOf") {
    if (insn.addr.kind === "slot") return insn.addr;
    const base = known.get(insn.addr.reg);
    return base === undefined ? null : { slot: base.slot, off: base.off + insn.addr.off };
  }
  if (insn.op !== "bin" || insn.fn !== "add" || insn.a.kind !== "reg") return null;
  const base = known.get(insn.a.reg);
  const off = valueOf(insn.b, constants);
  return base === undefined || off === null ? null : { slot: base.slot, off: base.off + Number(off) };
}

/** Pure instructions whose results are read by nobody, or only by others of the kind. Takes their reads off `useCount`. */
function deadInsns(func: IrFunction, order: readonly number[], useCount: Int32Array): Set<IrInsn> {
  const dead = new Set<IrInsn>();
  let found = true;
  const drop = (reg: VReg): void => {
    useCount[reg]!--;
  };
  // Backwards, so that a chain goes in one pass; another is needed for what loops carry around.
  while (found) {
    found = false;
    for (let at = order.length - 1; at >= 0; at--) {
      const { insns } = func.blocks[order[at]!]!;
      for (let i = insns.length - 1; i >= 0; i--) {
        const insn = insns[i]!;
        const dst = destinationOf(insn);
        if (dst === null || useCount[dst] !== 0 || !isPure(insn) || dead.has(insn)) continue;
        dead.add(insn);
        forEachIrUse(insn, drop);
        found = true;
      }
    }
  }
  return dead;
}
