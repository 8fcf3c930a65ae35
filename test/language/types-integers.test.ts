/** Integers and bools: section 3 of the language's table, first part. */
import { describe, expect, test } from "vitest";
import { complaints, prints, printed } from "../support/printed.ts";

const LOSS = (from: string, to: string): string =>
  `WARNING: Expression of type: ${from} being cast to type: ${to}. This may cause unexpected results.`;
const DIVISION = (op: string): string =>
  `WARNING: signed operands for '${op}' can lead to undefined behavior (cast to unsigned to silence warning)`;

test.each<[string, string, readonly string[]]>([
  ["row 3.01: all sizes", "print((sizeof(int8), sizeof(int16), sizeof(int32), sizeof(int64)));", ["(1, 2, 4, 8)"]],
  ["row 3.01: unsigned", "print(((uint8)-1, (uint16)-1, (uint32)-1, (uint64)-1));", ["(255, 65535, 4294967295, 18446744073709551615)"]],
  [
    "row 3.02: literals take the smallest signed type",
    "print((sizeof(127), sizeof(128), sizeof(32768), sizeof(2147483648), sizeof(-128), sizeof(-129)));",
    ["(1, 2, 4, 8, 1, 2)"],
  ],
  ["row 3.02: above 2^63-1 uint64", "print(9223372036854775808);", ["9223372036854775808"]],
  ["row 3.03: a literal adopts the sign", "$a = (uint64)1; $a = 5; print($a > 0); print(nsecs > 5);", ["true", "true"]],
  ["row 3.04: later assignments widen", "$a = 1; print($a); $a = 70000; print($a); print(sizeof($a));", ["1", "70000", "4"]],
  ["row 3.05: a signed type that holds both", "$a = (uint8)200; $b = -1; $a = $b; print($a); print(sizeof($a));", ["-1", "2"]],
  ["row 3.06: a declared type stays", "let $a: int16 = 5; $a = 300; print((sizeof($a), $a));", ["(2, 300)"]],
  ["row 3.07: results are 64 bits wide", "$a = (uint8)200; $b = (uint8)100; print($a + $b); print(sizeof($a + $b));", ["300", "8"]],
  ["row 3.07: by the operands' signs", "$m = -1; print($m + (uint8)1); print((uint32)5 - (uint32)7);", ["0", "-2"]],
  ["row 3.08: wraps modulo 2^64", "$a = 9223372036854775807; print($a + 1); print((uint64)0 - 1);", ["-9223372036854775808", "-1"]],
  ["row 3.08: declared variables truncate", "let $a: uint8; $b = 300; $a = (uint8)$b; print($a);", ["44"]],
  ["row 3.09: minus is signed", "$a = (uint32)3; $b = (uint32)5; print($a - $b); $a--; print($a);", ["-2", "2"]],
  ["row 3.10: unsigned at run time", "$a = -7; $b = (int8)2; print($a / $b); print($a % $b);", ["9223372036854775804", "1"]],
  ["row 3.10: as C when folded", "print(-7 / 2); print(-7 % 2); print(7 / -2);", ["-3", "-1", "-3"]],
  [
    "row 3.12: shifts at run time",
    "$a = -8; print($a >> 1); print($a << 1); print((uint8)200 << 4);",
    ["9223372036854775804", "-16", "3200"],
  ],
  ["row 3.12: shifts of literals", "print(-8 >> 2); print(-1 >> 1); print(1 << 63);", ["-2", "-1", "9223372036854775808"]],
  ["row 3.13: complement of literals", "print(~10); print(~(-1));", ["18446744073709551605", "0"]],
  ["row 3.13: complement at run time", "$a = (uint8)10; $b = (int8)10; print(~$a); print(~$b);", ["18446744073709551605", "-11"]],
  [
    "row 3.14: minus",
    "$a = (uint8)1; $b = (int8)1; print(-$a); print(-$b); print(-9223372036854775808);",
    ["18446744073709551615", "-1", "-9223372036854775808"],
  ],
  [
    "row 3.15: comparison is a bool",
    "$a = -1; $b = (uint32)1; print($a < $b); print(sizeof($a < $b)); print($b == 1);",
    ["true", "1", "true"],
  ],
  ["row 3.16: logic", "$a = 2; $b = 0; print($a && $b); print($a || $b); print(!$a);", ["false", "true", "false"]],
  ["row 3.16: stops when decided", "$a = 0; $b = 1; $c = $a && $b++; $d = $b || $b++; print($b);", ["1"]],
  [
    "row 3.17: bool",
    'print((bool)5); print((bool)0); print((bool)"a"); print((bool)""); printf("%d %s\\n", true, false);',
    ["true", "false", "true", "false", "1 false"],
  ],
  ["row 3.17: of aggregates", "@c = count(); @s = sum(0); print((bool)@c); print((bool)@s);", ["true", "false", "@c: 1", "@s: 0"]],
  [
    "row 3.18: bools and integers",
    "$t = true; print($t == 1); print($t + 1); print($t + $t); print(true + false);",
    ["true", "2", "true", "true"],
  ],
  [
    "row 3.26: narrower and wider",
    "print((int8)300); print((uint64)(int8)nsecs < 0); $a = -1; print((uint16)$a); print((int64)(uint8)$a);",
    ["44", "false", "65535", "255"],
  ],
  [
    "row 3.52: integers, bools and pointers are conditions",
    'if (5) { print("a") } if (true) { print("b") } $p = (int8 *)1; print($p ? 1 : 2);',
    ["a", "b", "1"],
  ],
  ["row 3.53: branches promote", '$a = 1; $r = $a ? 1 : 70000; print((sizeof($r), $r)); print($a ? "x" : "longer");', ["(4, 1)", "x"]],
])("%s", async (_, statements, expected) => {
  expect(await prints(statements)).toEqual(expected);
});

