import { expect, test } from "vitest";
import { RECORD_MARK } from "../../../lang/lower/as-number.ts";
import { taskWindow } from "../../../lang/lower/tasks.ts";
import { spaceWindow } from "../../../lang/lower/user-code.ts";
import { RECORD_WINDOW, SPACE_WINDOW, TASK_WINDOW } from "../../../src/bpf/memory.ts";

test("the compiler reads tasks where the runtime has them", () => {
  const { high, highShift, pidShift, parent, parentTgid, comm } = TASK_WINDOW;
  expect(taskWindow).toEqual({
    base: BigInt(high) << BigInt(highShift),
    pidShift,
    parent: BigInt(parent),
    parentTgid: BigInt(parentTgid),
    comm: BigInt(comm),
    commBytes: 16,
  });
  // A pid takes 32 bits.
  expect(32 + pidShift).toBeLessThanOrEqual(highShift);
});

test("the compiler reads whose code it is where the runtime has it", () => {
  const { high, highShift, space } = SPACE_WINDOW;
  expect(spaceWindow).toEqual({ base: BigInt(high) << BigInt(highShift), space });
});

test("the compiler marks addresses in records as the runtime knows them", () => {
  const { mark } = RECORD_WINDOW;
  expect(RECORD_MARK).toBe((BigInt(mark) << 32n) | BigInt(mark));
});
