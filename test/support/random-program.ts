/**
 * Random programs as assembler text: arithmetic, branches, bounded loops, stack, map elements, helpers, subprograms and callbacks.
 * About half of them pass the verifier: bounds are drawn near the limits on purpose.
 */
import fc from "fast-check";
import { assemble } from "../../src/bpf/isa/asm.ts";
import { aluText, jmpText } from "../../src/bpf/isa/disasm.ts";
import type { MapSpec, ProgramSpec } from "../../src/bpf/spec.ts";
import { aluOps, jmpOps } from "./insn-arbitrary.ts";

/** Indices matter: the text names them. */
export const randomProgramMaps: readonly MapSpec[] = [
  { name: "one", type: "array", keySize: 4, valueSize: 64, maxEntries: 1, flags: 0 },
  { name: "hash", type: "hash", keySize: 8, valueSize: 24, maxEntries: 8, flags: 0 },
];
/** Bytes of the record that programs read. */
export const RANDOM_CTX_BYTES = 64;

/** One piece of a program; `id` makes its labels unique. */
type Step = (id: string) => string;

/** r6 holds the context, r10 the frame; these hold numbers at every step boundary. */
const numbers = [0, 1, 2, 3, 4, 5, 7, 8, 9] as const;
const reg = fc.constantFrom(...numbers);
/** Survive calls. */
const saved = fc.constantFrom(7, 8, 9);
const smallOff = fc.integer({ min: 0, max: 12 });
const imm = fc.oneof(
  fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  fc.integer({ min: -70, max: 70 }),
  fc.constantFrom(7, 15, 31, 63, 127, 0x7fffffff, -0x80000000),
);
const width = fc.constantFrom("r", "w");
const bits = fc.constantFrom(8, 16, 32, 64);
const slot = fc.integer({ min: 1, max: 6 }).map((n) => -8 * n);

const shift = (op: string, value: number, isWide: boolean): number =>
  op.includes("<<") || op.includes(">>") ? value & (isWide ? 63 : 31) : value;
const nonZero = (op: string, value: number): number => ((op.includes("/") || op.includes("%")) && value === 0 ? 3 : value);

const alu: fc.Arbitrary<Step> = fc
  .record({ op: fc.constantFrom(...aluOps.map((op) => aluText[op])), kind: width, dst: reg, src: fc.option(reg), value: imm })
  .map(
    ({ op, kind, dst, src, value }) =>
      () =>
        `${kind}${dst} ${op} ${src === null ? nonZero(op, shift(op, value, kind === "r")) : `${kind}${src}`}`,
  );
const unary: fc.Arbitrary<Step> = fc
  .record({
    dst: reg,
    src: reg,
    form: fc.constantFrom("rD = -rD", "wD = -wD", "rD = be16 rD", "rD = bswap32 rD", "rD = (s8)rS", "wD = (s16)wS", "rD = (s32)rS"),
  })
  .map(
    ({ dst, src, form }) =>
      () =>
        form.replaceAll("D", String(dst)).replaceAll("S", String(src)),
  );
const constant: fc.Arbitrary<Step> = fc.record({ dst: reg, value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }).map(
  ({ dst, value }) =>
    () =>
      `r${dst} = 0x${value.toString(16)}`,
);
const field: fc.Arbitrary<Step> = fc.record({ dst: reg, size: bits, index: fc.integer({ min: 1, max: 7 }) }).map(
  ({ dst, size, index }) =>
    () =>
      `r${dst} = *(u${size} *)(r6 +${8 * index})`,
);
const spill: fc.Arbitrary<Step> = fc.record({ src: reg, off: slot, size: bits }).map(
  ({ src, off, size }) =>
    () =>
      `*(u${size} *)(r10 ${off}) = r${src}`,
);
const fill: fc.Arbitrary<Step> = fc.record({ dst: reg, off: slot, size: bits, written: fc.constantFrom(true, true, true, false) }).map(
  ({ dst, off, size, written }) =>
    () =>
      `${written ? `*(u64 *)(r10 ${off}) = ${off}\n` : ""}r${dst} = *(u${size} *)(r10 ${off})`,
);
const mask = fc.constantFrom(1, 3, 7, 8, 15, 31, 32, 40, 56, 63, 64);
/** How the index is bounded: by a mask, by a comparison that jumps away, or not at all. */
const bound = fc.oneof(
  mask.map((m) => (index: number) => `r${index} &= ${m}`),
  fc.tuple(mask, width, fc.constantFrom(">", ">=", "s>", "==")).map(
    ([m, kind, op]) =>
      (index: number) =>
        `if ${kind}${index} ${op} 0x${m.toString(16)} goto skip`,
  ),
  fc.tuple(mask, mask).map(
    ([hi, lo]) =>
      (index: number) =>
        `if r${index} s> ${hi} goto skip\nif r${index} s< -${lo} goto skip`,
  ),
  fc.constantFrom(32, 48, 56, 60).map((n) => (index: number) => `r${index} >>= ${n}`),
);
const valueAccess: fc.Arbitrary<Step> = fc
  .record({
    index: saved,
    bound,
    start: fc.integer({ min: 0, max: 60 }),
    off: smallOff,
    size: bits,
    scale: fc.integer({ min: 0, max: 3 }),
    store: fc.boolean(),
  })
  .map(
    ({ index, bound, start, off, size, scale, store }) =>
      (id) =>
        [
          bound(index).replaceAll("skip", `skip${id}`),
          `r1 = r${index}`,
          ...(scale > 0 ? [`r1 <<= ${scale}`] : []),
          `r2 = map[0][0]+${start}`,
          "r2 += r1",
          store ? `*(u${size} *)(r2 +${off}) = r1` : `r3 = *(u${size} *)(r2 +${off})`,
          `skip${id}:`,
          ...fresh,
        ].join("\n"),
  );
