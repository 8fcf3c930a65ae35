/** Which registers and slots an IR instruction reads and writes. */
import type { Address, CallArg, IrInsn, Operand, Terminator, VReg } from "../../lang/ir/ir.ts";

type VisitReg = (reg: VReg) => void;

const ofOperand = (operand: Operand, visit: VisitReg): void => {
  if (operand.kind === "reg") visit(operand.reg);
};

const ofArg = (arg: CallArg, visit: VisitReg): void => {
  if (arg.kind === "reg") visit(arg.reg);
  else if (arg.kind === "addr" && arg.addr.kind === "ptr") visit(arg.addr.reg);
};

/** Every address that the instruction computes or goes through. */
export function forEachAddress(insn: IrInsn, visit: (address: Address) => void): void {
  switch (insn.op) {
    case "load":
      visit(insn.from);
      return;
    case "store":
    case "addTo":
    case "zero":
    case "bytes":
      visit(insn.to);
      return;
    case "addressOf":
      visit(insn.addr);
      return;
    case "copy":
      visit(insn.to);
      visit(insn.from);
      return;
    case "helper":
    case "call":
      for (const arg of insn.args) if (arg.kind === "addr") visit(arg.addr);
      return;
    default:
  }
}

export function forEachIrUse(insn: IrInsn, visit: VisitReg): void {
  switch (insn.op) {
    case "bin":
    case "setcc":
      ofOperand(insn.a, visit);
      ofOperand(insn.b, visit);
      return;
    case "mov":
    case "ext":
    case "bswap":
    case "log2":
    case "hide":
      ofOperand(insn.src, visit);
      return;
    case "loadCtx":
      visit(insn.ctx);
      return;
    case "helper":
    case "call":
      for (const arg of insn.args) ofArg(arg, visit);
      return;
    case "store":
    case "addTo":
      ofOperand(insn.src, visit);
      break;
    default:
  }
  forEachAddress(insn, (address) => {
    if (address.kind === "ptr") visit(address.reg);
  });
}

export function forEachTerminatorUse(end: Terminator, visit: VisitReg): void {
  if (end.op === "return") ofOperand(end.value, visit);
  if (end.op !== "branch") return;
  ofOperand(end.a, visit);
  ofOperand(end.b, visit);
}

export const destinationOf = (insn: IrInsn): VReg | null => ("dst" in insn ? insn.dst : null);

/** No effect but its destination. */
export const isPure = (insn: IrInsn): boolean =>
  insn.op !== "store" &&
  insn.op !== "addTo" &&
  insn.op !== "zero" &&
  insn.op !== "copy" &&
  insn.op !== "bytes" &&
  insn.op !== "helper" &&
  insn.op !== "call";
