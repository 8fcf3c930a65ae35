import { expect, test } from "vitest";
import { runScript } from "../support/run-script.ts";

/** What the script prints, without the blank lines of its end. */
const printed = async (text: string): Promise<string[]> => (await runScript(text)).stdout.trimEnd().split("\n");
const said = async (text: string): Promise<string[]> =>
  (await runScript(text)).stderr.split("\n").filter((line) => /ERROR|WARNING|HINT/.test(line));

test.each([
  ["without a value is zero until it is assigned", "let $x; print($x); $x = 5; print($x)", ["0", "5"]],
  ["gets its type from a later assignment", 'let $s; if (pid) { $s = "abc"; } print($s)', ["abc"]],
  ["with a type starts with its zero", "let $x: uint8; print($x); $x = 5; print($x)", ["0", "5"]],
  ["of a string type starts empty", 'let $x: string[10]; print(($x, 1)); $x = "abc"; print($x)', ["(, 1)", "abc"]],
  ["with a value", "let $x = 5; print($x)", ["5"]],
  ["with both keeps the type", "let $x: int8 = 5; $y = $x; print(($x, $y))", ["(5, 5)"]],
  ["is cut to its type", "let $x: uint8 = 1; $x = pid; print($x)", [String(4242 % 256)]],
])("row 2.14: a declared variable %s", async (_, body, expected) => {
  expect(await printed(`begin { ${body} }`)).toEqual(expected);
});

test.each([
  ["read before it is assigned", "let $x; print($x); $x = 1;", ["stdin:1:23-25: WARNING: Variable used before it was assigned: $x"]],
  ["never assigned", "let $x;", ["stdin:1:9-15: WARNING: Variable $x was never assigned to."]],
  [
    "declared again",
    "let $x = 1; if (pid) { let $x = 2; }",
    [
      "stdin:1:32-42: ERROR: Variable $x was already declared. Variable shadowing is not allowed.",
      "stdin:1:9-19: ERROR: This is the initial declaration.",
    ],
  ],
  [
    "declared after it was assigned",
    "$x = 1; let $x;",
    [
      "stdin:1:17-23: ERROR: Variable $x was already declared. Variable shadowing is not allowed.",
      "stdin:1:9-15: ERROR: This is the initial assignment.",
    ],
  ],
  [
    "too small for its value",
    "let $x: int8 = 500;",
    ["stdin:1:9-27: ERROR: Type mismatch for $x: trying to assign value of type 'int16' when variable already has a type 'int8'"],
  ],
])("row 2.14: a variable %s", async (_, body, expected) => {
  expect(await said(`begin { ${body} }`)).toEqual(expected);
});

test("row 2.15: a variable lives in its block", async () => {
  expect(await printed("begin { let $x = 1; if (pid) { $x = 2; $y = 3; print($y) } print($x) }")).toEqual(["3", "2"]);
  expect(await printed('begin { if (pid) { $y = 3; print($y) } else { $y = "a"; } $y = "b"; print($y) }')).toEqual(["3", "b"]);
  const hint = "HINT: it is set in a block, and gone behind that: declare it before the block with let $x;";
  expect(await said("begin { if (pid) { $x = 1; } print($x) }")).toEqual([
    "stdin:1:36-38: ERROR: Undefined or undeclared variable: $x",
    hint,
  ]);
  expect(await said("begin { unroll(2) { $x = 1; } print($x) }")).toEqual([
    "stdin:1:37-39: ERROR: Undefined or undeclared variable: $x",
    hint,
  ]);
  expect(await said("begin { for ($i : 0..2) { print($i) } print($i) }")).toEqual([
    "stdin:1:45-47: ERROR: Undefined or undeclared variable: $i",
  ]);
  expect(await said("begin { $i = 1; for ($i : 0..2) { print($i) } }")).toEqual([
    "stdin:1:22-24: ERROR: Loop declaration shadows existing variable: $i",
    "stdin:1:9-15: ERROR: This is the initial assignment.",
  ]);
});

test("row 2.16: a discarded value is evaluated, without a word", async () => {
  const { stdout, stderr } = await runScript('begin { _ = 5; _ = "a"; $x = 1; _ = $x++; _ = { print("seen"); pid }; print($x) }');
  expect([stdout, stderr]).toEqual(["seen\n2\n\n\n", "Attached 1 probe\n"]);
});

test.each([
  ["without parentheses", "if pid { print(1) } if !pid { print(2) } else if true { print(3) }", ["1", "3"]],
  ["as an expression", "$x = if (pid) { 1 } else { 200 }; print($x)", ["1"]],
  [
    "as an expression with more than two ways",
    '$x = if (pid > 5000) { "a" } else if (pid > 4000) { "bcd" } else { "e" }; print($x)',
    ["bcd"],
  ],
  ["with statements before the value", "print(if (pid) { $y = 4; $y += 1; $y } else { 0 })", ["5"]],
])("row 2.18: if %s", async (_, body, expected) => {
  expect(await printed(`begin { ${body} }`)).toEqual(expected);
});

test("row 2.18: both ways must give one type", async () => {
  expect(await said('begin { $y = if (pid) { "a" } else { 2 }; }')).toEqual([
    "stdin:1:14-41: ERROR: Branches must return the same type or compatible types: have 'string[2]' and 'int8'",
  ]);
  expect(await said("begin { $y = if (pid) { 1 }; }")).toEqual(["stdin:1:14-28: ERROR: An if without else has no value"]);
});