const frameAccess: fc.Arbitrary<Step> = fc
  .record({
    index: saved,
    bound,
    start: fc.integer({ min: 1, max: 8 }),
    size: bits,
    scale: fc.integer({ min: 0, max: 3 }),
    store: fc.boolean(),
  })
  .map(
    ({ index, bound, start, size, scale, store }) =>
      (id) =>
        [
          bound(index).replaceAll("skip", `skip${id}`),
          `r1 = r${index}`,
          ...(scale > 0 ? [`r1 <<= ${scale}`] : []),
          "r2 = r10",
          `r2 += ${-8 * start}`,
          "r2 += r1",
          store ? `*(u${size} *)(r2 +0) = r1` : `r3 = *(u${size} *)(r2 +0)`,
          `skip${id}:`,
          ...fresh,
        ].join("\n"),
  );
const lookup: fc.Arbitrary<Step> = fc
  .record({ key: saved, tested: fc.constantFrom("r0", "r1", ""), off: fc.integer({ min: -1, max: 24 }), size: bits, atomic: fc.boolean() })
  .map(
    ({ key, tested, off, size, atomic }) =>
      (id) =>
        [
          `*(u64 *)(r10 -56) = r${key}`,
          "r2 = r10",
          "r2 += -56",
          "r1 = map[1]",
          "call bpf_map_lookup_elem",
          "r1 = r0",
          ...(tested ? [`if ${tested} == 0x0 goto none${id}`] : []),
          atomic ? `r2 = 1\nlock *(u64 *)(r0 +${(off + 1) & ~7}) += r2` : `r${key} = *(u${size} *)(r1 ${signed(off)})`,
          `none${id}:`,
          ...fresh,
        ].join("\n"),
  );
const read: fc.Arbitrary<Step> = fc.record({ length: saved, bound, start: fc.integer({ min: 1, max: 8 }), toMap: fc.boolean() }).map(
  ({ length, bound, start, toMap }) =>
    (id) =>
      [
        bound(length).replaceAll("skip", `skip${id}`),
        toMap ? `r1 = map[0][0]+${start}` : `r1 = r10\nr1 += ${-8 * start}`,
        `r2 = r${length}`,
        "r3 = 0",
        "call bpf_probe_read_kernel",
        `skip${id}:`,
        ...fresh,
      ].join("\n"),
);
const signed = (off: number): string => (off < 0 ? String(off) : `+${off}`);
/** r0 … r5 are numbers again. */
const fresh = ["r0 = r7", "r1 = r8", "r2 = r9", "r3 = r7", "r4 = r8", "r5 = 1"];

