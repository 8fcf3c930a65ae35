import { expect, test } from "vitest";
import { body, hir, problems } from "./support.ts";

test.each([
  [
    "row 1.12 a predicate is an if around the body",
    "begin /pid/ { @ = 1 }",
    ["begin {", "  if (pid != 0:uint32) {", "    @ = 1:int8", "  }", "}"],
  ],
  ["row 2.13 compound assignment", "begin { @ = 5; @ <<= 2 }", ["begin {", "  @ = 5:int64", "  @ = (int64(@) << 2:int64):int64", "}"]],
])("%s", (_, text, expected) => {
  const lines = hir(text).split("\n");
  // A cast to the type itself is no cast.
  expect(lines.slice(1).map((line) => line.replace("int64(@)", "@"))).toEqual(expected.map((line) => line.replace("int64(@)", "@")));
});

test("row 2.18 else if", () => {
  expect(body("if (pid == 1) { @ = 1 } else if (pid == 2) { @ = 2 } else { @ = 3 }")).toEqual([
    "if (pid == 1:uint32) {",
    "  @ = 1:int8",
    "} else {",
    "  if (pid == 2:uint32) {",
    "    @ = 2:int8",
    "  } else {",
    "    @ = 3:int8",
    "  }",
    "}",
  ]);
});

test("row 2.19 branches may be calls without a value", () => {
  expect(body('(pid ? printf("a") : print(1));')).toEqual(["if (pid != 0:uint32) {", '  printf("a")', "} else {", "  print(1:int8)", "}"]);
});

test("row 2.20 block expressions", () => {
  expect(body("$x = { $y = 1; $y + 1 };")).toEqual(["$y: int8", "$x: int64", "$x = { $y = 1:int8 (int64($y) + 1:int64):int64 }"]);
});

test("row 2.23 ranges count in 64 bits", () => {
  expect(body("for ($i : 0..10) { @[$i] = 1 }")).toEqual(["$i: int64", "for $i : 0:int64..10:int64 {", "  @[$i] = 1:int8", "}"]);
  expect(body("for ($i : 0..ncpus) { print($i < nsecs) }").slice(0, 2)).toEqual(["$i: uint64", "for $i : 0:uint64..ncpus {"]);
});

test("row 2.22 maps: key and value as a tuple", () => {
  expect(body("@[comm, 1] = count(); for ($kv : @) { print($kv.0.0); print($kv.1) }")).toEqual([
    "$kv: ((string[16],int8),uint64)",
    "@[(comm, 1:int8)] <- 1",
    "for $kv : @ {",
    "  print($kv.0.0)",
    "  print($kv.1)",
    "}",
  ]);
});

test("row 2.26 unroll", () => {
  expect(body("unroll(3) { @++ }")).toEqual(["unroll 3 {", "  @++:int64", "}"]);
});

test("row 2.15 variables of sibling blocks are different", () => {
  expect(body('if (pid) { $x = 1; print($x) } else { $x = "a"; print($x) }')).toEqual([
    "$x#0: int8",
    "$x#1: string[2]",
    "if (pid != 0:uint32) {",
    "  $x#0 = 1:int8",
    "  print($x#0)",
    "} else {",
    '  $x#1 = "a"',
    "  print($x#1)",
    "}",
  ]);
});

test("row 2.21 while", () => {
  expect(body("$i = 0; while ($i < 5) { $i++; if ($i == 3) { continue } }")).toEqual([
    "$i: int64",
    "$i = 0:int64",
    "while ($i < 5:int64) {",
    "  $i++:int64",
    "  if ($i == 3:int64) {",
    "    continue",
    "  }",
    "}",
  ]);
});

test("row 2.25 return, row 2.27 what follows exit is left out", () => {
  expect(body("if (pid) { return 5; } exit(); print(1)")).toEqual(["if (pid != 0:uint32) {", "  return 5:int64", "}", "exit(0:int64)"]);
});

test.each([
  ["row 2.14 never assigned", "let $x;", "warning: Variable $x was never assigned to. @ let $x"],
  ["row 2.14 read before", "let $x; print($x); $x = 1;", "warning: Variable used before it was assigned: $x @ $x"],
  [
    "row 2.14 redeclared",
    "let $x = 1; let $x = 2;",
    "error: Variable $x was already declared. Variable shadowing is not allowed. @ let $x = 2",
  ],
  ["row 2.15 out of scope", "if (pid) { $x = 1 } print($x);", "error: Undefined or undeclared variable: $x @ $x"],
  ["row 2.15 loop variable", "$i = 1; for ($i : 0..2) { print($i) }", "error: Loop declaration shadows existing variable: $i @ $i"],
  ["row 2.17 discarded", "pid;", "warning: Return value discarded. @ pid"],
  ["row 2.17 increments are not", "@++; ++@", null],
  ["row 2.16 discard", "_ = pid;", null],
  ["row 5.15 delete is not", "@[1] = 1; delete(@, 1)", null],
  ["row 2.21 deprecated", "while (0) { }", "warning: While loops are deprecated. @ while"],
  [
    "row 2.22 scalar map",
    "@ = 1; for ($kv : @) { print($kv) }",
    "error: @ has no explicit keys (scalar map), and cannot be used for iteration @ @",
  ],
  ["row 2.22 histograms", "@[1] = hist(1); for ($kv : @) { print($kv) }", "error: Loop expression does not support type: hist_t @ @"],
  ["row 2.23 integers", 'for ($i : 0.."a") { print($i) }', 'error: Loop range requires an integer for the end value @ "a"'],
  ["row 2.24 break", "break;", "error: 'break' statement is not allowed in a probe @ break"],
  ["row 2.24 continue", "if (pid) { continue; }", "error: 'continue' statement is not allowed in a probe @ continue"],
  ["row 2.25 integers only", 'return "a";', 'error: Probe return values can only be integers. Found string[2] @ return "a"'],
  ["row 2.26 maximum", "unroll(101) { }", "error: unroll maximum value is 100 @ 101"],
  ["row 2.26 minimum", "unroll(0) { }", "error: unroll minimum value is 1 @ 0"],
  ["row 2.26 literal", "unroll(pid) { }", "error: invalid unroll value @ pid"],
  ["row 2.27 unreachable", "exit(); print(1);", "warning: Unreachable statement. @ print(1)"],
  ["row 2.27 both branches leave", "if (pid) { return; } else { exit(); } print(1);", "warning: Unreachable statement. @ print(1)"],
  ["row 2.27 not in for loops", "for ($i : 0..2) { exit(); }", "error: exit() is not allowed inside a for loop @ exit()"],
  [
    "row 2.19 branches",
    "(pid ? 1 : print(2));",
    "error: Branches must return the same type or compatible types: have 'int8' and 'void' @ pid ? 1 : print(2)",
  ],
  ["unknown name", "print(foo)", "error: Unknown identifier: 'foo' @ foo"],
  ["unknown function", "foo()", "error: Unknown function: 'foo' @ foo"],
])("%s: %s", (_, statements, expected) => {
  expect(problems(`begin { ${statements} }`)).toEqual(expected === null ? [] : [expected]);
});
