/**
 * States that must not be taken for one another. In each program the way that falls through is harmless and walked first; the way
 * that jumps meets it later and is not harmless. Whoever compares too little when they meet accepts the program.
 */
import { expect, test } from "vitest";
import { verify } from "../../../src/bpf/verifier/verify.ts";
import { corpusMaps, corpusProgram } from "./corpus.ts";

const fork = "call bpf_get_prandom_u32\nif r0 == 0x0 goto other\n";
const meet = (harmless: string, harmful: string, then: string): string =>
  `r6 = r1\n${fork}${harmless}\ngoto meet\nother:\n${harmful}\nmeet:\n${then}\nr0 = 0\nexit`;
/** Reads `one` at the offset in a register. */
const index = (reg: string): string => `r1 = map[one][0]+0\nr1 += ${reg}\nr1 = *(u8 *)(r1 +0)`;
const lookup = "*(u64 *)(r10 -64) = 5\nr2 = r10\nr2 += -64\nr1 = map[hash]\ncall bpf_map_lookup_elem";
const loop = "r1 = 3\nr2 = &body\nr3 = r10\nr3 += -16\nr4 = 0\ncall bpf_loop";

test.each<[string, string]>([
  ["a number that is an offset", meet("r7 = 1", "r7 = 64", index("r7"))],
  ["a number that decides a branch", meet("r7 = 1", "r7 = 2", "if r7 != 0x2 goto fine\nr1 = *(u64 *)(r9 +0)\nfine:")],
  [
    "a number whose sum decides a branch",
    meet("r7 = 1", "r7 = 2", "r8 = 7\nr8 += r7\nif r8 != 0x9 goto fine\nr1 = *(u64 *)(r9 +0)\nfine:"),
  ],
  ["a number that is a length", meet("r7 = 8", "r7 = 65", "r1 = map[one][0]+0\nr2 = r7\nr3 = 0\ncall bpf_probe_read_kernel")],
  ["a number on the stack", meet("*(u64 *)(r10 -8) = 1", "*(u64 *)(r10 -8) = 64", `r7 = *(u64 *)(r10 -8)\n${index("r7")}`)],
  ["four bytes on the stack", meet("*(u32 *)(r10 -8) = 1", "*(u32 *)(r10 -8) = 64", `r7 = *(u32 *)(r10 -8)\n${index("r7")}`)],
  ["zeros on the stack", meet("*(u16 *)(r10 -6) = 0", "*(u16 *)(r10 -6) = 64", `r7 = *(u16 *)(r10 -6)\n${index("r7")}`)],
  [
    "stack read through a moved pointer",
    meet("*(u64 *)(r10 -8) = 1", "*(u64 *)(r10 -8) = 64", `r2 = r10\nr2 += -16\nr7 = *(u64 *)(r2 +8)\n${index("r7")}`),
  ],
  [
    "stack read through a pointer that was on the stack",
    meet(
      "*(u64 *)(r10 -8) = 1",
      "*(u64 *)(r10 -8) = 64",
      `r2 = r10\n*(u64 *)(r10 -24) = r2\nr3 = *(u64 *)(r10 -24)\nr7 = *(u64 *)(r3 -8)\n${index("r7")}`,
    ),
  ],
  ["bytes that were not written", meet("*(u64 *)(r10 -8) = 1", "r7 = 1", "r7 = *(u64 *)(r10 -8)")],
  ["two bytes that were not written", meet("*(u16 *)(r10 -6) = 5", "r7 = 1", "r7 = *(u16 *)(r10 -6)")],
  ["two bytes of a pointer", meet("*(u16 *)(r10 -6) = 5", "*(u64 *)(r10 -8) = r6", "r7 = *(u16 *)(r10 -6)")],
  [
    "bytes that were not written, read by a helper",
    meet("*(u64 *)(r10 -8) = 1", "r7 = 1", "r2 = r10\nr2 += -8\nr1 = map[hash]\ncall bpf_map_lookup_elem"),
  ],
  [
    "bytes that were not written, read at a variable offset",
    meet("*(u64 *)(r10 -8) = 1", "r7 = 1", "call bpf_get_prandom_u32\nr0 &= 7\nr2 = r10\nr2 += -8\nr2 += r0\nr0 = *(u8 *)(r2 +0)"),
  ],
  [
    "bytes that were not written, read by a callee",
    `${meet("*(u64 *)(r10 -8) = 1", "r7 = 1", "r1 = r10\nr1 += -8\ncall f")}\nf:\nr0 = *(u64 *)(r1 +0)\nr0 = 0\nexit`,
  ],
  [
    "a number that a callee reads from the stack",
    `${meet("*(u64 *)(r10 -8) = 1", "*(u64 *)(r10 -8) = 64", "r1 = r10\nr1 += -8\ncall f")}\nf:\nr7 = *(u64 *)(r1 +0)\n${index("r7")}\nr0 = 0\nexit`,
  ],
  ["a number that a callee gets", `${meet("r7 = 1", "r7 = 64", "r1 = r7\ncall f")}\nf:\nr7 = r1\n${index("r7")}\nr0 = 0\nexit`],
  ["a number that a callee returns", `${meet("r7 = 1", "r7 = 64", `r1 = r7\ncall f\n${index("r0")}`)}\nf:\nr0 = r1\nexit`],
  [
    "a number that a callee writes into the caller's stack",
    `${meet("r7 = 1", "r7 = 64", `r1 = r10\nr1 += -8\nr2 = r7\ncall f\nr7 = *(u64 *)(r10 -8)\n${index("r7")}`)}\nf:\n*(u64 *)(r1 +0) = r2\nr0 = 0\nexit`,
  ],
  [
    "states that meet inside of a callee",
    `r6 = r1\nr1 = r10\nr1 += -8\n${fork.replace("call bpf_get_prandom_u32", "call f")}r0 = 0\nexit\nother:\nr7 = *(u64 *)(r10 -8)\n${index("r7")}\nr0 = 0\nexit\nf:\nr9 = r1\ncall bpf_get_prandom_u32\nif r0 == 0x0 goto big\n*(u64 *)(r9 +0) = 1\ngoto both\nbig:\n*(u64 *)(r9 +0) = 64\nboth:\ncall bpf_get_prandom_u32\nexit`,
  ],
  [
    "a register that only the caller uses later",
    `${meet("r7 = 1", "r7 = 64", `r1 = 0\ncall f\n${index("r7")}`)}\nf:\nif r1 == 0x5 goto f1\nf1:\nr0 = 0\nexit`,
  ],
  [
    "numbers that are the same",
    meet(
      "call bpf_ktime_get_ns\nr7 = r0\nr8 = r7",
      "call bpf_ktime_get_ns\nr7 = r0\ncall bpf_ktime_get_ns\nr8 = r0",
      `if r8 > 0x7 goto fine\n${index("r7")}\nfine:`,
    ),
  ],
  ["a pointer and a number", meet("r7 = r6", "r7 = 8", "r1 = *(u32 *)(r7 +8)")],
  ["a pointer on the stack", meet("*(u64 *)(r10 -8) = r6", "*(u64 *)(r10 -8) = 1", "r7 = *(u64 *)(r10 -8)\nr1 = *(u32 *)(r7 +8)")],
  ["pointers with other offsets", meet("r7 = map[one][0]+0", "r7 = map[one][0]+60", "r1 = *(u64 *)(r7 +0)")],
  [
    "pointers with other variable offsets",
    meet(
      "call bpf_ktime_get_ns\nr0 &= 7\nr7 = map[one][0]+0\nr7 += r0",
      "call bpf_ktime_get_ns\nr0 &= 63\nr7 = map[one][0]+0\nr7 += r0",
      "r1 = *(u64 *)(r7 +0)",
    ),
  ],
  ["pointers into other maps", meet(`r7 = map[one][0]+0`, "r7 = map[const][0]+0", "r1 = *(u64 *)(r7 +16)")],
  [
    "maps with other sizes",
    meet(
      "r7 = map[hash]\n*(u64 *)(r10 -8) = 1",
      "r7 = map[counts]\n*(u64 *)(r10 -8) = 1",
      "r2 = r10\nr2 += -8\nr1 = r7\ncall bpf_map_lookup_elem",
    ),
  ],
  [
    "an element and one that may be missing",
    `r6 = r1\n${lookup}\nr7 = r0\ncall bpf_get_prandom_u32\nif r0 == 0x0 goto meet\nif r7 == 0x0 goto out\nmeet:\nr1 = *(u64 *)(r7 +0)\nout:\nr0 = 0\nexit`,
  ],
  [
    "copies of one lookup and two lookups",
    meet(`${lookup}\nr7 = r0\nr8 = r0`, `${lookup}\nr7 = r0\n${lookup}\nr8 = r0`, "if r8 == 0x0 goto out\nr1 = *(u64 *)(r7 +0)\nout:"),
  ],
  [
    "a released record and one that is not",
    `r6 = r1\nr1 = map[ring]\nr2 = 8\nr3 = 0\ncall bpf_ringbuf_reserve\nif r0 == 0x0 goto out\nr7 = r0\ncall bpf_get_prandom_u32\nif r0 == 0x0 goto meet\nr1 = r7\nr2 = 0\ncall bpf_ringbuf_submit\nmeet:\nr0 = 0\nout:\nr0 = 0\nexit`,
  ],
  [
    "what a callback reads from its context",
    `${meet("*(u64 *)(r10 -16) = 1", "*(u64 *)(r10 -16) = 64", loop)}\nbody:\nr7 = *(u64 *)(r2 +0)\n${index("r7")}\nr0 = 0\nexit`,
  ],
  [
    "what a callback leaves in its context",
    `${meet("*(u64 *)(r10 -16) = 1\nr8 = 1", "*(u64 *)(r10 -16) = 1\nr8 = 64", `*(u64 *)(r10 -8) = r8\n${loop}\nr7 = *(u64 *)(r10 -16)\n${index("r7")}`)}\nbody:\nr3 = *(u64 *)(r2 +8)\n*(u64 *)(r2 +0) = r3\nr0 = 0\nexit`,
  ],
  [
    "what a callback reads through an address that it finds in its context",
    `${meet("*(u64 *)(r10 -32) = 1", "*(u64 *)(r10 -32) = 64", `r2 = r10\nr2 += -32\n*(u64 *)(r10 -16) = r2\n${loop}`)}\nbody:\nr2 = *(u64 *)(r2 +0)\nr7 = *(u64 *)(r2 +0)\n${index("r7")}\nr0 = 0\nexit`,
  ],
  [
    "what a callback's callback reads through an address in the first one's frame",
    `${meet("*(u64 *)(r10 -16) = 1", "*(u64 *)(r10 -16) = 64", loop)}\nbody:\n*(u64 *)(r10 -16) = r2\n${loop.replace("body", "inner")}\nr0 = 0\nexit\ninner:\nr2 = *(u64 *)(r2 +0)\nr7 = *(u64 *)(r2 +0)\n${index("r7")}\nr0 = 0\nexit`,
  ],
  [
    "what a callback's callee reads through an address in the callback's frame",
    `${meet("*(u64 *)(r10 -16) = 1", "*(u64 *)(r10 -16) = 64", loop)}\nbody:\n*(u64 *)(r10 -8) = r2\nr1 = r10\nr1 += -8\nr2 = 0\ncall f\nr0 = 0\nexit\nf:\nr2 = *(u64 *)(r1 +0)\nr7 = *(u64 *)(r2 +0)\n${index("r7")}\nr0 = 0\nexit`,
  ],
  [
    "stack that is written through what only looks like a pointer to it",
    meet(
      "*(u64 *)(r10 -16) = 1",
      "*(u64 *)(r10 -16) = 64",
      `r2 = r10\nr2 += -16\n*(u64 *)(r10 -8) = r2\nr2 = map[one][0]+0\n*(u64 *)(r10 -8) = r2\nr3 = *(u64 *)(r10 -8)\n*(u64 *)(r3 +0) = 0\nr7 = *(u64 *)(r10 -16)\n${index("r7")}`,
    ),
  ],
  [
    "what only the second round reads",
    `r6 = r1\n*(u64 *)(r10 -16) = 0\n*(u64 *)(r10 -8) = 0\n${loop}\nr0 = 0\nexit\nbody:\nr3 = *(u64 *)(r2 +0)\nif r3 != 0x0 goto second\n*(u64 *)(r2 +0) = 1\nr0 = 0\nexit\nsecond:\nr1 = *(u64 *)(r9 +0)\nr0 = 0\nexit`,
  ],
  [
    "what only the third round reads",
    `r6 = r1\n*(u64 *)(r10 -16) = 0\n*(u64 *)(r10 -8) = 0\n${loop}\nr0 = 0\nexit\nbody:\nr3 = *(u64 *)(r2 +0)\nr4 = *(u64 *)(r2 +8)\nif r4 != 0x0 goto third\n*(u64 *)(r2 +8) = r3\n*(u64 *)(r2 +0) = 1\nr0 = 0\nexit\nthird:\nr1 = *(u64 *)(r9 +0)\nr0 = 0\nexit`,
  ],
  [
    "what the loop is left with after some rounds",
    `r6 = r1\n*(u64 *)(r10 -16) = 0\n${loop}\nr7 = *(u64 *)(r10 -16)\nif r7 == 0x0 goto fine\nr1 = *(u64 *)(r9 +0)\nfine:\nr0 = 0\nexit\nbody:\n*(u64 *)(r2 +0) = 1\nr0 = 0\nexit`,
  ],
])("%s", (_name, asm) => {
  const program = corpusProgram({ name: "prune", asm, reason: null });
  expect(verify(program, corpusMaps).ok).toBe(false);
  expect(verify(program, corpusMaps, { everyState: true }).ok).toBe(false);
});