const { body } = fc.letrec<{ step: Step; body: Step; branch: Step; loop: Step; callback: Step; call: Step; pointer: Step }>((tie) => ({
  step: fc.oneof(
    { maxDepth: 3 },
    { arbitrary: alu, weight: 8 },
    { arbitrary: unary, weight: 1 },
    { arbitrary: constant, weight: 1 },
    { arbitrary: field, weight: 2 },
    { arbitrary: spill, weight: 2 },
    { arbitrary: fill, weight: 2 },
    { arbitrary: valueAccess, weight: 2 },
    { arbitrary: frameAccess, weight: 1 },
    { arbitrary: lookup, weight: 1 },
    { arbitrary: read, weight: 1 },
    { arbitrary: tie("branch"), weight: 3 },
    { arbitrary: tie("loop"), weight: 1 },
    { arbitrary: tie("callback"), weight: 1 },
    { arbitrary: tie("call"), weight: 1 },
    { arbitrary: tie("pointer"), weight: 1 },
  ),
  body: fc
    .array(tie("step"), { minLength: 1, maxLength: 5 })
    .map((steps) => (id) => steps.map((step, index) => step(`${id}_${index}`)).join("\n")),
  branch: fc
    .record({
      kind: width,
      op: fc.constantFrom(...jmpOps.map((op) => jmpText[op])),
      a: reg,
      b: fc.option(reg),
      value: imm,
      body: tie("body"),
    })
    .map(
      ({ kind, op, a, b, value, body }) =>
        (id) =>
          `if ${kind}${a} ${op} ${b === null ? value : `${kind}${b}`} goto over${id}\n${body(id)}\nover${id}:`,
    ),
  loop: fc.record({ rounds: fc.integer({ min: 1, max: 6 }), step: fc.integer({ min: 1, max: 3 }), body: tie("body") }).map(
    ({ rounds, step, body }) =>
      (id) =>
        [
          "*(u64 *)(r10 -64) = 0",
          `again${id}:`,
          body(id),
          "r5 = *(u64 *)(r10 -64)",
          `r5 += ${step}`,
          "*(u64 *)(r10 -64) = r5",
          `if r5 < ${rounds} goto again${id}`,
        ].join("\n"),
  ),
  /** A pointer goes through the stack. */
  pointer: fc.record({ off: slot, between: tie("step"), at: fc.integer({ min: 0, max: 8 }) }).map(
    ({ off, between, at }) =>
      (id) =>
        `*(u64 *)(r10 ${off}) = r6\n${between(id)}\nr1 = *(u64 *)(r10 ${off})\nr0 = *(u64 *)(r1 +${8 * at})\nr1 = r0`,
  ),
  call: fc.record({ body: tie("body"), stack: fc.boolean() }).map(
    ({ body, stack }) =>
      (id) =>
        [
          stack ? "r1 = r10\nr1 += -72\n*(u64 *)(r1 +0) = 9" : "r1 = r7",
          "r2 = r8",
          "r3 = r6",
          `call func${id}`,
          stack ? "r7 = *(u64 *)(r10 -72)" : "r7 = r0",
          ...fresh,
          functionText(`func${id}`, [
            ...(stack ? ["r4 = *(u64 *)(r1 +0)", "*(u64 *)(r1 +0) = r2", "r1 = r4"] : []),
            "r6 = r3",
            "r7 = r1",
            "r8 = r2",
            "r9 = r2",
            ...fresh,
            body(`${id}f`),
          ]),
        ].join("\n"),
  ),
  callback: fc
    .record({ body: tie("body"), rounds: fc.integer({ min: 1, max: 5 }), stop: fc.constantFrom("r0 = 0", "r0 &= 1", "r0 = 1", "r0 &= 3") })
    .map(
      ({ body, rounds, stop }) =>
        (id) =>
          [
            "*(u64 *)(r10 -72) = 0",
            "*(u64 *)(r10 -80) = r6",
            `r1 = ${rounds}`,
            `r2 = &func${id}`,
            "r3 = r10",
            "r3 += -80",
            "r4 = 0",
            "call bpf_loop",
            "r7 = *(u64 *)(r10 -72)",
            ...fresh,
            functionText(`func${id}`, [
              "r6 = *(u64 *)(r2 +0)",
              "r7 = *(u64 *)(r2 +8)",
              "r7 += r1",
              "*(u64 *)(r2 +8) = r7",
              "r8 = r1",
              "r9 = r1",
              ...fresh,
              body(`${id}f`),
              stop,
            ]),
          ].join("\n"),
    ),
}));

/** Marks text that goes behind the function it is written in. */
function functionText(name: string, lines: readonly string[]): string {
  return `{{${name}:\n${lines.join("\n")}\nexit}}`;
}

/** Takes the functions out of their places, innermost first. */
function hoist(text: string): string {
  const functions: string[] = [];
  let rest = text;
  for (;;) {
    const next = rest.replace(/\n?\{\{([^{}]*)\}\}/, (_whole, inner: string) => {
      functions.push(inner);
      return "";
    });
    if (next === rest) return [rest, ...functions].join("\n");
    rest = next;
  }
}

/** Text of a whole tracepoint program. */
export const randomProgramText: fc.Arbitrary<string> = body.map((steps) =>
  hoist(["r6 = r1", "r7 = *(u64 *)(r6 +8)", "r8 = *(u32 *)(r6 +16)", "r9 = *(s16 *)(r6 +24)", ...fresh, steps("s"), "exit"].join("\n")),
);

export function programOfText(text: string): ProgramSpec {
  const assembled = assemble(text, { maps: randomProgramMaps });
  if (!assembled.ok) throw new Error(`line ${assembled.line}: ${assembled.reason}\n${text}`);
  return { name: "random", type: "tracepoint", section: "", insns: assembled.insns, funcs: [], lines: [], license: "GPL" };
}

export const randomProgram: fc.Arbitrary<ProgramSpec> = randomProgramText.map(programOfText);
