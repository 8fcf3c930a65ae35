/** What a terminal sends, however it is cut into reads. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { actionOf, BINDINGS } from "../../src/tui/keys.ts";
import { inputReader } from "../../src/tui/terminal/input.ts";

function read(...pieces: readonly string[]): (string | [string, number, number])[] {
  const got: (string | [string, number, number])[] = [];
  const reader = inputReader({ keys: (bytes) => got.push(bytes), mouse: ({ kind, x, y }) => got.push([kind, x, y]) });
  for (const piece of pieces) reader(piece);
  return got;
}

test("a press and its release in one read are two, keys beside them are keys", () => {
  expect(read("a\x1b[<0;3;4M\x1b[<0;3;4mb")).toEqual(["a", ["press", 2, 3], ["release", 2, 3], "b"]);
});

test("wheel and drag; other buttons say nothing", () => {
  expect(read("\x1b[<64;1;1M\x1b[<65;1;1M\x1b[<32;9;1M\x1b[<2;1;1M\x1b[<35;1;1M")).toEqual([
    ["wheelUp", 0, 0],
    ["wheelDown", 0, 0],
    ["drag", 8, 0],
  ]);
});

test("a report may be cut anywhere behind its start; escape alone does not wait", () => {
  const whole = "\x1b[<0;120;45M";
  for (let at = 3; at < whole.length; at++) expect(read(whole.slice(0, at), `${whole.slice(at)}q`)).toEqual([["press", 119, 44], "q"]);
  expect(read("\x1b")).toEqual(["\x1b"]);
  expect(read("\x1b[A")).toEqual(["\x1b[A"]);
  expect(read("\x1b\x1b[6~\x1b[6~")).toEqual(["\x1b", "\x1b[6~\x1b[6~"]);
});

test("whatever comes, nothing is lost but reports", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("\x1b", "[", "<", "0", ";", "M", "x")), (pieces) => {
      const keys = read(...pieces, "z")
        .filter((one) => typeof one === "string")
        .join("");
      const rest = `${pieces.join("")}z`.replace(/\x1b\[<\d{1,5};\d{1,5};\d{1,5}[Mm]/g, "");
      expect(keys.length).toBeLessThanOrEqual(`${pieces.join("")}z`.length);
      if (!rest.includes("\x1b[<")) expect(keys).toBe(rest);
    }),
  );
});

test("no key does two things, and every action has one", () => {
  const keys = BINDINGS.flatMap((binding) => binding.keys);
  expect(new Set(keys).size).toBe(keys.length);
  for (const { action, keys: mine } of BINDINGS) for (const key of mine) expect(actionOf(key)).toBe(action);
});
