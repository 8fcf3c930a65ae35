import { expect, test } from "vitest";
import { interpret } from "../../../src/bpf/interp/interp.ts";
import { HEAP_BASE } from "../../../src/bpf/memory.ts";
import { conformanceCases } from "../../support/conformance.ts";

test.each(conformanceCases())("$name", ({ program, mem, result }) => {
  const memory = new DataView(new ArrayBuffer(HEAP_BASE + 4096));
  new Uint8Array(memory.buffer).set(mem, HEAP_BASE);
  const outcome = interpret(program, BigInt(HEAP_BASE), {
    memory,
    helpers: () => 0n,
    mapAddress: () => 0n,
    mapValueAddress: () => 0n,
    elements: () => [],
  });
  expect(outcome).toMatchObject({ kind: "exit", r0: result });
});
