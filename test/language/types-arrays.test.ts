/** Arrays, and casts between them and other types (rows 2.50, 2.52, 3.28, 3.29, 3.37, 10.17). */
import { expect, test } from "vitest";
import { complaints, prints } from "../support/printed.ts";

test.each<[string, string, readonly string[]]>([
  [
    "row 3.28: integers as arrays, little-endian",
    "print((int8[4])0x01020304); print((uint16[])0x0001000200030004);",
    ["[4,3,2,1]", "[4,3,2,1]"],
  ],
  [
    "row 3.28: a narrower integer widens",
    "$m = -2; print((uint8[8])$m); print((int8[2])1);",
    ["[254,255,255,255,255,255,255,255]", "[1,0]"],
  ],
  ["row 3.28: the size of a literal", "print((int8[])12345); print((int8[])1);", ["[57,48]", "[1]"]],
  ["row 3.28: bools", "print((bool[2])(int16)1); $b = true; print((bool[1])$b);", ["[true,false]", "[true]"]],
  [
    "row 3.28: arrays as integers",
    "$a = (int8[4])0x01020304; print((int32)$a); print((int64)(int32[2])0x100000002);",
    ["16909060", "4294967298"],
  ],
  ["row 3.29: strings as arrays", 'print((int8[])"hello"); print((uint8[3])"ab");', ["[104,101,108,108,111,0]", "[97,98,0]"]],
  [
    "row 3.37: equality",
    "$a = (int8[4])1; $b = (int8[4])1; $c = (int8[4])2; print($a == $b); print($a == $c); print($a != $c);",
    ["true", "false", "true"],
  ],
  [
    "row 3.37: keys and values",
    "$a = (int16[2])0x00020001; @k[$a] = $a; @m[$a, 1] = 2; print(@k[$a][1]);",
    ["2", "@k[[1,2]]: [1,2]", "@m[[1,2], 1]: 2"],
  ],
  ["row 3.37: in tuples", "print((1, (int8[2])0x0102));", ["(1, [2,1])"]],
  ["row 3.37: a value of its own", "$a = (int8[4])1; $b = $a; $a = (int8[4])2; print($b);", ["[1,0,0,0]"]],
  ["row 2.50: elements", "$a = (int16[4])0x0004000300020001; print($a[0] + $a[3]); $i = (uint8)2; print($a[$i]);", ["5", "3"]],
  [
    "row 2.50: of pointers",
    "$a = (int16[4])0x0004000300020001; $p = (int16 *)&$a; print($p[1]); $i = (uint8)3; print($p[$i]);",
    ["2", "4"],
  ],
  ["row 2.50: of tuples", '$t = (1, "a"); print($t[1]);', ["a"]],
  [
    "row 2.52: types with suffixes in any order",
    "print((sizeof(int32*[4]), sizeof(int32[4]), sizeof(int8**), sizeof(string[5]), sizeof(buffer[5])));",
    ["(32, 16, 8, 5, 9)"],
  ],
  [
    "row 2.52: of declared variables",
    "let $a: int8[2] = (int8[2])0x0102; let $p: int8 * = (int8 *)5; print($a); print($p);",
    ["[2,1]", "0x5"],
  ],
  ["row 2.52: a value in parentheses is none", "$x = 5; print(($x) - 1); print((pid) == pid);", ["4", "true"]],
  ["row 2.53: a cast binds as unary operators do", "print((uint8)255 + 1); $m = -1; print((uint8)$m + 1);", ["256", "256"]],
])("%s", async (_, statements, expected) => {
  expect(await prints(statements)).toEqual(expected);
});

const OUT_OF_BOUNDS = "WARNING: Array access out of bounds. This can lead to unexpected results.";

test.each<[string, string, readonly string[]]>([
  ["row 10.17: an index beyond the end", "$a = (int8[4])1; $i = (uint8)4; print($a[$i]);", [OUT_OF_BOUNDS]],
  ["row 2.50: a constant beyond the end", "$a = (int8[4])1; print($a[4]);", ["ERROR: the index 4 is out of bounds for array of size 4"]],
  [
    "row 2.50: a signed index",
    "$a = (int8[4])1; $i = -1; print($a[$i]);",
    ["ERROR: The array index operator [] only accepts non-negative integer indices. Got: int8"],
  ],
  [
    "row 2.50: of what has no elements",
    "$x = 1; print($x[0]);",
    ["ERROR: The array index operator [] can only be used on arrays, pointers, and tuples, found int8."],
  ],
  [
    "row 2.50: of an unsized pointer",
    "$p = (void *)1; print($p[0]);",
    ["ERROR: The array index operator [] cannot be used on a pointer to an unsized type (void *)."],
  ],
  ["row 3.28: sizes that differ", "$x = (int32)1; print((int8[2])$x);", ['ERROR: Cannot cast from "int32" to "int8[2]"']],
  ["row 3.28: an array of another size", "$a = (int8[4])1; print((int16)$a);", ['ERROR: Cannot cast from "int8[4]" to "int16"']],
  [
    "row 3.28: elements that do not divide it",
    '$s = "ab"; print((int16[])$s);',
    ["ERROR: Cannot determine array size: the element size is incompatible with the cast integer size"],
  ],
  ["row 3.28: arrays of strings", "print((string[2][2])1);", ['ERROR: Cannot cast from "int8" to "string[2][2]"']],
  ["row 3.29: of another size", 'print((int8[2])"ab");', ['ERROR: Cannot cast from "string[3]" to "int8[2]"']],
  ["row 3.37: order", "$a = (int8[2])1; print($a < $a);", ["ERROR: The < operator cannot be used on arrays."]],
  [
    "row 3.37: lengths that differ",
    "$a = (int8[2])1; $b = (int8[4])1; print($a == $b);",
    ["ERROR: Only arrays of same size support comparison operators."],
  ],
  [
    "row 3.37: elements that differ",
    "$a = (int8[2])1; $b = (uint8[2])1; print($a == $b);",
    ["ERROR: Only arrays of same sized integer support comparison operators."],
  ],
  ["row 2.52: a length that is no number", "print((int8[0])1);", ["ERROR: the size of an array type must be a positive number"]],
  ["row 2.52: larger than anything", "let $a: int64[100000];", ["ERROR: array type is too large (at most 65536 bytes)"]],
])("%s", async (_, statements, expected) => {
  expect((await complaints(`begin { ${statements} }`)).filter((text) => !text.includes("never assigned"))).toEqual(expected);
});
