/** Enumerations (rows 2.07, 3.30, 3.31). */
import { expect, test } from "vitest";
import { complaints, printed } from "../support/printed.ts";

const E = "enum e { ZERO, ONE, TWO, BIG = 300, NEG = -1 };\nenum other { OTHER = 1 };\nenum { UNNAMED = 9 };\n";

test.each<[string, string, readonly string[]]>([
  ["row 2.07: constants print their names", "print(ONE); print(BIG); print(UNNAMED); print(NEG);", ["ONE", "BIG", "UNNAMED", "NEG"]],
  ["row 2.07: they are 8 bytes", "print(sizeof(ONE)); print(sizeof(UNNAMED)); $x = TWO; print(sizeof($x));", ["8", "8", "8"]],
  ["row 3.30: casts", "$x = (uint8)2; print((enum e)$x); print((enum e)1);", ["TWO", "ONE"]],
  ["row 3.30: values without a name print as numbers", "$x = 77; print((enum e)$x);", ["77"]],
  ["row 3.30: from one enum to another", "print((enum e)OTHER);", ["ONE"]],
  ["row 3.31: conversions", 'printf("%d %s %x\\n", TWO, TWO, BIG);', ["2 TWO 12c"]],
  [
    "row 3.31: arithmetic drops the enum",
    "print(ONE + TWO); print(ONE | TWO); print(BIG / 2); print(-ONE);",
    ["3", "3", "150", "18446744073709551615"],
  ],
  [
    "row 3.31: comparison",
    "print(ONE == 1); print(TWO > ONE); print(ONE == OTHER); $x = 1; print(ONE == $x);",
    ["true", "true", "true", "true"],
  ],
  ["row 3.31: variables keep it, with integers they lose it", "$a = ONE; $a = TWO; print($a); $b = ONE; $b = 5; print($b);", ["TWO", "5"]],
  [
    "row 3.31: keys and values, by number",
    "@v[TWO] = ONE; @v[ONE] = TWO; @k[BIG, 1] = 1;",
    ["@k[BIG, 1]: 1", "@v[TWO]: ONE", "@v[ONE]: TWO"],
  ],
  ["row 3.31: conditions", 'if (ONE) { print("yes") } if (!ZERO) { print("no") } print(ZERO ? 1 : 2);', ["yes", "no", "2"]],
  ["row 3.31: branches", "$x = 1; print($x ? ONE : TWO); print($x ? OTHER : ONE);", ["ONE", "1"]],
  ["row 3.31: in tuples and records", "print((ONE, 2)); print((a = TWO, b = (BIG,)));", ["(ONE, 2)", "{ .a = TWO, .b = (BIG) }"]],
  ["row 3.31: declared", "let $x: enum e = ONE; print($x); $x = TWO; print($x);", ["ONE", "TWO"]],
  [
    "row 3.31: where integers are wanted",
    'print(str("abc", TWO)); for ($i : ZERO..TWO) { print($i) } @ = sum(BIG); $t = (5, 6, 7); $a = (int8[2])0x0102; print($a[ONE]);',
    ["a", "0", "1", "1", "@: 300"],
  ],
])("%s", async (_, statements, expected) => {
  expect(await printed(`${E}begin { ${statements} }`)).toEqual(expected);
});

test("row 3.31: numbers in JSON", async () => {
  const lines = await printed(`${E}begin { print(TWO); @[ONE] = BIG; @t = (ONE, NEG); }`, { format: "json" });
  expect(lines.slice(1)).toEqual([
    '{"type": "value", "data": 2}',
    '{"type": "map", "data": {"@": {"ONE": 300}}}',
    '{"type": "map", "data": {"@t": [1,"18446744073709551615"]}}',
  ]);
});

test.each<[string, string, readonly string[]]>([
  ["row 3.30: a literal that no constant has", "print((enum e)5);", ["ERROR: Enum: e doesn't contain a variant value of 5"]],
  ["row 3.30: without the word enum", "print((e)1);", ['ERROR: Cannot resolve unknown type "e"']],
  ["row 3.30: no such enum", "print((enum nope)1);", ["ERROR: Unknown enum: nope"]],
  ["row 3.30: from a string", 'print((enum e)"a");', ['ERROR: Cannot cast from "string[2]" to "enum e"']],
  [
    "row 3.31: a declared enum takes no integers",
    "let $x: enum e = ONE; $x = 5;",
    ["ERROR: Type mismatch for $x: trying to assign value of type 'int8' when variable already has a type 'enum e'"],
  ],
  ["row 2.07: no such constant", "print(ON);", ["ERROR: Unknown identifier: 'ON'"]],
])("%s", async (_, statements, expected) => {
  expect(await complaints(`${E}begin { ${statements} }`)).toEqual(expected);
});
