import { expect, test } from "vitest";
import { taskWindow } from "../../../lang/lower/tasks.ts";
import { TASK_WINDOW } from "../../../src/bpf/memory.ts";

test("the compiler reads tasks where the runtime has them", () => {
  const { high, highShift, pidShift, parent, comm } = TASK_WINDOW;
  expect(taskWindow).toEqual({
    base: BigInt(high) << BigInt(highShift),
    pidShift,
    parent: BigInt(parent),
    comm: BigInt(comm),
    commBytes: 16,
  });
  // A pid takes 32 bits.
  expect(32 + pidShift).toBeLessThanOrEqual(highShift);
});
