import { expect, test } from "vitest";
import { body, problems } from "./support.ts";

test.each([
  ["row 3.10 literals divide as C does", "-7 / 2", "-3:int8"],
  ["row 3.10 remainder", "-7 % 2", "-1:int8"],
  ["row 3.12 a negative literal shifts arithmetically", "-8 >> 2", "-2:int8"],
  ["row 3.12", "-1 >> 1", "-1:int8"],
  ["row 3.12 bits shifted out are lost", "0xffffffffffffffff << 4", "18446744073709551600:uint64"],
  ["row 3.13 complement", "~10", "18446744073709551605:uint64"],
  ["row 3.13 never negative", "~(-1)", "0:int8"],
  ["row 3.14 down to -2^63", "-9223372036854775808", "-9223372036854775808:int64"],
  ["row 2.60 a difference may be negative", "1 - 2", "-1:int8"],
  ["row 2.60 results are plain literals again", "-1 + 300", "299:int16"],
  ["row 2.60 products of negatives", "-4611686018427387904 * -2", "9223372036854775808:uint64"],
  ["row 2.60 concatenation", '"a" + "b"', '"ab"'],
  ["row 2.60 dropping characters", '"abc" + 1', '"bc"'],
  ["row 2.60 dropping characters, other side", '1 + "abc"', '"bc"'],
  ["row 2.60 strings compare", '"a" < "b"', "true"],
  ["row 2.60 truth of both sides", '"a" && "b"', "true"],
  ["row 2.60 truth of both sides, or", '"" || "b"', "true"],
  ["row 3.18 two bools", "true + true", "true"],
  ["row 3.16", "!0", "true"],
  ["comparison", "-1 < 1", "true"],
  ["ternary", "1 ? 2 : 3", "2:int8"],
  ["ternary without a middle", "5 ?: 3", "5:int8"],
  ["row 5.27 str of a literal", "str(12)", '"12"'],
  ["row 5.27 with a length", 'str("abcdef", 2)', '"ab"'],
])("%s: %s", (_, expr, expected) => {
  expect(body(`print(${expr})`)).toEqual([`print(${expected})`]);
});

test.each([
  ["row 2.60 overflow", "0xffffffffffffffff + 1"],
  ["row 2.60 negative with one above 2^63-1", "-1 < 0xffffffffffffffff"],
  ["row 3.11 division by a literal zero", "1 / 0"],
  ["row 3.12 shift count", "1 << 64"],
  ["row 3.12 negative shift count", "1 >> -1"],
  ["underflow", "-9223372036854775808 - 1"],
])("%s: %s does not fold", (_, expr) => {
  expect(problems(`begin { print(${expr}) }`)).toContainEqual(`error: unable to fold literals due to overflow or underflow @ ${expr}`);
});

test("row 3.14 negative value will underflow", () => {
  expect(problems("begin { print(-9223372036854775809) }")).toEqual(["error: negative value will underflow @ -9223372036854775809"]);
});

test("row 2.60 a string that is dropped whole", () => {
  expect(problems('begin { print("abc" + 3) }')).toEqual(['warning: literal string will always be empty @ "abc" + 3']);
});

test("row 2.61 positional parameters", () => {
  const params = ["12", "abc", "0x10", "-3", "1k", "010"];
  expect(body("print(($1, $2, $3, $4, $5, $6, $#))", { params })).toEqual([
    'print((12:int8, "abc", 16:int8, -3:int8, "1k", 8:int8, 6:int8))',
  ]);
  expect(body("print((str($1), str($1 + 1), str($3)))", { params })).toEqual(['print(("12", "2", "0x10"))']);
  expect(problems("begin { print($1) }")).toEqual(["warning: Positional parameter $1 is empty or not provided. @ $1"]);
  expect(body("unroll($1) { @++ }", { params: ["3"] })).toEqual(["unroll 3 {", "  @++:int64", "}"]);
});
