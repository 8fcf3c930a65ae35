/**
 * Which halves of which registers the rest of a function depends on: backward dataflow, two bits per register. It tells when only the
 * thread id of bpf_get_current_pid_tgid() is wanted.
 */
import type { Insn, Operand, Reg } from "../../isa/insn.ts";
import type { Cfg } from "../flow/cfg.ts";

type Halves = 0 | 1 | 2 | 3;
const LOW = 1;
const HIGH = 2;
const BOTH = 3;

/** Returns whether anything after insn `index` of the function depends on the upper half of r0. */
export function upperHalfOfR0(insns: readonly Insn[], cfg: Cfg): (index: number) => boolean {
  const atStart = new Int32Array(cfg.length);
  const atEnd = (succs: readonly number[]): number => succs.reduce((mask, succ) => mask | atStart[succ]!, 0);
  const walk = (block: Cfg[number], from: number): number => {
    let mask = atEnd(block.succs);
    for (let index = block.end - 1; index >= from; index--) mask = before(insns[index]!, mask);
    return mask;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (let number = cfg.length - 1; number >= 0; number--) {
      const mask = walk(cfg[number]!, cfg[number]!.start);
      changed ||= mask !== atStart[number];
      atStart[number] = mask;
    }
  }
  return (index) => {
    const block = cfg.find(({ start, end }) => start <= index && index < end)!;
    return (walk(block, index + 1) & HIGH) !== 0;
  };
}

const halvesOf = (mask: number, reg: Reg): Halves => ((mask >> (2 * reg)) & BOTH) as Halves;
const without = (mask: number, reg: Reg): number => mask & ~(BOTH << (2 * reg));
const withHalves = (mask: number, reg: Reg, halves: Halves): number => mask | (halves << (2 * reg));
const withOperand = (mask: number, operand: Operand, halves: Halves): number =>
  "reg" in operand ? withHalves(mask, operand.reg, halves) : mask;
/** Carries go upwards only. */
const carried = (halves: Halves): Halves => ((halves & HIGH) !== 0 ? BOTH : halves);
const lowIf = (halves: Halves): Halves => ((halves & LOW) !== 0 ? LOW : 0);

function before(insn: Insn, after: number): number {
  switch (insn.kind) {
    case "alu":
      return beforeAlu(insn, after);
    case "neg": {
      const wanted = halvesOf(after, insn.dst);
      return withHalves(without(after, insn.dst), insn.dst, insn.wide ? carried(wanted) : lowIf(wanted));
    }
    case "movsx":
      return withHalves(without(after, insn.dst), insn.src, halvesOf(after, insn.dst) === 0 ? 0 : LOW);
    case "end":
      return withHalves(without(after, insn.dst), insn.dst, insn.bits === 64 ? BOTH : lowIf(halvesOf(after, insn.dst)));
    case "load":
      return withHalves(without(after, insn.dst), insn.base, BOTH);
    case "store":
      return withOperand(withHalves(after, insn.base, BOTH), insn.src, insn.size === 8 ? BOTH : LOW);
    case "atomic": {
      const stored = withHalves(withHalves(after, insn.base, BOTH), insn.src, insn.size === 8 ? BOTH : LOW);
      return insn.op === "cmpxchg" ? withHalves(stored, 0, insn.size === 8 ? BOTH : LOW) : stored;
    }
    case "lddw":
      return without(after, insn.dst);
    case "branch":
      return withOperand(withHalves(after, insn.dst, insn.wide ? BOTH : LOW), insn.src, insn.wide ? BOTH : LOW);
    case "call":
    case "call_local":
      return ([1, 2, 3, 4, 5] as const).reduce((mask, reg) => withHalves(mask, reg, BOTH), without(after, 0));
    case "exit":
      return withHalves(0, 0, BOTH);
    case "jump":
      return after;
  }
}

function beforeAlu({ op, wide, dst, src }: Extract<Insn, { kind: "alu" }>, after: number): number {
  const wanted = halvesOf(after, dst);
  const rest = without(after, dst);
  const both = (halves: Halves): number => withOperand(withHalves(rest, dst, halves), src, halves);
  if (op === "mov") return withOperand(rest, src, wide ? wanted : lowIf(wanted));
  // The upper half of a 32-bit result is 0, whatever the operands.
  if (!wide) return both(lowIf(wanted));
  switch (op) {
    case "and":
      // With an imm of 0 or more, the upper half of the result is 0.
      return "imm" in src && src.imm >= 0 ? withHalves(rest, dst, lowIf(wanted)) : both(wanted);
    case "or":
    case "xor":
      return both(wanted);
    case "add":
    case "sub":
    case "mul":
      return both(carried(wanted));
    case "lsh":
      if (!("imm" in src)) return both(wanted === 0 ? 0 : BOTH);
      if (src.imm < 32) return withHalves(rest, dst, carried(wanted));
      return withHalves(rest, dst, (wanted & HIGH) !== 0 ? LOW : 0);
    case "rsh":
    case "arsh":
      if ("imm" in src && src.imm >= 32) return withHalves(rest, dst, wanted === 0 ? 0 : HIGH);
      return both(wanted === 0 ? 0 : BOTH);
    default:
      return both(wanted === 0 ? 0 : BOTH);
  }
}
