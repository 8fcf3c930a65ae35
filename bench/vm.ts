/**
 * The machine at pure computing: the same programs in eBPF, compiled by the JIT and interpreted, and in C by gcc -O2.
 * `npx tsx bench/vm.ts`. Figures are of one run on one machine; compare ratios.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { assemble } from "../src/bpf/isa/asm.ts";
import { log2Insns } from "../src/bpf/isa/log2.ts";
import type { Insn, InsnIndex } from "../src/bpf/isa/insn.ts";
import { createMachine } from "../src/bpf/machine.ts";
import type { Backend } from "../src/bpf/machine-types.ts";
import type { ProgramSpec } from "../src/bpf/spec.ts";

interface Kernel {
  readonly name: string;
  readonly asm: string;
  /** Body of `uint64_t f(uint8_t *value)`; value is the map's 8192 bytes. */
  readonly c: string;
  /** Runs per timing of compiled code. */
  readonly runs: number;
}

const VALUE_BYTES = 8192;

const kernels: readonly Kernel[] = [
  {
    name: "hash mixing",
    runs: 2000,
    asm: `
      r0 = 0x9e3779b97f4a7c15 ll
      r2 = 0xff51afd7ed558ccd ll
      r1 = 10000
      again:
      r0 += r1
      r3 = r0
      r3 >>= 33
      r0 ^= r3
      r0 *= r2
      r3 = r0
      r3 >>= 29
      r0 ^= r3
      r1 += -1
      if r1 != 0 goto again
      exit`,
    c: `
      uint64_t h = 0x9e3779b97f4a7c15u;
      for (uint64_t i = 10000; i; i--) { h += i; h ^= h >> 33; h *= 0xff51afd7ed558ccdu; h ^= h >> 29; }
      return h;`,
  },
  {
    name: "32-bit arithmetic",
    runs: 2000,
    asm: `
      w0 = 1
      w1 = 10000
      again:
      w2 = w0
      w2 <<= 13
      w0 ^= w2
      w2 = w0
      w2 >>= 17
      w0 ^= w2
      w2 = w0
      w2 <<= 5
      w0 ^= w2
      w1 += -1
      if w1 != 0 goto again
      exit`,
    c: `
      uint32_t x = 1;
      for (uint32_t i = 10000; i; i--) { x ^= x << 13; x ^= x >> 17; x ^= x << 5; }
      return x;`,
  },
  {
    name: "log2",
    runs: 2000,
    asm: `
      r6 = 1
      r7 = 10000
      r8 = 0
      again:
      r6 *= 25214903917
      r6 += 11
      r1 = r6
      r1 >>= 20
      call log2
      r8 += r0
      r7 += -1
      if r7 != 0 goto again
      r0 = r8
      exit
      log2:`.replace("r6 *= 25214903917", "r1 = 0x5deece66d ll\n      r6 *= r1"),
    c: `
      uint64_t x = 1, sum = 0;
      for (uint64_t i = 10000; i; i--) {
        x = x * 25214903917u + 11;
        uint64_t v = x >> 20;
        sum += v ? 63 - __builtin_clzll(v) : 0;
      }
      return sum;`,
  },
  {
    name: "sieve in a map value",
    runs: 500,
    asm: `
      *(u32 *)(r10 -4) = 0
      r1 = map[0]
      r2 = r10
      r2 += -4
      call bpf_map_lookup_elem
      if r0 != 0 goto found
      exit
      found:
      r6 = r0
      r1 = 0
      clear:
      r2 = r6
      r2 += r1
      *(u64 *)(r2 +0) = 0
      r1 += 8
      if r1 < 8192 goto clear
      r0 = 0
      r1 = 2
      each:
      r2 = r6
      r2 += r1
      r3 = *(u8 *)(r2 +0)
      if r3 != 0 goto next
      r0 += 1
      r3 = r1
      r3 += r1
      mark:
      if r3 >= 8192 goto next
      r2 = r6
      r2 += r3
      r4 = 1
      *(u8 *)(r2 +0) = r4
      r3 += r1
      goto mark
      next:
      r1 += 1
      if r1 < 8192 goto each
      exit`,
    c: `
      uint64_t primes = 0;
      for (int i = 0; i < 8192; i += 8) *(volatile uint64_t *)(value + i) = 0;
      for (uint64_t i = 2; i < 8192; i++) {
        if (value[i]) continue;
        primes++;
        for (uint64_t k = i + i; k < 8192; k += i) value[k] = 1;
      }
      return primes;`,
  },
  {
    name: "branches",
    runs: 2000,
    asm: `
      r0 = 0
      r1 = 27
      r2 = 10000
      again:
      r3 = r1
      r3 &= 1
      if r3 != 0 goto odd
      r1 >>= 1
      goto next
      odd:
      r3 = r1
      r3 <<= 1
      r1 += r3
      r1 += 1
      next:
      r0 += r1
      if r1 != 1 goto on
      r1 = r2
      on:
      r2 += -1
      if r2 != 0 goto again
      exit`,
    c: `
      uint64_t sum = 0, n = 27;
      for (uint64_t i = 10000; i; i--) {
        if (n & 1) n = n * 3 + 1; else n >>= 1;
        sum += n;
        if (n == 1) n = i;
      }
      return sum;`,
  },
];