test("row 3.57: maps keep the width of what is assigned", async () => {
  const text =
    "begin { @a[1] = 5; @b[1] = nsecs; @c[1]++; @d[1]--; print((sizeof(@a[1]), sizeof(@b[1]), sizeof(@c[1]), sizeof(@d[1]))); clear(@b); }";
  expect((await printed(text))[0]).toBe("(1, 8, 8, 8)");
  expect(await prints("@w[1] = 100; @w[1] = (int8)(@w[1] + 100);")).toEqual(["@w[1]: -56"]);
});

test.each<[string, string, readonly string[]]>([
  ["row 3.05: signs that no type holds", "$a = nsecs; $a = -1;", [LOSS("uint64", "int64")]],
  ["row 3.06: a wider variable is cut", "let $a: uint8; $b = (uint16)300; $a = $b;", [LOSS("uint16", "uint8")]],
  [
    "row 3.06: a literal out of range",
    "let $a: uint8 = 256;",
    ["ERROR: Type mismatch for $a: trying to assign value of type 'int16' when variable already has a type 'uint8'"],
  ],
  ["row 3.07: once for each operand", "$a = -1; print($a * nsecs);", [LOSS("uint64", "int64")]],
  ["row 3.09: both operands", "$s = nsecs; print(nsecs - $s);", [LOSS("uint64", "int64"), LOSS("uint64", "int64")]],
  ["row 3.09: not for --", "$a = (uint32)1; $a--; @a = (uint32)1; @a--;", []],
  ["row 3.10: when types differ", "$a = -1000; print($a / 2); print($a % 2);", [DIVISION("/"), DIVISION("%")]],
  ["row 3.12: a shift that no literal has", "print(1 << 64);", ["ERROR: unable to fold literals due to overflow or underflow"]],
  ["row 3.14: below -2^63", "print(-9223372036854775809);", ["ERROR: negative value will underflow"]],
  ["row 3.15: uint64 and a negative literal", "print(nsecs < -1);", [LOSS("uint64", "int64")]],
  ["row 3.15: uint32 and int32", "$a = (int32)-1; print($a < pid);", []],
  [
    "row 3.27: to the same type",
    "print((uint64)nsecs); print((uint32)pid);",
    ["WARNING: Unnecessary cast: expression is already of type uint64", "WARNING: Unnecessary cast: expression is already of type uint32"],
  ],
  ["row 3.52: strings are no conditions", 'if ("a") { }', ["ERROR: Invalid condition: string"]],
  ["row 3.52: nor tuples", "while ((1, 2)) { }", ["WARNING: While loops are deprecated.", "ERROR: Invalid condition: tuple"]],
  [
    "row 3.53: branches that cannot meet",
    'print(nsecs ? 1 : "a");',
    ["ERROR: Branches must return the same type or compatible types: have 'int8' and 'string[2]'"],
  ],
])("%s", async (_, statements, expected) => {
  expect(await complaints(`begin { ${statements} }`)).toEqual(expected);
});

describe("row 3.11: division by zero", () => {
  const WARNING = "WARNING: Divide or modulo by 0 detected. This can lead to unexpected results. 1 is being used as the result.";
  test.each(["$a / 0", "$a % 0", "$a / $z", "$a % $z"])("%s is 1, with a warning", async (expr) => {
    const text = `begin { $a = (uint64)7; $z = (uint64)0; print(${expr}); }`;
    expect(await complaints(text)).toEqual([WARNING]);
  });
  test("folded it is an error", async () => {
    expect(await complaints("begin { print(1 / 0); }")).toEqual(["ERROR: unable to fold literals due to overflow or underflow"]);
  });
});

test.each([
  ["uint64_t", "no header was included"],
  ["size_t", "no header was included"],
  ["u32", "no header was included"],
])("row 3.01: %s is not known when %s", async (name) => {
  expect(await complaints(`begin { print((${name})1); }`)).toEqual([`ERROR: Cannot resolve unknown type "${name}"`]);
});

test("row 3.01: C's names for integers come with a header", async () => {
  const text = "#include <linux/types.h>\nbegin { print(((uint8_t)300, sizeof(size_t), sizeof(__u16), sizeof(u32), (s8)200, (int)-1)); }";
  expect(await printed(text)).toEqual(["(44, 8, 2, 4, -56, -1)"]);
});
