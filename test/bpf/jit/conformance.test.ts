import { expect, test } from "vitest";
import { interpret } from "../../../src/bpf/interp/interp.ts";
import { conformanceCases } from "../../support/conformance.ts";
import { CTX, load } from "./tiny-runtime.ts";

test.each(conformanceCases())("$name", ({ program, mem, result }) => {
  const prepare = (memory: DataView): void => new Uint8Array(memory.buffer).set(mem, CTX);
  const jit = load([program.insns], { prepare });
  expect(jit.run(0, CTX)).toBe(result);

  const memory = new DataView(new ArrayBuffer(jit.memory.byteLength));
  prepare(memory);
  interpret(program, BigInt(CTX), { memory, helpers: () => 0n, mapAddress: () => 0n, mapValueAddress: () => 0n, elements: () => [] });
  expect(Buffer.compare(Buffer.from(jit.memory.buffer), Buffer.from(memory.buffer))).toBe(0);
});
