/** fast-check arbitraries for single instructions and for whole (not verifiable) programs. */
import fc from "fast-check";
import type { AluOp, Insn, InsnIndex, JmpOp, Operand, Reg } from "../../src/bpf/isa/insn.ts";

const reg = fc.integer({ min: 0, max: 10 }) as fc.Arbitrary<Reg>;
const imm = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const off = fc.integer({ min: -0x8000, max: 0x7fff });
const operand: fc.Arbitrary<Operand> = fc.oneof(fc.record({ reg }), fc.record({ imm }));
const size = fc.constantFrom(1, 2, 4, 8);

export const aluOps: readonly AluOp[] = [
  "add",
  "sub",
  "mul",
  "div",
  "mod",
  "sdiv",
  "smod",
  "or",
  "and",
  "xor",
  "lsh",
  "rsh",
  "arsh",
  "mov",
];
export const jmpOps: readonly JmpOp[] = ["eq", "ne", "gt", "ge", "lt", "le", "sgt", "sge", "slt", "sle", "set"];

const straight: fc.Arbitrary<Insn> = fc.oneof(
  fc.record({ kind: fc.constant("alu"), op: fc.constantFrom(...aluOps), wide: fc.boolean(), dst: reg, src: operand }),
  fc.record({ kind: fc.constant("neg"), wide: fc.boolean(), dst: reg }),
  fc.record({ kind: fc.constant("movsx"), wide: fc.constant(true), bits: fc.constantFrom(8, 16, 32), dst: reg, src: reg }),
  fc.record({ kind: fc.constant("movsx"), wide: fc.constant(false), bits: fc.constantFrom(8, 16), dst: reg, src: reg }),
  fc.record({ kind: fc.constant("end"), order: fc.constantFrom("le", "be", "swap"), bits: fc.constantFrom(16, 32, 64), dst: reg }),
  fc.record({ kind: fc.constant("load"), size, signed: fc.constant(false), dst: reg, base: reg, off }),
  fc.record({ kind: fc.constant("load"), size: fc.constantFrom(1, 2, 4), signed: fc.constant(true), dst: reg, base: reg, off }),
  fc.record({ kind: fc.constant("store"), size, base: reg, off, src: operand }),
  fc.record({
    kind: fc.constant("atomic"),
    op: fc.constantFrom("add", "or", "and", "xor"),
    fetch: fc.boolean(),
    size: fc.constantFrom(4, 8),
    base: reg,
    off,
    src: reg,
  }),
  fc.record({
    kind: fc.constant("atomic"),
    op: fc.constantFrom("xchg", "cmpxchg"),
    fetch: fc.constant(true),
    size: fc.constantFrom(4, 8),
    base: reg,
    off,
    src: reg,
  }),
  fc.record({
    kind: fc.constant("lddw"),
    dst: reg,
    value: fc.oneof(
      fc.record({ kind: fc.constant("imm64"), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
      fc.record({ kind: fc.constant("map"), map: fc.nat(100) }),
      fc.record({ kind: fc.constant("map_value"), map: fc.nat(100), off: imm }),
    ),
  }),
  fc.record({ kind: fc.constant("call"), helper: fc.nat(211) }),
  fc.record({ kind: fc.constant("exit") }),
);

const target = fc.nat() as unknown as fc.Arbitrary<InsnIndex>;
const going: fc.Arbitrary<Insn> = fc.oneof(
  fc.record({ kind: fc.constant("jump"), target }),
  fc.record({ kind: fc.constant("branch"), op: fc.constantFrom(...jmpOps), wide: fc.boolean(), dst: reg, src: operand, target }),
  fc.record({ kind: fc.constant("call_local"), target }),
  fc.record({ kind: fc.constant("lddw"), dst: reg, value: fc.record({ kind: fc.constant("func"), target }) }),
);

/** Any instructions whose targets lie in the program. */
export const anyInsns: fc.Arbitrary<Insn[]> = fc
  .array(fc.oneof({ weight: 3, arbitrary: straight }, { weight: 1, arbitrary: going }), { minLength: 1, maxLength: 40 })
  .map((insns) => insns.map((insn) => withTarget(insn, insns.length)));

function withTarget(insn: Insn, length: number): Insn {
  if (insn.kind === "jump" || insn.kind === "branch" || insn.kind === "call_local") {
    return { ...insn, target: (insn.target % length) as InsnIndex };
  }
  if (insn.kind === "lddw" && insn.value.kind === "func") {
    return { ...insn, value: { kind: "func", target: (insn.value.target % length) as InsnIndex } };
  }
  return insn;
}
