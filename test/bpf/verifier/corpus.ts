/** Programs with the verdict that ours and the kernel's verifier must give. */
import { assemble } from "../../../src/bpf/isa/asm.ts";
import type { Insn } from "../../../src/bpf/isa/insn.ts";
import type { MapSpec, ProgType, ProgramSpec } from "../../../src/bpf/spec.ts";

export const corpusMaps: readonly MapSpec[] = [
  { name: "hash", type: "hash", keySize: 8, valueSize: 48, maxEntries: 64, flags: 0 },
  { name: "one", type: "array", keySize: 4, valueSize: 64, maxEntries: 1, flags: 0 },
  { name: "percpu", type: "percpu_array", keySize: 4, valueSize: 16, maxEntries: 4, flags: 0 },
  { name: "ring", type: "ringbuf", keySize: 0, valueSize: 0, maxEntries: 4096, flags: 0 },
  { name: "const", type: "array", keySize: 4, valueSize: 16, maxEntries: 1, flags: 0x80 },
  { name: "counts", type: "percpu_hash", keySize: 16, valueSize: 8, maxEntries: 64, flags: 0 },
];

export interface CorpusCase {
  readonly name: string;
  readonly asm: string;
  readonly type?: ProgType;
  readonly license?: string;
  /** Null: accepted. Else our last line. */
  readonly reason: string | null;
  /** What the kernel does: the same (a rejection's log must hold our reason), accepts it, or rejects it with other words. */
  readonly kernel?: "accepts" | { readonly says: string };
}

export function corpusProgram({ asm, type, license, name }: CorpusCase): ProgramSpec {
  const assembled = assemble(asm, { maps: corpusMaps });
  if (!assembled.ok) throw new Error(`${name}, line ${assembled.line}: ${assembled.reason}`);
  const insns: Insn[] = assembled.insns;
  return { name: "corpus", type: type ?? "tracepoint", section: "", insns, funcs: [], lines: [], license: license ?? "GPL" };
}

const ok = (name: string, asm: string, rest: Partial<CorpusCase> = {}): CorpusCase => ({ name, asm, reason: null, ...rest });
const no = (name: string, asm: string, reason: string, rest: Partial<CorpusCase> = {}): CorpusCase => ({ name, asm, reason, ...rest });

/** r0 = pointer to the element of `hash` with key 5, which is then tested. */
const lookup = `
  *(u64 *)(r10 -8) = 5
  r2 = r10
  r2 += -8
  r1 = map[hash]
  call bpf_map_lookup_elem`;
const end = `
out:
  r0 = 0
  exit`;
const lookedUp = `${lookup}
  if r0 == 0x0 goto out`;
/** r6 = an unknown number. */
const unknown = `
  r6 = r1
  call bpf_ktime_get_ns
  r6 = r0`;
const loopCall = `
  r2 = &body
  r3 = r10
  r3 += -16
  r4 = 0
  call bpf_loop`;

/** Copies of r6 are made, it is tested to be below 4, and `used`, one of them, is then an index; all are read behind the test. */
function copiesOf(copies: readonly string[], used: string, test = "if r6 > 0x3 goto out"): string {
  return `${copies.map((reg) => `${reg} = r6\n`).join("")}${test}
    r1 = 0
    ${["r6", ...copies].map((reg) => (reg.startsWith("r") ? `r1 += ${reg}\n` : "")).join("")}
    ${used.startsWith("r") ? "" : `r9 = ${used}`}
    r1 = map[one][0]+0
    r1 += ${used.startsWith("r") ? used : "r9"}
    r0 = *(u8 *)(r1 +0)${end}`;
}
const first = "r6 = *(u64 *)(r1 +16)\n";
/** With r6. */
const sevenCopies = ["r0", "r2", "r3", "r4", "r5", "r8"];
/** r7, r8 and r9 are the same number below 4. */
const second = `r7 = *(u64 *)(r1 +24)\nr7 &= 3\nr8 = r7\nr9 = r7\n${first}`;
/** Good for r6 from 0 to 5. */
const readAt58 = `r1 = map[one][0]+58\nr1 += r6\nr0 = *(u8 *)(r1 +0)${end}`;
const slot = "*(u64 *)(r10 -8)";
const UNBOUNDED = "math between map_value pointer and register with unbounded min value is not allowed";

/** A callee tests the number of which it and its caller have copies; `r8` of the caller is then an index. */
const testedInCallee = (copies: readonly string[]): string => `${first}r7 = r6
  r8 = r6
  r1 = r6
  call f
  if r0 == 0x0 goto out
  r6 += r7
  r1 = map[one][0]+0
  r1 += r8
  r1 = *(u8 *)(r1 +0)${end}
f:
  ${copies.map((reg) => `${reg} = r1\n`).join("")}
  r0 = 0
  if r1 > 0x3 goto done
  ${copies.map((reg) => `r1 += ${reg}\n`).join("")}
  r0 = 1
done:
  exit`;

