/** Random programs that end and touch only their own memory, without any verifier: for holding the JIT to the interpreter. */
import fc from "fast-check";
import type { Insn, InsnIndex, JmpOp, Operand, Reg } from "../../../src/bpf/isa/insn.ts";
import { aluOps, jmpOps } from "../../support/insn-arbitrary.ts";

/** r6 counts down at every way back, r8 points somewhere into the frame or the ctx, r9 keeps the ctx; what programs compute with: */
const WORK: readonly Reg[] = [0, 1, 2, 3, 4, 5, 7];
/** Bytes of ctx that programs read and write. */
export const CTX_BYTES = 64;
export const MAP_ENTRIES = 5;
const FUEL = 40;

const reg = fc.constantFrom(...WORK);
/** Where 32-bit and 64-bit arithmetic, signed and unsigned, part ways. */
const edges = [0n, 1n, 2n, 31n, 32n, 63n, 64n, 0x7fn, 0x80n, 0x7fffn, 0x8000n, 0x7fffffffn, 0x80000000n, 0xffffffffn, 0x100000000n];
const wide64 = fc.oneof(
  fc.constantFrom(...edges.flatMap((n) => [n, BigInt.asUintN(64, -n)]), 1n << 63n, (1n << 63n) - 1n),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
);
const imm = wide64.map((value) => Number(BigInt.asIntN(32, value)));
const operand: fc.Arbitrary<Operand> = fc.oneof(fc.record({ reg }), fc.record({ imm }));
const size = fc.constantFrom(1 as const, 2 as const, 4 as const, 8 as const);
const signedSize = fc.constantFrom(1 as const, 2 as const, 4 as const);
/** Base and offset of 8 bytes in the frame or in the ctx. */
const place = fc.oneof(
  fc.record({ base: fc.constant(8), off: fc.integer({ min: -16, max: 8 }) }),
  fc.record({ base: fc.constant(10), off: fc.integer({ min: -64, max: -8 }) }),
  fc.record({ base: fc.constant(9), off: fc.integer({ min: 0, max: CTX_BYTES - 8 }) }),
);

const plain: fc.Arbitrary<Insn> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("alu" as const), op: fc.constantFrom(...aluOps), wide: fc.boolean(), dst: reg, src: operand }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("neg" as const), wide: fc.boolean(), dst: reg }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("movsx" as const),
      wide: fc.boolean(),
      bits: fc.constantFrom(8 as const, 16 as const),
      dst: reg,
      src: reg,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("end" as const),
      order: fc.constantFrom("le" as const, "be" as const, "swap" as const),
      bits: fc.constantFrom(16 as const, 32 as const, 64 as const),
      dst: reg,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("lddw" as const),
      dst: reg,
      value: fc.record({ kind: fc.constant("imm64" as const), value: wide64 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(size, reg, place).map(([bytes, dst, at]): Insn => ({ kind: "load", size: bytes, signed: false, dst, ...at })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(signedSize, reg, place).map(([bytes, dst, at]): Insn => ({ kind: "load", size: bytes, signed: true, dst, ...at })),
  },
  { weight: 3, arbitrary: fc.tuple(size, operand, place).map(([bytes, src, at]): Insn => ({ kind: "store", size: bytes, src, ...at })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom("add" as const, "or" as const, "and" as const, "xor" as const, "xchg" as const, "cmpxchg" as const),
        fc.boolean(),
        fc.constantFrom(4 as const, 8 as const),
        reg,
        place,
      )
      .map(([op, fetch, bytes, src, at]): Insn => ({
        kind: "atomic",
        op,
        fetch: fetch || op === "xchg" || op === "cmpxchg",
        size: bytes,
        src,
        ...at,
      })),
  },
);

interface Branch {
  readonly kind: "go";
  readonly op: JmpOp;
  readonly wide: boolean;
  readonly dst: Reg;
  readonly src: Operand;
  /** How far it goes, as a part of what lies before (below 0) or behind it. */
  readonly way: number;
}
interface Call {
  readonly kind: "sub";
  readonly which: number;
}
/** Insns that belong together, by where they stand. */
interface Group {
  readonly kind: "group";
  readonly sizeInsns: number;
  readonly build: (at: number) => Insn[];
}
type Step = Insn | Branch | Call | Group;

const add = (dst: Reg, by: number): Insn => ({ kind: "alu", op: "add", wide: true, dst, src: { imm: by } });
const move = (dst: Reg, src: Reg): Insn => ({ kind: "alu", op: "mov", wide: true, dst, src: { reg: src } });
const group = (insns: readonly Insn[]): Group => ({ kind: "group", sizeInsns: insns.length, build: () => [...insns] });

/** Moves r8, so that what is known of it depends on the way; takes it to memory and back, so that nothing is known; goes far below and back. */
const pointing: fc.Arbitrary<Group> = fc.oneof(
  fc.integer({ min: -40, max: -24 }).map((off) => group([move(8, 10), add(8, off)])),
  fc.integer({ min: 16, max: 32 }).map((off) => group([move(8, 9), add(8, off)])),
  fc.constant(
    group([
      { kind: "store", size: 8, base: 10, off: -72, src: { reg: 8 } },
      { kind: "load", size: 8, signed: false, dst: 8, base: 10, off: -72 },
    ]),
  ),
  fc
    .tuple(fc.constantFrom(5000, 30_000, -30_000), fc.integer({ min: -16, max: 8 }), reg)
    .map(([far, off, src]) => group([add(8, -far), { kind: "store", size: 8, base: 8, off: off + far, src: { reg: src } }, add(8, far)])),
);

/** Looks a key up in map 0, an array, and reads what it finds into r7. One insn may come between the key's store and the call. */
const lookup: fc.Arbitrary<Group> = fc
  .tuple(
    fc.oneof(fc.record({ reg }), fc.record({ imm: fc.integer({ min: -1, max: MAP_ENTRIES }) })),
    fc.constantFrom(4 as const, 8 as const),
    plain,
  )
  .map(([src, bytes, between]) => ({
    kind: "group",
    sizeInsns: 8,
    build: (at) => [
      { kind: "store", size: bytes, base: 10, off: -8, src },
      between,
      move(2, 10),
      add(2, -8),
      { kind: "lddw", dst: 1, value: { kind: "map", map: 0 } },
      { kind: "call", helper: 1 },
      { kind: "branch", op: "eq", wide: true, dst: 0, src: { imm: 0 }, target: (at + 8) as InsnIndex },
      { kind: "load", size: 8, signed: false, dst: 7, base: 0, off: 0 },
    ],
  }));

const branch: fc.Arbitrary<Branch> = fc.record({
  kind: fc.constant("go" as const),
  op: fc.constantFrom(...jmpOps),
  wide: fc.boolean(),
  dst: reg,
  src: operand,
  way: fc.integer({ min: -999, max: 999 }).map((permille) => permille / 1000),
});
const call: fc.Arbitrary<Call> = fc.record({ kind: fc.constant("sub" as const), which: fc.nat(1) });
const steps = (callWeight: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof<fc.MaybeWeightedArbitrary<Step>[]>(
      { weight: 6, arbitrary: plain },
      { weight: 2, arbitrary: pointing },
      { weight: 1, arbitrary: lookup },
      { weight: 3, arbitrary: branch },
      { weight: callWeight, arbitrary: call },
    ),
    { minLength: 1, maxLength: 25 },
  );

/** A main program and two subprograms (the first may call the second), with r1 … r5 of a subprogram as its caller left them. */
export const randomPrograms: fc.Arbitrary<Insn[]> = fc.tuple(steps(1), steps(1), steps(0)).map((functions) => link(functions));

function link(functions: readonly (readonly Step[])[]): Insn[] {
  const lengths = functions.map((all, i) => prologue(i, 0).length + all.reduce((sum, step) => sum + lengthOf(step), 0) + 1);
  const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, length) => sum + length, 0));
  return functions.flatMap((all, i) => assembleFunction(all, i, starts));
}