test.each<[string, string]>([
  ["numbers that decide nothing", meet("r7 = 1", "r7 = 2", "r8 = r7\nr0 = r8")],
  ["numbers that are only stored", meet("r7 = 1", "r7 = 2", "r1 = map[one][0]+0\n*(u64 *)(r1 +0) = r7")],
  ["registers that are written before they are read", meet("r7 = 1", "r7 = r6", "r7 = 0\nr0 = r7")],
  ["stack that is written before it is read", meet("*(u64 *)(r10 -8) = 1", "r7 = 1", "*(u64 *)(r10 -8) = 5\nr0 = *(u64 *)(r10 -8)")],
  [
    "stack that a helper writes before it is read",
    meet("*(u64 *)(r10 -8) = 1", "r7 = 1", "r1 = r10\nr1 += -8\nr2 = 8\nr3 = 0\ncall bpf_probe_read_kernel\nr0 = *(u64 *)(r10 -8)"),
  ],
  [
    "a key with other numbers",
    meet("*(u64 *)(r10 -8) = 1", "*(u64 *)(r10 -8) = 2", "r2 = r10\nr2 += -8\nr1 = map[hash]\ncall bpf_map_lookup_elem"),
  ],
])("one of two is enough: %s", (_name, asm) => {
  const verdict = verify(corpusProgram({ name: "prune", asm, reason: null }), corpusMaps, { everyState: true });
  expect(verdict.ok).toBe(true);
  // What follows the meeting is walked once.
  const after = asm.slice(asm.indexOf("meet:\n")).trim().split("\n").length - 1;
  expect(verdict.stats.insns).toBeLessThan(asm.trim().split("\n").length - 1 + after);
});

test("stack that neither a callback nor anyone later reads, beside a spilled address of it", () => {
  const then = `r2 = r10\nr2 += -24\n*(u64 *)(r10 -32) = r2\n*(u64 *)(r10 -16) = 1\n${loop}\nr2 = *(u64 *)(r10 -32)\n*(u64 *)(r2 +0) = 1`;
  const body = `\nbody:\nr7 = *(u64 *)(r2 +0)\n${index("r7")}\nr0 = 0\nexit`;
  const walked = (other: string): number => {
    const asm = meet("*(u64 *)(r10 -40) = 1", other, then) + body;
    const verdict = verify(corpusProgram({ name: "prune", asm, reason: null }), corpusMaps, { everyState: true });
    expect(verdict.ok).toBe(true);
    return verdict.stats.insns;
  };
  expect(walked("*(u64 *)(r10 -40) = 64")).toBe(walked("*(u64 *)(r10 -40) = 1"));
});