export const corpus: readonly CorpusCase[] = [
  // Shape.
  ok("the smallest program", "r0 = 0\nexit"),
  no("r0 not set", "exit", "R0 !read_ok"),
  no("an insn that nothing reaches", "goto +1\nr0 = 1\nr0 = 0\nexit", "unreachable insn 1"),
  no("falls off the end", "r0 = 0", "last insn is not an exit or jmp"),
  no("falls off the end behind a branch", "r0 = 0\nif r1 == 0x0 goto +1\nexit\nr0 = 1", "last insn is not an exit or jmp"),
  no("jump into a subprogram", "call f\nif r0 == 0x0 goto f\nexit\nf:\nr0 = 0\nexit", "jump out of range from insn 1 to 3"),
  ok("an infinite loop needs no exit to be reachable", "r0 = 0\nif r0 == 0x0 goto out\nagain:\ngoto again\nout:\nexit"),
  no("endless loop", "again:\ngoto again", "infinite loop detected at insn 0"),
  no("endless loop with work", "r1 = 0\nagain:\nr1 ^= 1\ngoto again", "infinite loop detected at insn 1", {
    kernel: { says: "infinite loop detected" },
  }),
  no(
    "loop that waits for a number from outside",
    "again:\ncall bpf_get_prandom_u32\nif r0 != 0x0 goto again\nr0 = 0\nexit",
    "infinite loop detected at insn 0",
    { kernel: { says: "infinite loop detected" } },
  ),
  ok("bounded loop", "r1 = 0\nr0 = 0\nagain:\nr0 += r1\nr1 += 1\nif r1 < 0x64 goto again\nexit"),
  ok("bounded loop over an unknown count", `${unknown}\nr6 &= 15\nr7 = 0\nagain:\nif r7 >= r6 goto out\nr7 += 1\ngoto again${end}`),
  // Registers.
  no("register never written", "r0 = r2\nexit", "R2 !read_ok"),
  no("register written on one way only", "call bpf_get_prandom_u32\nif r0 == 0x0 goto out\nr2 = 0\nout:\nr0 = r2\nexit", "R2 !read_ok"),
  no("r1 is gone after a call", "call bpf_ktime_get_ns\nr0 = r1\nexit", "R1 !read_ok"),
  ok("r6 to r9 survive a call", "r6 = 1\ncall bpf_ktime_get_ns\nr0 = r6\nexit"),
  no("r10 is read only", "r10 = 0\nr0 = 0\nexit", "frame pointer is read only"),
  no("load into r10", "r10 = *(u64 *)(r1 +8)\nr0 = 0\nexit", "frame pointer is read only"),
  no("returns a pointer", "r0 = r10\nexit", "R0 leaks addr as return value", { kernel: "accepts" }),
  no("division by the constant 0", "r0 = 1\nr0 /= 0\nexit", "div by zero"),
  no("signed modulo by the constant 0", "w0 = 1\nw0 s%= 0\nexit", "div by zero"),
  no("shift by 64", "r0 = 1\nr0 <<= 64\nexit", "invalid shift 64"),
  no("32-bit shift by 32", "r0 = 1\nw0 s>>= 32\nexit", "invalid shift 32"),
  ok("shift by a register", `${unknown}\nr0 = 1\nr0 <<= r6\nexit`),
  ok(
    "every ALU operation on numbers",
    `${unknown}\nr0 = 7\nr0 *= r6\nr0 /= r6\nr0 %= 9\nr0 s/= r6\nr0 s%= 3\nr0 |= r6\nr0 &= r6\nr0 ^= r6\nr0 -= r6\nr0 s>>= 3\nr0 = -r0\nw0 = -w0\nr0 = be32 r0\nr0 = bswap16 r0\nr0 = (s8)r0\nw0 = (s16)w0\nexit`,
  ),
  // Stack.
  no("read of stack that was not written", "r0 = *(u64 *)(r10 -8)\nexit", "invalid read from stack off -8+0 size 8", { kernel: "accepts" }),
  no(
    "read of stack of which half was written",
    "*(u32 *)(r10 -8) = 0\nr0 = *(u64 *)(r10 -8)\nexit",
    "invalid read from stack off -8+4 size 8",
    {
      kernel: "accepts",
    },
  ),
  ok("two halves", "*(u32 *)(r10 -8) = 1\n*(u32 *)(r10 -4) = 2\nr0 = *(u64 *)(r10 -8)\nexit"),
  no("stack above the frame", "*(u64 *)(r10 +0) = 0\nr0 = 0\nexit", "invalid write to stack R10 off=0 size=8"),
  no("stack below the frame", "*(u64 *)(r10 -520) = 0\nr0 = 0\nexit", "invalid write to stack R10 off=-520 size=8"),
  ok("the whole frame", "*(u8 *)(r10 -512) = 0\n*(u8 *)(r10 -1) = 0\nr0 = 0\nexit"),
  no("misaligned stack", "*(u32 *)(r10 -6) = 0\nr0 = 0\nexit", "misaligned stack access off (0x0; 0x0)+0+-6 size 4", {
    kernel: { says: "misaligned stack access off" },
  }),
  ok("a spilled pointer comes back", "*(u64 *)(r10 -8) = r1\nr2 = *(u64 *)(r10 -8)\nr0 = *(u64 *)(r2 +8)\nexit"),
  no("half a spilled pointer", "*(u64 *)(r10 -8) = r1\nr0 = *(u32 *)(r10 -8)\nexit", "corrupted spill memory", { kernel: { says: "" } }),
  no(
    "a damaged spilled pointer",
    "*(u64 *)(r10 -8) = r1\n*(u8 *)(r10 -8) = 0\nr2 = *(u64 *)(r10 -8)\nr0 = *(u64 *)(r2 +8)\nexit",
    "R2 invalid mem access 'scalar'",
  ),
  ok(
    "a spilled number keeps its bounds",
    `${unknown}\nr6 &= 7\n*(u64 *)(r10 -8) = r6\nr7 = *(u64 *)(r10 -8)\nr1 = map[one][0]+0\nr1 += r7\n*(u8 *)(r1 +0) = 1\nr0 = 0\nexit`,
  ),
  ok(
    "a number that was tested after its spill",
    `${unknown}\n*(u64 *)(r10 -8) = r6\nif r6 > 0x7 goto out\nr7 = *(u64 *)(r10 -8)\nr1 = map[one][0]+0\nr1 += r7\n*(u8 *)(r1 +0) = 1${end}`,
  ),
  ok("write at a variable offset", `${unknown}\nr6 &= 7\nr2 = r10\nr2 += -8\nr2 += r6\n*(u8 *)(r2 +0) = 1\nr0 = 0\nexit`),
  ok("read at a variable offset", `${unknown}\nr6 &= 7\n*(u64 *)(r10 -8) = 0\nr2 = r10\nr2 += -8\nr2 += r6\nr0 = *(u8 *)(r2 +0)\nexit`),
  no(
    "read at a variable offset of bytes not written",
    `${unknown}\nr6 &= 7\n*(u32 *)(r10 -8) = 0\nr2 = r10\nr2 += -8\nr2 += r6\nr0 = *(u8 *)(r2 +0)\nexit`,
    "invalid read from stack R2 var_off (0x0; 0x7)+4 size 8",
    { kernel: "accepts" },
  ),
  no(
    "variable offset beyond the frame",
    `${unknown}\nr6 &= 15\nr2 = r10\nr2 += -8\nr2 += r6\n*(u8 *)(r2 +0) = 1\nr0 = 0\nexit`,
    "invalid variable-offset write to stack R2 var_off=(0x0; 0xf) off=-8 size=1",
  ),
  no(
    "a pointer overwritten at a variable offset",
    `r7 = r1${unknown}\nr6 &= 7\n*(u64 *)(r10 -8) = r7\nr2 = r10\nr2 += -8\nr2 += r6\n*(u8 *)(r2 +0) = 1\nr3 = *(u64 *)(r10 -8)\nr0 = *(u64 *)(r3 +8)\nexit`,
    "R3 invalid mem access 'scalar'",
  ),
  no(
    "unbounded stack pointer",
    `${unknown}\nr2 = r10\nr2 += r6\n*(u8 *)(r2 +0) = 1\nr0 = 0\nexit`,
    "math between fp pointer and register with unbounded min value is not allowed",
  ),
  // Context.
  ok("tracepoint field", "r0 = *(u32 *)(r1 +8)\nexit"),
  no("the hidden first bytes", "r0 = *(u64 *)(r1 +0)\nexit", "invalid bpf_context access off=0 size=8"),
  no("misaligned tracepoint field", "r0 = *(u32 *)(r1 +10)\nexit", "invalid bpf_context access off=10 size=4"),
  ok("the last tracepoint field", "r0 = *(u64 *)(r1 +8184)\nexit"),
  no("beyond the largest record", "r0 = *(u64 *)(r1 +8192)\nexit", "invalid bpf_context access off=8192 size=8"),
  no("write to a record", "*(u32 *)(r1 +8) = 0\nr0 = 0\nexit", "invalid bpf_context access off=8 size=4"),
  no("moved context", "r1 += 8\nr0 = *(u32 *)(r1 +8)\nexit", "dereference of modified ctx ptr R1 off=8 disallowed"),
  // The kernel compares the offset as an unsigned number here.
  no("negative context offset", "r0 = *(u32 *)(r1 -8)\nexit", "invalid bpf_context access off=-8 size=4", { kernel: "accepts" }),
  ok("kprobe registers", "r0 = *(u64 *)(r1 +160)\nexit", { type: "kprobe" }),
  no("beyond pt_regs", "r0 = *(u64 *)(r1 +168)\nexit", "invalid bpf_context access off=168 size=8", { type: "kprobe" }),
  ok("half a register", "r0 = *(u32 *)(r1 +112)\nexit", { type: "kprobe" }),
  ok("perf_event period", "r0 = *(u32 *)(r1 +168)\nr0 = *(u64 *)(r1 +176)\nexit", { type: "perf_event" }),
  no("half a register of a perf_event", "r0 = *(u32 *)(r1 +112)\nexit", "invalid bpf_context access off=112 size=4", {
    type: "perf_event",
  }),
  no("beyond perf_event data", "r0 = *(u64 *)(r1 +184)\nexit", "invalid bpf_context access off=184 size=8", { type: "perf_event" }),
  ok("raw tracepoint argument", "r0 = *(u64 *)(r1 +88)\nexit", { type: "raw_tracepoint" }),
  no("13th raw tracepoint argument", "r0 = *(u64 *)(r1 +96)\nexit", "invalid bpf_context access off=96 size=8", { type: "raw_tracepoint" }),
  ok("socket filter reads len, writes cb", "r0 = *(u32 *)(r1 +0)\n*(u32 *)(r1 +48) = r0\nexit", { type: "socket_filter" }),
  no("socket filter reads data", "r0 = *(u32 *)(r1 +76)\nexit", "invalid bpf_context access off=76 size=4", { type: "socket_filter" }),
  no("atomic on the context", "r2 = 1\nlock *(u64 *)(r1 +8) += r2\nr0 = 0\nexit", "BPF_ATOMIC stores into R1 ctx is not allowed"),
  no(
    "context through an unknown offset",
    `r7 = r1${unknown}\nr6 &= 8\nr7 += r6\nr0 = *(u8 *)(r7 +8)\nexit`,
    "variable ctx access var_off=(0x0; 0x8) disallowed",
  ),
  // Map values.
  ok("a found element", `${lookedUp}\nr1 = 1\nlock *(u64 *)(r0 +0) += r1\nr2 = *(u64 *)(r0 +40)${end}`),
  no("an element that may be missing", `${lookup}\nr0 = *(u64 *)(r0 +0)\nexit`, "R0 invalid mem access 'map_value_or_null'"),
  no("beyond the value", `${lookedUp}\nr1 = *(u64 *)(r0 +41)${end}`, "R0 min value is outside of the allowed memory range"),
  no("before the value", `${lookedUp}\nr1 = *(u64 *)(r0 -8)${end}`, "R0 min value is outside of the allowed memory range"),
  no(
    "arithmetic before the test",
    `${lookup}\nr0 += 8\nif r0 == 0x0 goto out${end}`,
    "R0 pointer arithmetic on map_value_or_null prohibited, null-check it first",
  ),
  ok("a copy is tested", `${lookup}\nr6 = r0\nif r6 == 0x0 goto out\nr1 = *(u64 *)(r0 +0)${end}`),
  ok(
    "a spilled copy is tested",
    `${lookup}\n*(u64 *)(r10 -16) = r0\nif r0 == 0x0 goto out\nr6 = *(u64 *)(r10 -16)\nr1 = *(u64 *)(r6 +0)${end}`,
  ),
  ok("tested the other way round", `${lookup}\nif r0 != 0x0 goto found\nr0 = 0\nexit\nfound:\nr0 = *(u64 *)(r0 +0)\nexit`),
  no(
    "the test of one lookup says nothing about another",
    `${lookup}\nr6 = r0${lookup}\nif r0 == 0x0 goto out\nr1 = *(u64 *)(r6 +0)${end}`,
    "R6 invalid mem access 'map_value_or_null'",
  ),
  no("32-bit NULL test", `${lookup}\nif w0 == 0x0 goto out\nr1 = *(u64 *)(r0 +0)${end}`, "R0 pointer comparison prohibited", {
    kernel: { says: "R0 invalid mem access 'map_value_or_null'" },
  }),
  ok("bounded index", `${unknown}\nr6 &= 7\nr6 <<= 3\nr1 = map[one][0]+0\nr1 += r6\nr0 = *(u64 *)(r1 +0)\nexit`),
  no(
    "index one too far",
    `${unknown}\nr6 &= 7\nr6 <<= 3\nr1 = map[one][0]+1\nr1 += r6\nr0 = *(u64 *)(r1 +0)\nexit`,
    "R1 max value is outside of the allowed memory range",
  ),
  ok("index by comparison", `${unknown}\nif r6 > 0x38 goto out\nr1 = map[one][0]+0\nr1 += r6\nr0 = *(u64 *)(r1 +0)${end}`),
  no(
    "index by signed comparison only",
    `${unknown}\nif r6 s> 0x38 goto out\nr1 = map[one][0]+0\nr1 += r6\nr0 = *(u8 *)(r1 +0)${end}`,
    "math between map_value pointer and register with unbounded min value is not allowed",
    {
      kernel: { says: "unbounded" },
    },
  ),
  ok(
    "index by both signed comparisons",
    `${unknown}\nif r6 s> 0x38 goto out\nif r6 s< 0x0 goto out\nr1 = map[one][0]+0\nr1 += r6\nr0 = *(u8 *)(r1 +0)${end}`,
  ),
  ok("index by 32-bit comparison", `${unknown}\nw6 = w6\nif w6 > 0x38 goto out\nr1 = map[one][0]+0\nr1 += r6\nr0 = *(u8 *)(r1 +0)${end}`),
  no(
    "32-bit comparison of 64 unknown bits",
    `${unknown}\nif w6 > 0x38 goto out\nr1 = map[one][0]+0\nr1 += r6\nr0 = *(u8 *)(r1 +0)${end}`,
    "math between map_value pointer and register with unbounded min value is not allowed",
  ),
  ok("a copy was compared", `${unknown}\nr7 = r6\nif r7 > 0x38 goto out\nr1 = map[one][0]+0\nr1 += r6\nr0 = *(u8 *)(r1 +0)${end}`),
  no(
    "a copy was compared and then changed",
    `${unknown}\nr7 = r6\nr7 += 1\nif r7 > 0x38 goto out\nr1 = map[one][0]+0\nr1 += r6\nr0 = *(u8 *)(r1 +0)${end}`,
    "math between map_value pointer and register with unbounded min value is not allowed",
    {
      kernel: { says: "" },
    },
  ),
  no(
    "subtraction that stays inside, but as an unsigned number is huge",
    `${unknown}\nr6 &= 7\nr1 = map[one][0]+8\nr1 -= r6\nr0 = *(u8 *)(r1 +0)\nexit`,
    "R1 unbounded memory access, make sure to bounds check any such access",
  ),
  no(
    "subtraction that leaves",
    `${unknown}\nr6 &= 7\nr1 = map[one][0]+4\nr1 -= r6\nr0 = *(u8 *)(r1 +0)\nexit`,
    "R1 min value is negative, either use unsigned index or do a if (index >=0) check.",
  ),
  no(
    "a huge constant",
    "r1 = map[one][0]+0\nr1 += 0x20000000\nr0 = *(u8 *)(r1 +0)\nexit".replace("r1 += 0x20000000", "r2 = 0x20000000\nr1 += r2"),
    "math between map_value pointer and 536870912 is not allowed",
  ),
  no("address behind the array", "r1 = map[one][0]+64\nr0 = 0\nexit", "invalid access to map value pointer, value_size=64 off=64", {
    kernel: { says: "" },
  }),
  no("address in a hash", "r1 = map[hash][0]+0\nr0 = 0\nexit", "invalid access to map value pointer, value_size=48 off=0", {
    kernel: { says: "" },
  }),
  no(
    "write to a constant map",
    "r1 = map[const][0]+0\n*(u8 *)(r1 +0) = 1\nr0 = 0\nexit",
    "write into map forbidden, value_size=16 off=0 size=1",
  ),
  ok("read of a constant map", "r1 = map[const][0]+0\nr0 = *(u8 *)(r1 +0)\nexit"),
  no(
    "misaligned atomic",
    "r1 = map[one][0]+4\nr2 = 1\nlock *(u64 *)(r1 +0) += r2\nr0 = 0\nexit",
    "misaligned value access off (0x0; 0x0)+4+0 size 8",
    { kernel: { says: "misaligned value access" } },
  ),
  ok("unaligned load from a value", "r1 = map[one][0]+1\nr0 = *(u64 *)(r1 +0)\nexit"),
  no("a context pointer in a map", "r2 = map[one][0]+0\n*(u64 *)(r2 +0) = r1\nr0 = 0\nexit", "R1 leaks addr into map", {
    kernel: "accepts",
  }),
  no("access through the map itself", "r1 = map[hash]\n*(u64 *)(r1 +0) = 0\nr0 = 0\nexit", "R1 invalid mem access 'map_ptr'", {
    kernel: { says: "" },
  }),
  no("a map that does not exist", "r1 = map[77]\nr0 = 0\nexit", "fd 77 is not pointing to valid bpf_map", {
    kernel: { says: "is not pointing to valid bpf_map" },
  }),
  no("access through a number", "r1 = 4096\nr0 = *(u64 *)(r1 +0)\nexit", "R1 invalid mem access 'scalar'"),
  // Pointer arithmetic.
  no("pointer + pointer", "r2 = r10\nr1 += r2\nr0 = 0\nexit", "R1 pointer += pointer prohibited"),
  no("pointer - pointer", "r2 = r10\nr2 -= r10\nr0 = 0\nexit", "R2 pointer -= pointer prohibited", { kernel: "accepts" }),
  no("number - pointer", "r2 = 5\nr2 -= r10\nr0 = 0\nexit", "R2 tried to subtract pointer from scalar"),
  ok("number + pointer", "*(u64 *)(r10 -8) = 1\nr2 = -8\nr2 += r10\nr0 = *(u64 *)(r2 +0)\nexit"),
  no("pointer * 2", "r2 = r10\nr2 *= 2\nr0 = 0\nexit", "R2 pointer arithmetic with *= operator prohibited"),
  no("pointer & mask", "r2 = r10\nr2 &= -8\nr0 = 0\nexit", "R2 bitwise operator &= on pointer prohibited"),
  no("32-bit pointer arithmetic", "r2 = r10\nw2 += 8\nr0 = 0\nexit", "R2 32-bit pointer arithmetic prohibited"),
  no("32-bit copy of a pointer", "w2 = w10\nr0 = 0\nexit", "R10 partial copy of pointer", { kernel: "accepts" }),
  no("negated pointer", "r2 = r10\nr2 = -r2\nr0 = 0\nexit", "R2 pointer arithmetic prohibited", { kernel: "accepts" }),
  no("compared pointers", "r2 = r10\nif r2 == r1 goto out\nout:\nr0 = 0\nexit", "R2 pointer comparison prohibited", { kernel: "accepts" }),
  ok("the address of an element is not NULL", `${lookedUp}\nif r0 != 0x0 goto out\nr0 = *(u64 *)(r9 +0)${end}`),
  no("the context might be NULL", "if r1 == 0x0 goto bad\nr0 = 0\nexit\nbad:\nr0 = *(u64 *)(r9 +0)\nexit", "R9 !read_ok"),
  no("map + number", "r1 = map[hash]\nr1 += 8\nr0 = 0\nexit", "R1 pointer arithmetic on map_ptr prohibited"),
  // Helpers.
  no("unknown helper", "call unknown#9999\nexit", "invalid func unknown#9999"),
  no(
    "helper of tracing in a filter",
    "r1 = r10\nr1 += -8\nr2 = 8\nr3 = 0\ncall bpf_probe_read\nr0 = 0\nexit",
    "program of this type cannot use helper bpf_probe_read#4",
    { type: "socket_filter" },
  ),
  no(
    "GPL helper without the license",
    "r1 = r10\nr1 += -8\nr2 = 8\nr3 = 0\ncall bpf_probe_read_kernel\nr0 = 0\nexit",
    "cannot call GPL-restricted function from non-GPL compatible program",
    { license: "Apache-2.0" },
  ),
  ok("free helper without the license", "call bpf_ktime_get_ns\nr0 = 0\nexit", { license: "Apache-2.0" }),
  no("map argument missing", "r1 = 0\nr2 = r10\ncall bpf_map_lookup_elem\nr0 = 0\nexit", "R1 type=scalar expected=map_ptr"),
  no(
    "key not written",
    "r2 = r10\nr2 += -8\nr1 = map[hash]\ncall bpf_map_lookup_elem\nr0 = 0\nexit",
    "invalid read from stack R2 off -8+0 size 8",
    { kernel: "accepts" },
  ),
  no(
    "key beyond the frame",
    "*(u64 *)(r10 -8) = 0\nr2 = r10\nr2 += -4\nr1 = map[hash]\ncall bpf_map_lookup_elem\nr0 = 0\nexit",
    "invalid read from stack R2 off=-4 size=8",
    { kernel: { says: "invalid" } },
  ),
  no(
    "key is a number",
    "r2 = 5\nr1 = map[hash]\ncall bpf_map_lookup_elem\nr0 = 0\nexit",
    "R2 type=scalar expected=fp, map_key, map_value, ringbuf_mem",
    { kernel: { says: "R2 type=scalar expected=fp" } },
  ),
  no(
    "key holds a pointer",
    "*(u64 *)(r10 -8) = r1\nr2 = r10\nr2 += -8\nr1 = map[hash]\ncall bpf_map_lookup_elem\nr0 = 0\nexit",
    "invalid read from stack R2 off -8+0 size 8",
    { kernel: "accepts" },
  ),
  ok("key in a map value", `r2 = map[one][0]+0\nr1 = map[hash]\ncall bpf_map_lookup_elem\nr0 = 0\nexit`),
  no(
    "key of 16 bytes at the end of a value",
    `r2 = map[one][0]+56\nr1 = map[counts]\ncall bpf_map_lookup_elem\nr0 = 0\nexit`,
    "R2 min value is outside of the allowed memory range",
  ),
  ok(
    "update",
    `*(u64 *)(r10 -8) = 1\nr3 = map[one][0]+0\nr2 = r10\nr2 += -8\nr1 = map[hash]\nr4 = 0\ncall bpf_map_update_elem\nr0 = 0\nexit`,
  ),
  no(
    "update without flags",
    `*(u64 *)(r10 -8) = 1\nr3 = map[one][0]+0\nr2 = r10\nr2 += -8\nr1 = map[hash]\ncall bpf_map_update_elem\nr0 = 0\nexit`,
    "R4 !read_ok",
  ),
  no(
    "ring buffer as a map",
    `*(u64 *)(r10 -8) = 1\nr2 = r10\nr2 += -8\nr1 = map[ring]\ncall bpf_map_lookup_elem\nr0 = 0\nexit`,
    "cannot pass map_type 27 into func bpf_map_lookup_elem#1",
    { kernel: { says: "invalid zero-sized read" } },
  ),
  no(
    "map as a ring buffer",
    `r1 = map[hash]\nr2 = 8\nr3 = 0\ncall bpf_ringbuf_reserve\nr0 = 0\nexit`,
    "cannot pass map_type 1 into func bpf_ringbuf_reserve#131",
  ),
  ok(
    "read into the stack makes it written",
    "r1 = r10\nr1 += -16\nr2 = 16\nr3 = 0\ncall bpf_probe_read_kernel\nr0 = *(u64 *)(r10 -8)\nexit",
  ),
  no(
    "read into part of the stack",
    "r1 = r10\nr1 += -16\nr2 = 8\nr3 = 0\ncall bpf_probe_read_kernel\nr0 = *(u64 *)(r10 -8)\nexit",
    "invalid read from stack off -8+0 size 8",
    { kernel: "accepts" },
  ),
  no(
    "read beyond the stack",
    "r1 = r10\nr1 += -16\nr2 = 17\nr3 = 0\ncall bpf_probe_read_kernel\nr0 = 0\nexit",
    "invalid write to stack R1 off=-16 size=17",
  ),
  no(
    "read over a spilled pointer",
    "*(u64 *)(r10 -8) = r1\nr1 = r10\nr1 += -8\nr2 = 8\nr3 = 0\ncall bpf_probe_read_kernel\nr2 = *(u64 *)(r10 -8)\nr0 = *(u64 *)(r2 +8)\nexit",
    "R2 invalid mem access 'scalar'",
  ),
  ok(
    "read of a bounded unknown length",
    `${unknown}\nr2 = r6\nr2 &= 63\nr1 = map[one][0]+0\nr3 = 0\ncall bpf_probe_read_kernel\nr0 = 0\nexit`,
  ),
  no(
    "read of an unknown length",
    `${unknown}\nr2 = r6\nr1 = map[one][0]+0\nr3 = 0\ncall bpf_probe_read_kernel\nr0 = 0\nexit`,
    "R2 min value is negative, either use unsigned or 'var &= const'",
  ),
  no(
    "read of a huge length",
    `${unknown}\nr2 = r6\nw2 = w2\nr1 = map[one][0]+0\nr3 = 0\ncall bpf_probe_read_kernel\nr0 = 0\nexit`,
    "R2 unbounded memory access, use 'var &= const' or 'if (var < const)'",
  ),
  no(
    "read of a length one too long",
    `${unknown}\nr2 = r6\nr2 &= 127\nr1 = map[one][0]+0\nr3 = 0\ncall bpf_probe_read_kernel\nr0 = 0\nexit`,
    "R1 min value is outside of the allowed memory range",
    { kernel: { says: "R1 " } },
  ),
  no(
    "length 0 where there must be something",
    "r1 = r10\nr1 += -16\nr2 = 0\ncall bpf_get_current_comm\nr0 = 0\nexit",
    "R2 invalid zero-sized read: u64=[0,0]",
  ),
  ok(
    "the length of a string is bounded",
    "r1 = map[one][0]+0\nr2 = 64\nr3 = 0\ncall bpf_probe_read_user_str\nif r0 s<= 0x0 goto out\nr0 += -1\nr1 = map[one][0]+0\nr1 += r0\n*(u8 *)(r1 +0) = 0\nout:\nr0 = 0\nexit",
  ),
  no(
    "the length of a string may be an error",
    "r1 = map[one][0]+0\nr2 = 64\nr3 = 0\ncall bpf_probe_read_user_str\nr1 = map[one][0]+0\nr1 += r0\n*(u8 *)(r1 +0) = 0\nr0 = 0\nexit",
    "R1 min value is negative, either use unsigned index or do a if (index >=0) check.",
  ),
  ok("string comparison", "r1 = map[one][0]+0\nr2 = 16\nr3 = map[const][0]+0\ncall bpf_strncmp\nr0 = 0\nexit"),
  no(
    "string comparison with a map that changes",
    "r1 = map[one][0]+0\nr2 = 16\nr3 = map[one][0]+0\ncall bpf_strncmp\nr0 = 0\nexit",
    "R3 does not point to a readonly map'",
  ),
  no(
    "result of a helper that gives none",
    `r1 = map[ring]\nr2 = 8\nr3 = 0\ncall bpf_ringbuf_reserve\nif r0 == 0x0 goto out\nr1 = r0\nr2 = 0\ncall bpf_ringbuf_submit\nexit\nout:\nexit`,
    "R0 !read_ok",
  ),
  ok("per-CPU lookup", `*(u32 *)(r10 -4) = 0\nr2 = r10\nr2 += -4\nr1 = map[percpu]\nr3 = 0\ncall bpf_map_lookup_percpu_elem\nr0 = 0\nexit`),
  // Ring buffer records.
  ok(
    "reserve, fill, submit",
    `r1 = map[ring]\nr2 = 16\nr3 = 0\ncall bpf_ringbuf_reserve\nif r0 == 0x0 goto out\n*(u64 *)(r0 +8) = 1\nr1 = r0\nr2 = 0\ncall bpf_ringbuf_submit${end}`,
  ),
  no(
    "record not released",
    `r1 = map[ring]\nr2 = 16\nr3 = 0\ncall bpf_ringbuf_reserve\nr0 = 0\nexit`,
    "BPF_EXIT instruction in main prog would lead to reference leak",
  ),
  no(
    "record not released on one way",
    `r1 = map[ring]\nr2 = 16\nr3 = 0\ncall bpf_ringbuf_reserve\nif r0 == 0x0 goto out\nr2 = *(u64 *)(r0 +0)\nif r2 == 0x5 goto out\nr1 = r0\nr2 = 0\ncall bpf_ringbuf_discard${end}`,
    "BPF_EXIT instruction in main prog would lead to reference leak",
  ),
  no(
    "record used after release",
    `r1 = map[ring]\nr2 = 16\nr3 = 0\ncall bpf_ringbuf_reserve\nif r0 == 0x0 goto out\nr6 = r0\nr1 = r0\nr2 = 0\ncall bpf_ringbuf_submit\n*(u64 *)(r6 +8) = 1${end}`,
    "R6 !read_ok",
    { kernel: { says: "R6 invalid mem access 'scalar'" } },
  ),
  no(
    "record released twice",
    `r1 = map[ring]\nr2 = 16\nr3 = 0\ncall bpf_ringbuf_reserve\nif r0 == 0x0 goto out\nr6 = r0\nr1 = r0\nr2 = 0\ncall bpf_ringbuf_submit\nr1 = r6\nr2 = 0\ncall bpf_ringbuf_submit${end}`,
    "R6 !read_ok",
    { kernel: { says: "expected=ringbuf_mem" } },
  ),
  no(
    "moved record released",
    `r1 = map[ring]\nr2 = 16\nr3 = 0\ncall bpf_ringbuf_reserve\nif r0 == 0x0 goto out\nr1 = r0\nr1 += 8\nr2 = 0\ncall bpf_ringbuf_submit${end}`,
    "R1 must have zero offset when passed to release func or trusted arg to kfunc",
  ),
  no(
    "beyond the record",
    `r1 = map[ring]\nr2 = 16\nr3 = 0\ncall bpf_ringbuf_reserve\nif r0 == 0x0 goto out\n*(u64 *)(r0 +16) = 1\nr1 = r0\nr2 = 0\ncall bpf_ringbuf_submit${end}`,
    "R0 min value is outside of the allowed memory range",
  ),
  no(
    "record of unknown size",
    `${unknown}\nr1 = map[ring]\nr2 = r6\nr2 &= 15\nr3 = 0\ncall bpf_ringbuf_reserve\nr0 = 0\nexit`,
    "R2 is not a known constant'",
  ),
  ok("output", `*(u64 *)(r10 -8) = 1\nr2 = r10\nr2 += -8\nr1 = map[ring]\nr3 = 8\nr4 = 0\ncall bpf_ringbuf_output\nr0 = 0\nexit`),
  // Calls.
  ok("local call", "r1 = 1\nr2 = 2\ncall f\nexit\nf:\nr0 = r1\nr0 += r2\nexit"),
  no("callee reads an argument that was not passed", "r1 = 1\ncall f\nexit\nf:\nr0 = r2\nexit", "R2 !read_ok"),
  no("callee reads the caller's r6", "r6 = 1\ncall f\nexit\nf:\nr0 = r6\nexit", "R6 !read_ok"),
  no("r1 is gone after a local call", "r1 = 1\ncall f\nr0 = r1\nexit\nf:\nr0 = 0\nexit", "R1 !read_ok"),
  ok("callee writes the caller's stack", "r1 = r10\nr1 += -8\ncall f\nr0 = *(u64 *)(r10 -8)\nexit\nf:\n*(u64 *)(r1 +0) = 7\nr0 = 0\nexit"),
  no(
    "callee does not write the caller's stack on one way",
    "r1 = r10\nr1 += -8\ncall f\nr0 = *(u64 *)(r10 -8)\nexit\nf:\nr6 = r1\ncall bpf_get_prandom_u32\nif r0 == 0x0 goto skip\n*(u64 *)(r6 +0) = 7\nskip:\nr0 = 0\nexit",
    "invalid read from stack off -8+0 size 8",
    { kernel: "accepts" },
  ),
  no(
    "callee leaves the caller's frame",
    "r1 = r10\nr1 += -8\ncall f\nr0 = 0\nexit\nf:\n*(u64 *)(r1 +8) = 7\nr0 = 0\nexit",
    "invalid write to stack R1 off=0 size=8",
  ),
  no("callee returns its frame", "call f\nr0 = 0\nexit\nf:\nr0 = r10\nexit", "cannot return stack pointer to the caller"),
  no(
    "callee's frame in the caller's stack",
    "r1 = r10\nr1 += -8\ncall f\nr0 = 0\nexit\nf:\n*(u64 *)(r1 +0) = r10\nr0 = 0\nexit",
    "cannot spill pointers to stack into stack frame of the caller",
  ),
  no("recursion", "call f\nexit\nf:\ncall f\nexit", "the call stack of 9 frames is too deep !", { kernel: { says: "" } }),
  no(
    "frames that together are too large",
    "*(u64 *)(r10 -264) = 0\ncall f\nexit\nf:\n*(u64 *)(r10 -264) = 0\nr0 = 0\nexit",
    "combined stack size of 2 calls is 576. Too large",
    { type: "socket_filter", kernel: { says: "combined stack size of 2 calls is" } },
  ),
  no(
    "frames that together are too large for us, not for a kernel with private stacks",
    "*(u64 *)(r10 -264) = 0\ncall f\nexit\nf:\n*(u64 *)(r10 -264) = 0\nr0 = 0\nexit",
    "combined stack size of 2 calls is 576. Too large",
    { kernel: "accepts" },
  ),
  ok("each frame of its own", "*(u64 *)(r10 -8) = 1\ncall f\nr0 = *(u64 *)(r10 -8)\nexit\nf:\n*(u64 *)(r10 -8) = 2\nr0 = 0\nexit"),
  ok(
    "a found element is passed",
    `${lookup}\nr1 = r0\ncall f\nr0 = 0\nexit\nf:\nif r1 == 0x0 goto none\nr0 = *(u64 *)(r1 +0)\nexit\nnone:\nr0 = 0\nexit`,
  ),
  // Callbacks.
  ok(
    "bpf_loop",
    `*(u64 *)(r10 -8) = 0\n*(u64 *)(r10 -16) = 0\nr1 = 100${loopCall}\nr0 = *(u64 *)(r10 -8)\nexit\nbody:\nr3 = *(u64 *)(r2 +8)\nr3 += r1\n*(u64 *)(r2 +8) = r3\nr0 = 0\nexit`,
  ),
  ok(
    "bpf_loop that stops",
    `*(u64 *)(r10 -8) = 0\n*(u64 *)(r10 -16) = 0\nr1 = 100${loopCall}\nr0 = 0\nexit\nbody:\nif r1 > 0x5 goto stop\nr0 = 0\nexit\nstop:\nr0 = 1\nexit`,
  ),
  no(
    "bpf_loop: the callback gives 2",
    `*(u64 *)(r10 -16) = 0\nr1 = 100${loopCall}\nr0 = 0\nexit\nbody:\nr0 = 2\nexit`,
    "At callback return the register R0 has smin=2 smax=2 should have been in [0, 1]",
  ),
  no(
    "bpf_loop: the callback gives anything",
    `*(u64 *)(r10 -16) = 0\nr1 = 100${loopCall}\nr0 = 0\nexit\nbody:\nr0 = r1\nexit`,
    "At callback return the register R0 has smin=-9223372036854775808 smax=9223372036854775807 should have been in [0, 1]",
    {
      kernel: { says: "At callback return the register R0" },
    },
  ),
  no(
    "bpf_loop: the index may be anything",
    `*(u64 *)(r10 -16) = 0\nr1 = 4${loopCall}\nr0 = 0\nexit\nbody:\nr2 = map[one][0]+0\nr2 += r1\nr0 = *(u8 *)(r2 +0)\nr0 = 0\nexit`,
    "math between map_value pointer and register with unbounded min value is not allowed",
  ),
  no(
    "bpf_loop: an index that grows",
    `*(u64 *)(r10 -16) = 0\nr1 = 4000${loopCall}\nr0 = 0\nexit\nbody:\nr3 = *(u64 *)(r2 +0)\nr4 = map[one][0]+0\nr4 += r3\nr0 = *(u8 *)(r4 +0)\nr3 += 1\n*(u64 *)(r2 +0) = r3\nr0 = 0\nexit`,
    "math between map_value pointer and register with unbounded min value is not allowed",
    {
      kernel: { says: "R4 " },
    },
  ),
  ok(
    "bpf_loop: an index that grows and is tested",
    `*(u64 *)(r10 -16) = 0\nr1 = 4000${loopCall}\nr0 = 0\nexit\nbody:\nr3 = *(u64 *)(r2 +0)\nif r3 >= 0x40 goto stop\nr4 = map[one][0]+0\nr4 += r3\nr0 = *(u8 *)(r4 +0)\nr3 += 1\n*(u64 *)(r2 +0) = r3\nr0 = 0\nexit\nstop:\nr0 = 1\nexit`,
  ),
  no(
    "bpf_loop: what the callback changes is not known behind it",
    `*(u64 *)(r10 -16) = 0\nr1 = 4${loopCall}\nr3 = *(u64 *)(r10 -16)\nr4 = map[one][0]+0\nr4 += r3\nr0 = *(u8 *)(r4 +0)\nr0 = 0\nexit\nbody:\n*(u64 *)(r2 +0) = r1\nr0 = 0\nexit`,
    "math between map_value pointer and register with unbounded min value is not allowed",
  ),
  ok(
    "bpf_loop: pointers in its context",
    `r6 = r1\n*(u64 *)(r10 -16) = r6\nr1 = 4${loopCall}\nr0 = 0\nexit\nbody:\nr6 = *(u64 *)(r2 +0)\nr0 = *(u32 *)(r6 +8)\nr0 = 0\nexit`,
  ),
  no(
    "bpf_loop: the callback destroys a pointer that a later round needs",
    `r6 = r1\n*(u64 *)(r10 -16) = r6\nr1 = 4${loopCall}\nr0 = 0\nexit\nbody:\nr6 = *(u64 *)(r2 +0)\nr0 = *(u32 *)(r6 +8)\n*(u64 *)(r2 +0) = 0\nr0 = 0\nexit`,
    "R6 invalid mem access 'scalar'",
  ),
  ok(
    "bpf_loop in bpf_loop",
    `*(u64 *)(r10 -16) = 0\nr1 = 4${loopCall}\nr0 = 0\nexit\nbody:\nr3 = r2\nr1 = 4\nr2 = &inner\nr4 = 0\ncall bpf_loop\nr0 = 0\nexit\ninner:\nr3 = *(u64 *)(r2 +0)\nr3 += 1\n*(u64 *)(r2 +0) = r3\nr0 = 0\nexit`,
  ),
  no(
    "endless loop in a callback",
    `*(u64 *)(r10 -16) = 0\nr1 = 4${loopCall}\nr0 = 0\nexit\nbody:\nagain:\nr1 += 1\nif r1 != 0x5 goto again\nr0 = 0\nexit`,
    "infinite loop detected at insn 10",
    { kernel: { says: "" } },
  ),
  no(
    "a loop that its callback restarts",
    `*(u64 *)(r10 -16) = 0\nouter:\nr1 = 1${loopCall}\nr6 = *(u64 *)(r10 -16)\nr6 += 1\n*(u64 *)(r10 -16) = r6\nif r6 < 0xa goto outer\nr0 = 0\nexit\nbody:\n*(u64 *)(r2 +0) = 0\nr0 = 0\nexit`,
    "infinite loop detected at insn 7",
    { kernel: "accepts" },
  ),
  ok(
    "for each element",
    `r1 = map[hash]\nr2 = &body\nr3 = 0\nr4 = 0\ncall bpf_for_each_map_elem\nr0 = 0\nexit\nbody:\nr5 = *(u64 *)(r2 +0)\n*(u64 *)(r3 +8) = r5\nr0 = 0\nexit`,
  ),
  no(
    "for each element: the key is constant",
    `r1 = map[hash]\nr2 = &body\nr3 = 0\nr4 = 0\ncall bpf_for_each_map_elem\nr0 = 0\nexit\nbody:\n*(u64 *)(r2 +0) = 1\nr0 = 0\nexit`,
    "write to change key R2 not allowed",
  ),
  no(
    "for each element: beyond the key",
    `r1 = map[hash]\nr2 = &body\nr3 = 0\nr4 = 0\ncall bpf_for_each_map_elem\nr0 = 0\nexit\nbody:\nr0 = *(u64 *)(r2 +8)\nr0 = 0\nexit`,
    "R2 min value is outside of the allowed memory range",
    { kernel: { says: "invalid access to map key" } },
  ),
  no(
    "record left behind by a callback",
    `*(u64 *)(r10 -16) = 0\nr1 = 4${loopCall}\nr0 = 0\nexit\nbody:\nr1 = map[ring]\nr2 = 8\nr3 = 0\ncall bpf_ringbuf_reserve\nr0 = 0\nexit`,
    "BPF_EXIT instruction in callback would lead to reference leak",
    { kernel: { says: "leak" } },
  ),
  no("callback is a number", "r1 = 4\nr2 = 5\nr3 = 0\nr4 = 0\ncall bpf_loop\nr0 = 0\nexit", "R2 type=scalar expected=func"),

  // Copies of one number: a test tells of six, of both operands together.
  ok("six copies are bounded by a test of one", first + copiesOf(["r0", "r2", "r3", "r4", "r5"], "r5")),
  no("the seventh copy is not", first + copiesOf(sevenCopies, "r8"), UNBOUNDED),
  no(
    "one to which a constant was added takes a place, too",
    first + copiesOf(sevenCopies, "r8", "r0 += 1\nif r6 > 0x3 goto out"),
    UNBOUNDED,
  ),
  no("or one from which it was taken", first + copiesOf(sevenCopies, "r8", "r9 = 1\nr0 -= r9\nif r6 > 0x3 goto out"), UNBOUNDED),
  ok("none to which two were", first + copiesOf(sevenCopies, "r8", "r0 += 1\nr0 += 1\nif r6 > 0x3 goto out")),
  ok("none that was multiplied", first + copiesOf(sevenCopies, "r8", "r0 *= 3\nif r6 > 0x3 goto out")),
  ok("none that was copied since", first + copiesOf(sevenCopies, "r8", "r0 += 1\nr2 = r0\nif r6 > 0x3 goto out")),
  ok("a copy on the stack behind five registers is", first + copiesOf(["r0", "r2", "r3", "r4", slot], slot)),
  no("behind six it is not", first + copiesOf(["r0", "r2", "r3", "r4", "r5", slot], slot), UNBOUNDED),
  ok("few copies of both operands", second + copiesOf(["r0", "r2"], "r2", "if r6 > r7 goto out")),
  no(
    "the other operand's copies come first",
    second + copiesOf(["r0", "r2", "r3"], "r0", "if r6 > r7 goto out\nr7 += r8\nr7 += r9"),
    UNBOUNDED,
  ),
  no(
    "a number beside itself has each copy twice",
    first + copiesOf(["r0", "r2", "r3"], "r3", "if w6 s> w6 goto out\nif r6 > 0x3 goto out"),
    UNBOUNDED,
  ),
  ok("a caller's copies behind the callee's own", testedInCallee(["r2", "r3"])),
  no("of those, too, the seventh is not bounded", testedInCallee(["r2", "r3", "r4"]), UNBOUNDED),

  // A number whose low word is not negative takes over the bounds of that, although its own may be tighter.
  no(
    "a signed bound is forgotten where an unsigned one follows",
    `${first}if r6 s> 0x5 goto out\nif r6 > 0x3f goto out\n${readAt58}`,
    "R1 max value is outside of the allowed memory range",
  ),
  ok("the other way round it is kept", `${first}if r6 > 0x3f goto out\nif r6 s> 0x5 goto out\n${readAt58}`),
  ok(
    "it is kept where the low word is not known",
    `${first}if r6 s> 0x5 goto out\nr2 = 0x7fffffffffffffff\nif r6 > r2 goto out\n${readAt58}`,
  ),
  ok("or has it, too", `${first}if r6 s> 0x5 goto out\nif r6 s< -5 goto out\nif r6 > 0x3f goto out\n${readAt58}`),
];
