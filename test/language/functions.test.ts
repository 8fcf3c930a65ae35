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

test.each(["args", "args.pid", "arg0", "retval", "func", "ctx", 'reg("ip")', "probe", "probetype", "probe()", "__builtin_usermode"])(
  "row 2.28: %s is a probe's, not a function's",
  async (what) => {
    const { stderr } = await runScript(`fn f() { print(${what}); } begin { f() }`);
    expect(stderr).toMatch(/^stdin:1:16-\d+: ERROR: \w+ is not available in a function\n/);
    expect(stderr).toContain("HINT: pass it to the function as an argument\n");
  },
);

test.each([
  ["fn f() { } fn f() { } begin { }", "1:15-16: ERROR: Redefinition of function: f"],
  ["fn strlen($a: int64) { } begin { }", "1:4-10: ERROR: strlen is a function or variable of the language"],
  [
    "fn f($a: int64, $b: int64, $c: int64, $d: int64, $e: int64, $f: int64) { } begin { }",
    "1:4-5: ERROR: A function can have 5 parameters, f() has 6",
  ],
  [
    "fn f(): string { return comm; } begin { }",
    "1:9-15: ERROR: A function can return integers, bools, enums and pointers, not string[1024]",
  ],
  ["fn f(): int64 { if (pid) { return 1; } } begin { }", "1:4-5: ERROR: Not all code paths returned a value"],
  ["fn f(): int64 { return; } begin { }", "1:17-23: ERROR: Function f is of type int64, cannot return void"],
  ["fn f() { return 1; } begin { }", "1:10-18: ERROR: Function f is of type void, cannot return int8"],
  ["fn f(): bool { return 5; } begin { }", "1:16-24: ERROR: Function f is of type bool, cannot return int8"],
  ["fn f($a: int64) { } begin { f() }", "1:29-32: ERROR: f() takes 1 arguments, 0 given"],
  ['fn f($a: int64) { } begin { f("a") }', "1:31-34: ERROR: f() expects int64 for argument $a, found string[2]"],
  ['fn f($a: string[2]) { } begin { f("abc") }', "1:35-40: ERROR: f() expects string[2] for argument $a, found string[4]"],
  ["fn f($a: int8) { } begin { f(300) }", "1:30-33: ERROR: f() expects int8 for argument $a, found int16"],
  ["fn f() { g() } fn g() { f() } begin { f() }", "1:25-28: ERROR: Recursive function call detected. Call chain: f > g > f"],
  ["fn f() { break; } begin { f() }", "1:10-15: ERROR: 'break' statement is not allowed in a function"],
  [
    "fn f($a: int64) { let $a = 1; } begin { f(1) }",
    "1:19-29: ERROR: Variable $a was already declared. Variable shadowing is not allowed.",
  ],
  ["fn f() { print($x) } begin { $x = 1; f() }", "1:16-18: ERROR: Undefined or undeclared variable: $x"],
  ["fn f() { } begin { $x = f(); }", "1:20-28: ERROR: Value 'void' cannot be assigned to a scratch variable."],
])("row 2.28: what is wrong: %s", async (text, expected) => {
  expect((await runScript(text)).stderr).toContain(`stdin:${expected}\n`);
});

test("row 2.28: no deeper than the kernel goes", async () => {
  const chain = (length: number) =>
    Array.from({ length }, (_, i) => `fn f${i}(): int64 { return ${i === 0 ? "1" : `f${i - 1}() + 1`}; }`).join("\n") +
    `\nbegin { print(f${length - 1}()) }`;
  expect(await printed(chain(7))).toBe("7\n\n\n");
  expect((await runScript(chain(8))).stderr).toContain(
    "ERROR: functions call each other too deep: a probe and 7 functions are the limit\n",
  );
});
