/** Strings and buffers (rows 3.19 to 3.25, 5.28). */
import { expect, test } from "vitest";
import { complaints, printed, prints } from "../support/printed.ts";
import { recordingOf } from "../support/written-events.ts";

const SMALL = { config: { max_strlen: "16" } };

test.each<[string, string, readonly string[]]>([
  ["row 3.19: capacity of literals", 'print((sizeof(""), sizeof("abc")));', ["(1, 4)"]],
  ["row 3.19: capacity of str()", "print(sizeof(str(0 + nsecs)));", ["1024"]],
  ["row 3.19: equal strings are equal keys", '@[str("ab", 5)] = 1; $s = "abcdef"; $s = "ab"; @[$s] = 2;', ["@[ab]: 2"]],
  ["row 3.20: any sizes", '$a = "ab"; $b = "abcdef"; $b = "ab"; print($a == $b); print($a != $b);', ["true", "false"]],
  ["row 3.20: up to the first NUL", '$a = "ab\\0x"; $b = "ab\\0y"; print($a == $b); print($a == "ab");', ["true", "true"]],
  ["row 3.20: a prefix is not equal", '$a = "abc"; print($a == "ab"); print($a == "abcd");', ["false", "false"]],
  ["row 3.20: order of literals", 'print("a" < "b"); print("b" <= "a"); print("ab" > "a");', ["true", "false", "true"]],
  ["row 3.24: characters", '$s = "hey"; print($s[1]); $i = (uint8)0; print($s[$i]); print(sizeof($s[0]));', ["101", "104", "1"]],
  ["row 3.24: they are signed", '$s = "\\xff"; print($s[0]);', ["-1"]],
  ["row 3.25: buffers print their bytes", 'print(buf("a\\x01\\xff\\\\", 4));', ["a\\x01\\xff\\"]],
  ["row 3.25: as long as was asked for", 'print(buf("hello", 2)); $n = (uint64)3; print(buf("hello", $n));', ["he", "hel"]],
  [
    "row 3.25: equality",
    '$a = buf("abc", 3); $b = buf("abcd", 4); print($a == buf("abc", 3)); print($a != $b); print($a == $b);',
    ["true", "true", "false"],
  ],
  ["row 3.25: as key and value", '@k[buf("a\\x02", 2)] = 1; @v = buf("xyz", 3); @v = buf("z", 1);', ["@k[a\\x02]: 1", "@v: z"]],
  [
    "row 3.25: in tuples and variables",
    '$b = buf("abc", 3); $t = (1, $b); print($t); printf("%r %rx %rh\\n", $b, $b, $b);',
    ["(1, abc)", "abc \\x61\\x62\\x63 61 62 63"],
  ],
  ["row 5.28: of an array without a length", "print(buf((int8[4])0x64636261));", ["abcd"]],
  ["row 5.28: of an array in part", "print(buf((int8[4])0x64636261, 2));", ["ab"]],
  ["row 5.28: longer than what is there", 'printf("%rh\\n", buf("ab", 4));', ["61 62 00 00"]],
  ["row 5.28: a length that is known at run time", '$n = (uint8)9; printf("%rh\\n", buf("ab", $n));', ["61 62 00 00 00 00 00 00 00"]],
  ["row 5.28: capacity", 'print(sizeof(buf("abc", 3)));', ["7"]],
])("%s", async (_, statements, expected) => {
  expect(await prints(statements)).toEqual(expected);
});

test("row 3.21: a string that fills its buffer is marked", async () => {
  const event = { ns: 1, event: "app:work", pid: 1 } as const;
  const recording = await recordingOf([
    { ...event, fields: { name: "0123456789abcdef" } },
    { ...event, ns: 2, fields: { name: "0123456789abcde" } },
  ]);
  const text = "t:app:work { print(args.name); @[args.name] = count(); }";
  const full = "0123456789abcdef";
  expect(await printed(text, { recording })).toEqual([`${full}..`, "0123456789abcde", "@[0123456789abcde]: 1", `@[${full}..]: 1`]);
  expect((await printed(text, { recording, config: { str_trunc_trailer: "(cut)" } }))[0]).toBe(`${full}(cut)`);
});

test("row 3.22: literals beyond max_strlen", async () => {
  expect(await complaints(`begin { print("${"x".repeat(16)}"); }`, SMALL)).toEqual([
    `ERROR: String is too long (over 16 bytes): ${"x".repeat(16)}`,
  ]);
  expect(await printed(`begin { print("${"x".repeat(15)}"); }`, SMALL)).toEqual(["x".repeat(15)]);
  // Formats may be longer.
  expect(await printed(`begin { printf("${"x".repeat(40)}\\n"); }`, SMALL)).toEqual(["x".repeat(40)]);
});

test("row 5.28: the length counts against max_strlen", async () => {
  expect(await printed('begin { print(sizeof(buf("ab", nsecs))); }', SMALL)).toEqual(["16"]);
  expect(await complaints('begin { print(buf("ab", 13)); }', SMALL)).toEqual([
    "WARNING: length param (13) is too long and will be shortened to 12 bytes (see BPFTRACE_MAX_STRLEN)",
  ]);
});

test.each<[string, string, readonly string[]]>([
  [
    "row 3.20: order of values",
    '$s = "a"; print($s < "b");',
    ["ERROR: The < operator can not be used on expressions of types string[2], string[2]"],
  ],
  ["row 5.28: no length", 'print(buf("ab"));', ["ERROR: buf() expects a length argument for non-array type string[3]"]],
  ["row 5.28: a negative length", 'print(buf("ab", -1));', ["ERROR: buf() cannot use negative length (-1)"]],
  ["row 5.28: of a tuple", "print(buf((1, 2), 1));", ["ERROR: buf() expects an integer, string, pointer or array argument but saw tuple"]],
  ["row 3.24: beyond the end", '$s = "abc"; print($s[4]);', ["ERROR: the index 4 is out of bounds for array of size 4"]],
])("%s", async (_, statements, expected) => {
  expect(await complaints(`begin { ${statements} }`)).toEqual(expected);
});