interface Timing {
  readonly result: bigint;
  readonly ns: number;
}

function programOf(kernel: Kernel): ProgramSpec {
  const assembled = assemble(kernel.asm);
  if (!assembled.ok) throw new Error(`${kernel.name}, line ${assembled.line}: ${assembled.reason}`);
  const insns: Insn[] = [...assembled.insns];
  if (assembled.labels.has("log2")) insns.push(...log2Insns);
  const funcs = [{ name: "main", start: 0 as InsnIndex }];
  return { name: "bench", type: "tracepoint", section: "tracepoint/a/b", insns, funcs, lines: [], license: "GPL" };
}

function timeMachine(kernel: Kernel, backend: Backend, runs: number): Timing {
  const machine = createMachine({
    programs: [programOf(kernel)],
    maps: [{ name: "value", type: "array", keySize: 4, valueSize: VALUE_BYTES, maxEntries: 1, flags: 0 }],
    ncpus: 1,
    backend,
    outputRing: -1,
    randSeed: 1n,
    streams: [],
  });
  let result = 0n;
  const time = (): number => {
    const start = performance.now();
    for (let i = 0; i < runs; i++) result = machine.runProgram(0, null);
    return ((performance.now() - start) * 1e6) / runs;
  };
  const rounds = backend === "jit" ? 7 : 1;
  return { ns: Math.min(...Array.from({ length: rounds }, time)), result };
}

function timeC(): Map<string, Timing> | null {
  const directory = mkdtempSync(path.join(tmpdir(), "hindsight-vm-"));
  try {
    const functions = kernels.map(({ c }, i) => `__attribute__((noinline)) static uint64_t f${i}(uint8_t *value) {${c}\n}`).join("\n");
    const calls = kernels.map(({ runs }, i) => `  measure(f${i}, ${runs});`).join("\n");
    const source = `#include <stdint.h>
#include <stdio.h>
#include <time.h>
static uint8_t value[${VALUE_BYTES}] __attribute__((aligned(8)));
${functions}
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1e9 + t.tv_nsec; }
static void measure(uint64_t (*f)(uint8_t *), int runs) {
  double best = 1e18;
  uint64_t result = 0;
  for (int round = 0; round < 7; round++) {
    double start = now();
    for (int i = 0; i < runs; i++) { result = f(value); __asm__ volatile("" ::: "memory"); }
    double ns = (now() - start) / runs;
    if (ns < best) best = ns;
  }
  printf("%llu %f\\n", (unsigned long long)result, best);
}
int main(void) {
${calls}
}
`;
    writeFileSync(path.join(directory, "vm.c"), source);
    execFileSync("gcc", ["-O2", "-o", path.join(directory, "vm"), path.join(directory, "vm.c")], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const lines = execFileSync(path.join(directory, "vm"), { encoding: "utf8" }).trim().split("\n");
    return new Map(
      lines.map((line, i) => {
        const [result = "", ns = ""] = line.split(" ");
        return [kernels[i]!.name, { result: BigInt(result), ns: Number(ns) }];
      }),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const native = timeC();
if (native === null) console.log("no gcc here: without the comparison to C");
console.log("program                    jit ns     gcc ns  jit/gcc   interp/jit");
for (const kernel of kernels) {
  const jit = timeMachine(kernel, "jit", kernel.runs);
  const interp = timeMachine(kernel, "interp", 2);
  const c = native?.get(kernel.name);
  for (const other of [interp, c]) {
    if (other !== undefined && other.result !== jit.result)
      throw new Error(`${kernel.name}: ${jit.result} by JIT, ${other.result} elsewhere`);
  }
  const ratio = c === undefined ? "-" : (jit.ns / c.ns).toFixed(2);
  const cells = [
    jit.ns.toFixed(0).padStart(10),
    (c?.ns.toFixed(0) ?? "-").padStart(10),
    ratio.padStart(8),
    (interp.ns / jit.ns).toFixed(0).padStart(12),
  ];
  console.log(kernel.name.padEnd(22), cells.join(" "));
}
