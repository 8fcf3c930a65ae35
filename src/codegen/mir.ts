/**
 * Machine IR: eBPF instructions whose registers are still virtual. Two-address like the machine, calls and the function's entry
 * kept whole (their fixed registers are the allocator's business). Registers 0…vregCount-1 are the IR's, temporaries follow.
 */
import type { FuncId } from "../../lang/ir/ir.ts";
import type { Span } from "../../lang/diagnostics/diagnostic.ts";
import type { AluOp, JmpOp, Size } from "../bpf/isa/insn.ts";

export type MReg = number & { readonly of: "mreg" };

/** r10 as the base of an address. */
export const framePointer = -1 as MReg;

/** imm: signed 32 bits, sign-extended by the machine. */
export type MOperand = { readonly reg: MReg } | { readonly imm: number };

export interface MAddr {
  readonly base: MReg;
  readonly off: number;
}

export type MArg =
  | { readonly kind: "reg"; readonly reg: MReg }
  | { readonly kind: "const"; readonly value: bigint }
  | { readonly kind: "addr"; readonly addr: MAddr }
  | { readonly kind: "map"; readonly map: number }
  | { readonly kind: "func"; readonly func: FuncId };

export type CallTarget =
  { readonly kind: "helper"; readonly helper: number } | { readonly kind: "func"; readonly func: FuncId } | { readonly kind: "log2" };

export type MInsn = { readonly span: Span } & (
  | { readonly op: "alu"; readonly fn: Exclude<AluOp, "mov">; readonly wide: boolean; readonly dst: MReg; readonly src: MOperand }
  /** Not wide: the low 32 bits, zero-extended. */
  | { readonly op: "mov"; readonly wide: boolean; readonly dst: MReg; readonly src: MOperand }
  | { readonly op: "const"; readonly dst: MReg; readonly value: bigint }
  | { readonly op: "neg"; readonly dst: MReg }
  | { readonly op: "swap"; readonly dst: MReg; readonly bits: 16 | 32 | 64 }
  | { readonly op: "load"; readonly dst: MReg; readonly size: Size; readonly from: MAddr }
  | { readonly op: "store"; readonly size: Size; readonly to: MAddr; readonly src: MOperand }
  | { readonly op: "atomicAdd"; readonly to: MAddr; readonly src: MReg }
  | { readonly op: "lea"; readonly dst: MReg; readonly addr: MAddr }
  /** dst = a cond b; a and b are still needed when dst is first written. */
  | { readonly op: "setcc"; readonly cond: JmpOp; readonly dst: MReg; readonly a: MReg; readonly b: MOperand }
  | { readonly op: "call"; readonly target: CallTarget; readonly args: readonly MArg[]; readonly dst: MReg | null }
  /** Takes the parameters out of r1…r5. */
  | { readonly op: "entry"; readonly params: readonly MReg[] }
);

export type MEnd = { readonly span: Span } & (
  | { readonly op: "jump"; readonly to: number }
  | {
      readonly op: "branch";
      readonly cond: JmpOp;
      readonly a: MReg;
      readonly b: MOperand;
      readonly then: number;
      readonly else: number;
    }
  | { readonly op: "ret"; readonly value: MArg }
);

export interface MBlock {
  readonly insns: MInsn[];
  end: MEnd;
}

/** Blocks in the order in which they are laid out; block 0 is the entry. */
export interface MFunction {
  readonly blocks: readonly MBlock[];
  readonly regCount: number;
  /** Registers that may hold a pointer: only the stack keeps a pointer's type when it is spilled. */
  readonly pointers: ReadonlySet<number>;
}

type Visit = (reg: MReg) => void;

const visitOperand = (operand: MOperand, visit: Visit): void => {
  if ("reg" in operand) visit(operand.reg);
};

const visitAddr = (addr: MAddr, visit: Visit): void => {
  if (addr.base !== framePointer) visit(addr.base);
};

const visitArg = (arg: MArg, visit: Visit): void => {
  if (arg.kind === "reg") visit(arg.reg);
  else if (arg.kind === "addr") visitAddr(arg.addr, visit);
};

export function forEachUse(insn: MInsn, visit: Visit): void {
  switch (insn.op) {
    case "alu":
      visit(insn.dst);
      visitOperand(insn.src, visit);
      return;
    case "mov":
      visitOperand(insn.src, visit);
      return;
    case "neg":
    case "swap":
      visit(insn.dst);
      return;
    case "load":
      visitAddr(insn.from, visit);
      return;
    case "store":
      visitAddr(insn.to, visit);
      visitOperand(insn.src, visit);
      return;
    case "atomicAdd":
      visitAddr(insn.to, visit);
      visit(insn.src);
      return;
    case "lea":
      visitAddr(insn.addr, visit);
      return;
    case "setcc":
      visit(insn.a);
      visitOperand(insn.b, visit);
      return;
    case "call":
      for (const arg of insn.args) visitArg(arg, visit);
      return;
    case "const":
    case "entry":
      return;
  }
}

export function forEachDef(insn: MInsn, visit: Visit): void {
  switch (insn.op) {
    case "store":
    case "atomicAdd":
      return;
    case "entry":
      insn.params.forEach(visit);
      return;
    case "call":
      if (insn.dst !== null) visit(insn.dst);
      return;
    default:
      visit(insn.dst);
  }
}

export function forEachEndUse(end: MEnd, visit: Visit): void {
  if (end.op === "ret") visitArg(end.value, visit);
  if (end.op !== "branch") return;
  visit(end.a);
  visitOperand(end.b, visit);
}

export function successors(end: MEnd): readonly number[] {
  if (end.op === "jump") return [end.to];
  // `else` first: the reverse postorder then places `then` right behind the branch, and loop bodies before what follows the loop.
  return end.op === "branch" ? [end.else, end.then] : [];
}
