import { expect, test } from "vitest";
import { explainRejection } from "../../../src/bpf/verifier/explain.ts";
import { verify } from "../../../src/bpf/verifier/verify.ts";
import type { InsnIndex } from "../../../src/bpf/isa/insn.ts";
import { corpus, corpusMaps, corpusProgram } from "./corpus.ts";

test.each(corpus)("$name", (item) => {
  const verdict = verify(corpusProgram(item), corpusMaps);
  expect(verdict.ok ? null : verdict.rejection.reason).toBe(item.reason);
});

const program = (asm: string) => corpusProgram({ name: "test", asm, reason: null });

test("a rejection tells the insn, the registers and the path", () => {
  const verdict = verify(program("r6 = r1\nr1 = map[one][0]+60\nr2 = *(u64 *)(r1 +0)\nr0 = 0\nexit"), corpusMaps);
  expect(verdict.ok ? null : verdict.rejection).toEqual({
    insn: 2,
    reason: "R1 min value is outside of the allowed memory range",
    registers: "R1=map_value(map=one,ks=4,vs=64,off=60) R6=ctx() R10=fp0",
    log: [
      "0: R1=ctx() R10=fp0",
      "0: (bf) r6 = r1 ; R1=ctx() R6=ctx() R10=fp0",
      "1: (18) r1 = map[one][0]+60 ; R1=map_value(map=one,ks=4,vs=64,off=60) R6=ctx() R10=fp0",
      "3: (79) r2 = *(u64 *)(r1 +0)",
      "invalid access to map value, value_size=64 off=60 size=8",
      "R1 min value is outside of the allowed memory range",
    ],
    path: [0, 1, 2],
  });
});

test("the log holds the failing path only", () => {
  const verdict = verify(program("r0 = *(u32 *)(r1 +8)\nif r0 > 0x7 goto bad\nr0 = 0\nexit\nbad:\nr0 = r3\nexit"), corpusMaps);
  expect(verdict.ok ? null : verdict.rejection.log.slice(-4)).toEqual([
    "1: (25) if r0 > 0x7 goto pc+2 ; R0=scalar(smin=smin32=0,smax=umax=smax32=umax32=7,var_off=(0x0; 0x7)) R1=ctx() R10=fp0",
    "from 1 to 4: R0=scalar(smin=umin=umin32=8,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff)) R1=ctx() R10=fp0",
    "4: (bf) r0 = r3",
    "R3 !read_ok",
  ]);
});

test("an explanation points into the script and tells where the register came from", () => {
  const spec = {
    ...program("r6 = *(u32 *)(r1 +8)\nr1 = map[one][0]+0\nr1 += r6\nr0 = *(u8 *)(r1 +0)\nr0 = 0\nexit"),
    name: "probe_1",
    lines: [
      { insn: 0 as InsnIndex, start: 10, end: 20 },
      { insn: 2 as InsnIndex, start: 30, end: 45 },
    ],
  };
  const verdict = verify(spec, corpusMaps);
  if (verdict.ok) expect.fail("accepted");
  expect(explainRejection(spec, verdict.rejection)).toEqual({
    message: "the verifier rejected the program: R1 unbounded memory access, make sure to bounds check any such access",
    span: { start: 30, end: 45 },
    hint: [
      "in probe_1, at 4: (71) r0 = *(u8 *)(r1 +0)",
      "with R1=map_value(map=one,ks=4,vs=64,smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff)) R6=scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff)) R10=fp0",
      "R1 came from:",
      "  1: (18) r1 = map[one][0]+0 ; R1=map_value(map=one,ks=4,vs=64)",
      "  3: (0f) r1 += r6 ; R1=map_value(map=one,ks=4,vs=64,smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))",
    ].join("\n"),
  });
});

test("many independent conditions are not a problem", () => {
  const conditions = Array.from(
    { length: 40 },
    (_, i) => `r2 = *(u32 *)(r6 +${8 + 4 * i})\nif r2 > ${i} goto l${i}\n*(u64 *)(r10 -8) = ${i}\nr7 = ${i}\nl${i}:`,
  );
  const verdict = verify(program(`r6 = r1\n${conditions.join("\n")}\nr0 = 0\nexit`), corpusMaps);
  expect(verdict.ok).toBe(true);
  expect(verdict.stats.insns).toBeLessThan(1000);
});

test("a program without end is given up", () => {
  // Each round is a new state: r2 is compared, so it decides.
  const verdict = verify(program("r2 = 0\nr3 = 0x7fffffffffffffff\nagain:\nr2 += 1\nif r2 < r3 goto again\nr0 = 0\nexit"), corpusMaps);
  expect(verdict.ok ? null : verdict.rejection.reason).toBe("BPF program is too large. Processed 1000001 insn");
});

test("the highest context byte and the stack of each function are reported", () => {
  const verdict = verify(
    program("*(u64 *)(r10 -24) = 0\nr6 = *(u32 *)(r1 +40)\ncall f\nexit\nf:\n*(u8 *)(r10 -3) = 0\nr0 = 0\nexit"),
    corpusMaps,
  );
  expect(verdict).toMatchObject({ ok: true, stats: { maxCtxOffset: 44, insns: 7 } });
  expect([...verdict.stats.stackDepth]).toEqual([
    [0, 24],
    [4, 3],
  ]);
});

test.each([
  [
    "more conditions in a row than Linux follows",
    `r6 = r1\n${Array.from({ length: 8200 }, (_, i) => `r2 = *(u32 *)(r6 +8)\nif r2 > ${i} goto l${i}\nr7 = ${i}\nl${i}:`).join("\n")}\nr0 = 0\nexit`,
    "The sequence of 8192 jumps is too complex.",
    "in test: a program has at most some 8,000 conditions one behind the other, map updates included, as in Linux",
  ],
  [
    "more functions than Linux takes",
    `${Array.from({ length: 256 }, (_, i) => `call f${i}`).join("\n")}\nr0 = 0\nexit\n${Array.from({ length: 256 }, (_, i) => `f${i}:\nr0 = ${i}\nexit`).join("\n")}`,
    "too many subprograms",
    "in test: a program calls at most 255 functions and bodies of for loops, as in Linux",
  ],
])("%s: the explanation says what is too much, not what registers held", (_, text, reason, hint) => {
  const spec = { ...program(text), name: "test" };
  const verdict = verify(spec, corpusMaps);
  if (verdict.ok) expect.fail("accepted");
  const explanation = explainRejection(spec, verdict.rejection);
  expect(explanation.message).toBe(`the verifier rejected the program: ${reason}`);
  expect(explanation.hint).toBe(`${hint}\ndivide the statements between several probes with the same attach point`);
});