test.each([
  ["chooses", "print(pid ? 1 : 2); print(pid > 5000 ? 1 : 2)", ["1", "2"]],
  ["binds to the right", "print(pid ? 0 ? 1 : 2 : 3); $z = pid - pid; print($z ? 1 : $z ? 2 : 3)", ["2", "3"]],
  ["without a middle gives the condition", "print(pid ?: 5); $z = pid - pid; print($z ?: 7)", ["4242", "7"]],
  ["evaluates the condition twice then", "$n = 0; print($n++ ?: 9); print(++$n ?: 9); print($n)", ["9", "3", "3"]],
  ["of actions", "(pid ? print(1) : print(2)); (pid > 5000 ? print(1) : { print(2); print(3); });", ["1", "2", "3"]],
])("row 2.19: ?: %s", async (_, body, expected) => {
  expect(await printed(`begin { ${body} }`)).toEqual(expected);
});

test.each([
  ["where a value is wanted", "$x = { $a = 1; $a + 1 }; print($x)", ["2"]],
  ["in another", "$x = { $a = 1; ({ $a += 1; $a } + { $a * 10 }) }; print($x)", ["22"]],
  ["as an argument, a key and a condition", "@[{ $k = 5; $k }] = { 7 }; if ({ 1; pid > 0 }) { print({ @[5] }) } clear(@)", ["7"]],
])("row 2.20: a block %s", async (_, body, expected) => {
  expect(await printed(`begin { ${body} }`)).toEqual(expected);
});

test("row 2.20: a block without a value", async () => {
  expect(await said("begin { $x = { $a = 1; }; }")).toEqual([
    "stdin:1:14-25: ERROR: This block has no value: its last expression must not end in ;",
  ]);
});

test("row 2.25: return ends the probe, from loops too", async () => {
  expect(await printed('begin { for ($i : 0..5) { if ($i == 2) { return 1; } print($i) } print("not") } end { print("end") }')).toEqual([
    "0",
    "1",
    "end",
  ]);
  expect(
    await printed("begin { @[1] = 1; for ($kv : @) { for ($j : 0..3) { if ($j) { return; } print($j); } } print(5) } end { clear(@) }"),
  ).toEqual(["0"]);
  expect(await printed("begin { $i = 0; while ($i < 9) { if ($i == 3) { return; } $i++; print($i) } }")).toContain("3");
  expect(await said("begin { return true; }")).toEqual(["stdin:1:9-20: ERROR: Probe return values can only be integers. Found bool"]);
});

test("row 2.27: what follows exit() is not reached", async () => {
  const { stdout, stderr, exitCode } = await runScript('begin { if (pid) { exit(3); print(1); } print(2); } end { print("end") }');
  expect(stderr).toContain("stdin:1:29-37: WARNING: Unreachable statement.\n");
  expect([stdout, exitCode]).toEqual(["end\n\n\n", 3]);
  expect(await said("begin { return; print(1) }")).toEqual(["stdin:1:17-25: WARNING: Unreachable statement."]);
  expect(await said("begin { for ($i : 0..2) { exit(); } }")).toEqual(["stdin:1:27-33: ERROR: exit() is not allowed inside a for loop"]);
});

test.each([
  ["comptime of literals", 'print(comptime (1 + 2)); print(comptime "a")', ["3", "a"]],
  ["comptime of what is known of types", "$x = (uint16)5; print(comptime is_integer($x)); print(comptime is_str(comm))", ["true", "true"]],
  [
    "if comptime takes one branch and does not look at the other",
    'if comptime (is_str("a") && !is_ptr(5)) { print("yes") } else { @x[1] = 1; @x = nothing }',
    ["yes"],
  ],
  ["if comptime without a branch to take", "if comptime (1 == 2) { print(nothing) } print(1)", ["1"]],
  ["if comptime else if comptime", "if comptime false { print(1) } else if comptime (2 > 1) { print(2) } else { print(nothing) }", ["2"]],
  ["if comptime as a value", 'print(if comptime (1 == 1) { 5 } else { "x" })', ["5"]],
  ["by the probe's name", 'print(if comptime (probe == "begin") { "b" } else { 3 })', ["b"]],
  ["by configuration", 'print(if comptime (config.max_strlen < 5000 && config.str_trunc_trailer == "..") { 1 } else { 2 })', ["1"]],
  ["tuples and casts of literals", 'print(comptime ((1, "a"), true)); print(comptime (uint8)300)', ["((1, a), true)", "44"]],
])("row 2.59: %s", async (_, body, expected) => {
  expect(await printed(`begin { ${body} }`)).toEqual(expected);
});

test("row 2.59: what only the run can tell", async () => {
  expect(await said("begin { print(comptime pid) }")).toEqual(["stdin:1:15-27: ERROR: Unable to resolve comptime expression."]);
  expect(await said("begin { if comptime (pid) { print(1) } }")).toEqual(["stdin:1:22-25: ERROR: Unable to resolve comptime expression."]);
  expect(await said('begin { if comptime ("a") { print(1) } }')).toEqual(["stdin:1:22-25: ERROR: Invalid condition: string"]);
});
