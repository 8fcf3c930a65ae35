import fc from "fast-check";
import { expect, test } from "vitest";
import { runScript } from "../support/run-script.ts";

const printed = async (text: string): Promise<string> => (await runScript(text)).stdout;

test("row 2.28: a function takes numbers and gives one", async () => {
  const text = "fn add($a: int64, $b: uint8): int64 { return $a + $b; } begin { print(add(-5, 3)); print(add(add(1, 2), 250)); }";
  expect(await printed(text)).toBe("-2\n253\n\n\n");
});

test("row 2.28: strings are copies that the function may change", async () => {
  const text = `fn say($s: string[8], $n: int32) { for ($i : 0..2) { $n += 1; } printf("%s %d\\n", $s, $n); $s = "changed"; print($s); }
    begin { $x = "hey"; say($x, 3); print($x); }`;
  expect(await printed(text)).toBe("hey 5\nchanged\nhey\n\n\n");
});

test("row 2.28: a string that a loop of the function reads and writes", async () => {
  const text = `fn last($s: string): bool { for ($i : 0..3) { print($s); $s = "again"; } return $s == "again"; } begin { print(last("first")); }`;
  expect(await printed(text)).toBe("first\nagain\nagain\ntrue\n\n\n");
});

test("row 2.28: five arguments, and both ways out", async () => {
  const text = `fn pick($s: string[4], $b: bool, $x: int8, $y: int16, $z: uint64): uint64 {
      print($s); if ($b) { return $z; } return (uint64)($x + $y); }
    begin { print(pick("abc", true, 1, 2, 9)); print(pick("de", false, 1, 2, 9)); }`;
  expect(await printed(text)).toBe("abc\n9\nde\n3\n\n\n");
});

test("row 2.28: functions see maps, and what a caller knows of them ends there", async () => {
  const text = `fn drop($k: int64) { delete(@m, $k); @calls++; }
    begin { @m[(int64)1] = 5; if (@m[(int64)1] == 5) { drop(1); print(@m[(int64)1]); } }
    end { for ($i : 0..3) { drop($i); } print(@calls); clear(@calls); }`;
  expect(await printed(text)).toBe("0\n@calls: 4\n\n\n");
});

test("row 2.28: returning from inside a loop of a function", async () => {
  const text = `fn first_square_over($n: int64): int64 { for ($i : 0..100) { if ($i * $i > $n) { return $i; } } return -1; }
    begin { print(first_square_over(50)); print(first_square_over(100000)); }`;
  expect(await printed(text)).toBe("8\n-1\n\n\n");
});

test("row 2.28: arguments are evaluated in order", async () => {
  const text = `fn show($a: int64, $b: int64, $c: int64) { print(($a, $b, $c)); } begin { $i = 1; show($i, $i++, ++$i); }`;
  expect(await printed(text)).toBe("(1, 1, 3)\n\n\n");
});

test("row 2.28: exit() in a function ends the run", async () => {
  const { stdout, exitCode } = await runScript(
    `fn stop($n: int64) { exit($n); } begin { stop(3); print("dropped"); } end { print("end"); }`,
  );
  expect([stdout, exitCode]).toEqual(["end\n\n\n", 3]);
});

const operand = fc.constantFrom("$a", "$b", "$c", "7", "1000", "-3");
const { expr } = fc.letrec<{ expr: string }>((tie) => ({
  expr: fc.oneof(
    { depthSize: "medium" },
    operand,
    fc.tuple(tie("expr"), fc.constantFrom("+", "-", "*", "&", "|", "^", "<", "=="), tie("expr")).map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc.tuple(tie("expr"), tie("expr"), tie("expr")).map(([c, a, b]) => `(${c} ? (int64)${a} : (int64)${b})`),
  ),
}));

test("row 2.28: a function and a macro with the same body give the same", async () => {
  await fc.assert(
    fc.asyncProperty(expr, fc.array(fc.integer(), { minLength: 3, maxLength: 3 }), async (body, [a, b, c]) => {
      const text = `fn f($a: int64, $b: int64, $c: int64): int64 { return (int64)(${body}); }
        macro m($a, $b, $c) { (int64)(${body}) }
        begin { let $a: int64 = ${a!}; let $b: int64 = ${b!}; let $c: int64 = ${c!}; print(f($a, $b, $c)); print(m($a, $b, $c)); }`;
      const { stdout, stderr } = await runScript(text);
      const [fromFunction, fromMacro] = stdout.split("\n");
      expect(fromFunction, stderr).toMatch(/^-?\d+$/);
      expect(fromFunction).toBe(fromMacro);
    }),
    { numRuns: 40 },
  );
});
