/** What the verifier accepts must run without leaving its memory, whatever the input; and the kernel must accept it too. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Access, interpret } from "../../../src/bpf/interp/interp.ts";
import { HEAP_BASE, STACK_BASE, STACK_FRAME_BYTES } from "../../../src/bpf/memory.ts";
import { verify } from "../../../src/bpf/verifier/verify.ts";
import { askKernel, kernelMissing } from "../../support/kernel-bpf.ts";
import { RANDOM_CTX_BYTES, programOfText, randomProgramMaps, randomProgramText } from "../../support/random-program.ts";

const CTX = HEAP_BASE;
const ONE = HEAP_BASE + 1024;
const ELEMENT = HEAP_BASE + 2048;
const [one, hash] = randomProgramMaps;

/** Runs the program and gives what it did wrong, or null. */
function misdeed(text: string, seed: Uint8Array): string | null {
  const memory = new DataView(new ArrayBuffer(HEAP_BASE + 8192));
  const bytes = new Uint8Array(memory.buffer);
  for (let i = 0; i < RANDOM_CTX_BYTES; i++) bytes[CTX + i] = seed[i % seed.length]! ^ (i * 37 * (seed.length & 1));
  // Bytes of the main frame that were written in this run.
  const written = new Set<number>();
  const wrong: string[] = [];
  const regions = [
    { from: CTX + 8, to: CTX + 8192, kinds: ["read"] },
    { from: ONE, to: ONE + one!.valueSize, kinds: ["read", "write"] },
    { from: ELEMENT, to: ELEMENT + hash!.valueSize, kinds: ["read", "write"] },
  ];
  const check = ({ kind, address, sizeBytes, framePointer, insn }: Access): void => {
    const end = address + sizeBytes;
    const frameTop = STACK_BASE + STACK_FRAME_BYTES;
    const inStack = address >= STACK_BASE && end <= framePointer;
    // The context region is as long as the record may be; the maps lie behind the test's own record.
    const allowed =
      inStack ||
      regions.some(({ from, to, kinds }) => address >= from && end <= Math.min(to, from === CTX + 8 ? ONE : to) && kinds.includes(kind));
    if (!allowed) wrong.push(`${kind} of ${sizeBytes} at ${address} by insn ${insn}`);
    for (let at = address; inStack && at < end; at++) {
      if (kind === "write") written.add(at);
      else if (at < frameTop && !written.has(at)) wrong.push(`read of unwritten stack at ${at} by insn ${insn}`);
    }
  };
  const outcome = interpret(
    programOfText(text),
    BigInt(CTX),
    {
      memory,
      helpers: (id, args, call) => {
        const at = (arg: number): number => Number(BigInt.asUintN(32, args[arg]!));
        const framePointer = STACK_BASE + 8 * STACK_FRAME_BYTES;
        if (id === 1) {
          check({ insn: call.insn, kind: "read", address: at(1), sizeBytes: 8, framePointer });
          return memory.getUint8(at(1)) & 1 ? BigInt(ELEMENT) : 0n;
        }
        if (id === 113) {
          const sizeBytes = at(1);
          if (sizeBytes > 0) check({ insn: call.insn, kind: "write", address: at(0), sizeBytes, framePointer });
          if (args[1] > 4096n) wrong.push(`length ${args[1]}`);
        }
        return 0n;
      },
      mapAddress: (map) => BigInt(100 + map),
      mapValueAddress: () => BigInt(ONE),
      elements: () => [],
    },
    { budget: 2_000_000, onAccess: check },
  );
  return wrong[0] ?? (outcome.kind === "fault" ? `${outcome.reason} at insn ${outcome.insn}` : null);
}

const inputs = fc.array(fc.uint8Array({ minLength: 1, maxLength: 64 }), { minLength: 4, maxLength: 4 });
const runs = Number(process.env["SOUNDNESS_RUNS"] ?? 1500);
/** The same programs each time, others by another seed. */
const seed = Number(process.env["SOUNDNESS_SEED"] ?? 1);

test("accepted random programs stay inside", () => {
  let accepted = 0;
  fc.assert(
    fc.property(randomProgramText, inputs, fc.boolean(), (text, seeds, everyState) => {
      if (!verify(programOfText(text), randomProgramMaps, { everyState }).ok) return;
      accepted++;
      for (const seed of [...seeds, new Uint8Array([0]), new Uint8Array([0xff])]) expect(misdeed(text, seed)).toBeNull();
    }),
    { numRuns: runs },
  );
  // Or the test says nothing.
  expect(accepted).toBeGreaterThan(runs / 8);
});

const missing = kernelMissing();
if (missing !== null) console.log(`random programs against the kernel: skipped, ${missing}`);

test.skipIf(missing !== null)("accepted random programs are accepted by the kernel", () => {
  const accepted = fc
    .sample(randomProgramText, { numRuns: runs, seed })
    .filter((text) => verify(programOfText(text), randomProgramMaps).ok);
  const answers = askKernel(accepted.map((text) => ({ program: programOfText(text), maps: randomProgramMaps })));
  const rejected = answers.flatMap(({ ok, log }, index) => (ok ? [] : [`${accepted[index]!}\n${log.slice(-600)}`]));
  expect(rejected.slice(0, 3)).toEqual([]);
});