function lengthOf(step: Step): number {
  if (step.kind === "group") return step.sizeInsns;
  return step.kind === "go" || step.kind === "sub" ? 2 : 1;
}

/** The frame and the registers get values; a subprogram finds the ctx in r5. */
function prologue(index: number, start: number): Insn[] {
  const insns: Insn[] = [
    { kind: "alu", op: "mov", wide: true, dst: 6, src: { imm: FUEL } },
    { kind: "alu", op: "mov", wide: true, dst: 9, src: { reg: index === 0 ? 1 : 5 } },
    { kind: "alu", op: "mov", wide: true, dst: 5, src: { imm: start } },
    move(8, 10),
    add(8, -32),
  ];
  for (let off = -64; off < 0; off += 8) insns.push({ kind: "store", size: 8, base: 10, off, src: { imm: off * 77_777 } });
  return insns;
}

function assembleFunction(all: readonly Step[], index: number, starts: readonly number[]): Insn[] {
  const start = starts[index]!;
  const insns = prologue(index, start);
  const head = insns.length;
  const offsets: number[] = [];
  let at = head;
  for (const step of all) {
    offsets.push(at);
    at += lengthOf(step);
  }
  const end = at;
  for (const [number, step] of all.entries()) {
    if (step.kind === "group") insns.push(...step.build(start + insns.length));
    else if (step.kind === "sub") {
      // r5 brings the ctx; main calls either subprogram, the first the second.
      insns.push({ kind: "alu", op: "mov", wide: true, dst: 5, src: { reg: 9 } });
      insns.push({ kind: "call_local", target: starts[index === 0 ? 1 + step.which : 2]! as InsnIndex });
    } else if (step.kind === "go") {
      const back = step.way < 0;
      const to = back ? Math.floor((1 + step.way) * number) : number + 1 + Math.floor(step.way * (all.length - number));
      const target = (start + (offsets[to] ?? end)) as InsnIndex;
      // Going back costs fuel; without fuel the branch is not taken.
      insns.push({ kind: "alu", op: "sub", wide: true, dst: 6, src: { imm: back ? 1 : 0 } });
      if (back) insns.push({ kind: "branch", op: "sgt", wide: true, dst: 6, src: { imm: 0 }, target });
      else insns.push({ kind: "branch", op: step.op, wide: step.wide, dst: step.dst, src: step.src, target });
    } else insns.push(step);
  }
  insns.push({ kind: "exit" });
  return insns;
}
