/** Literals: numbers of every form, strings, bools, tuples, records; what folds; parameters. */
import { expect, test } from "vitest";
import { runScript, type RunOptions } from "../support/run-script.ts";

const valueOf = async (expr: string, options: RunOptions = {}): Promise<string> => {
  const { stdout, stderr, exitCode } = await runScript(`begin { print(${expr}) }`, options);
  expect(exitCode, stderr).toBe(0);
  return stdout.trim();
};
const errorOf = async (expr: string, options: RunOptions = {}): Promise<string> => {
  const { stderr, exitCode } = await runScript(`begin { print(${expr}) }`, options);
  expect(exitCode, stderr).toBe(1);
  return (/ERROR: (.*)/.exec(stderr) ?? [])[1] ?? stderr;
};

const SYNTAX = "syntax: ";

test.each([
  ["0", "0"],
  ["42", "42"],
  ["1_000_000", "1000000"],
  ["1_2_3", "123"],
  ["18446744073709551615", "18446744073709551615"],
])("row 2.39: %s", async (text, value) => {
  expect(await valueOf(text)).toBe(value);
});

test("row 2.39: no underscore at the end", async () => {
  expect(await errorOf("1_")).toBe(`${SYNTAX}trailing underscore in integer literal`);
});

test.each([
  ["0x1f", "31"],
  ["0X1F", "31"],
  ["0xffff_ffff", "4294967295"],
  ["010", "8"],
  ["0777", "511"],
  ["00", "0"],
])("row 2.40: %s", async (text, value) => {
  expect(await valueOf(text)).toBe(value);
});

test("row 2.40: octal digits end at 7; binary is for parameters and config", async () => {
  expect(await errorOf("09")).toContain("invalid octal digit: 09");
  expect(await errorOf("0b101")).toMatch(/^syntax: /);
  expect(await valueOf("$1", { params: ["0b101"] })).toBe("5");
  const { stdout } = await runScript("config = { max_strlen = 0b100000 } begin { print(config.max_strlen) }");
  expect(stdout.trim()).toBe("32");
});

test.each([
  ["1e6", "1000000"],
  ["9e18", "9000000000000000000"],
  ["1e19", "10000000000000000000"],
  ["5E2", "500"],
])("row 2.41: %s", async (text, value) => {
  expect(await valueOf(text)).toBe(value);
});

test("row 2.41: one digit from 1 to 9, an exponent from 1, no overflow", async () => {
  expect(await errorOf("12e3")).toContain("coefficient part of scientific literal must be 1-9: 12e3");
  expect(await errorOf("0e3")).toContain("coefficient part of scientific literal must be 1-9: 0e3");
  expect(await errorOf("1e0")).toContain("invalid exponent");
  expect(await errorOf("1e20")).toContain("overflow error, maximum value is 18446744073709551615: 1e20");
});

test.each([
  ["5u", "5"],
  ["5l", "5"],
  ["5ll", "5"],
  ["5ul", "5"],
  ["5ULL", "5"],
  ["0x10ull", "16"],
  ["4294967295u", "4294967295"],
])("row 2.42: %s", async (text, value) => {
  expect(await valueOf(text)).toBe(value);
});

test("row 2.42: the range of a suffix is checked", async () => {
  expect(await errorOf("4294967296u")).toContain("overflow error, maximum value is 4294967295: 4294967296u");
  expect(await errorOf("9223372036854775808l")).toContain("overflow error, maximum value is 9223372036854775807");
  expect(await errorOf("5q")).toContain("invalid integer suffix 'q'");
});

test.each([
  ["7ns", "7"],
  ["7us", "7000"],
  ["7ms", "7000000"],
  ["7s", "7000000000"],
  ["7m", "420000000000"],
  ["7h", "25200000000000"],
  ["7d", "604800000000000"],
])("row 2.43: %s", async (text, value) => {
  expect(await valueOf(text)).toBe(value);
});

test("row 2.44: what no 64 bits hold", async () => {
  expect(await errorOf("18446744073709551616")).toBe(
    `${SYNTAX}overflow error, maximum value is 18446744073709551615: 18446744073709551616`,
  );
  expect(await errorOf("0x10000000000000000")).toContain("overflow error, maximum value is 18446744073709551615");
});

test("row 2.45: there are no character literals", async () => {
  expect(await errorOf("'a'")).toMatch(/^syntax: /);
});

test.each([
  ['"plain"', "plain"],
  ['"a\\tb\\r"', "a\tb"],
  ['"say \\"hi\\" \\\\"', 'say "hi" \\'],
  ['"\\101\\x42\\x4"', "AB\x04"],
  ['"one\\ntwo"', "one\ntwo"],
  ['"\\7"', "\x07"],
])("row 2.46: %s", async (text, value) => {
  expect(await valueOf(text)).toBe(value);
});

test("row 2.46: escapes that there are not, strings without end", async () => {
  expect(await errorOf('"\\q"')).toBe(`${SYNTAX}invalid escape character '\\q'`);
  expect(await errorOf('"a\nb"')).toBe(`${SYNTAX}unterminated string`);
  expect(await errorOf('"\\400"')).toMatch(/^syntax: /);
});

test("row 2.47: true and false", async () => {
  expect(await valueOf("true")).toBe("true");
  expect(await valueOf("!true")).toBe("false");
  expect(await valueOf("(true, false)")).toBe("(true, false)");
});

test.each([
  ["(1, 2)", "(1, 2)"],
  ["(1,)", "(1)"],
  ["()", "()"],
  ['(1, "a", (2, 3),)', "(1, a, (2, 3))"],
  ["(1, (2, 3)).1.0", "2"],
  ['(1, "b")[1]', "b"],
])("row 2.48: %s", async (text, value) => {
  expect(await valueOf(text)).toBe(value);
});

test("row 2.48: an element that there is not; elements stay what they are", async () => {
  const { stderr } = await runScript("begin { $t = (1, 2); print($t.2) }");
  expect(stderr).toMatch(/^stdin:1:\d+-\d+: ERROR: /);
  expect((await runScript("begin { $t = (1, 2); $t.0 = 5; }")).exitCode).toBe(1);
});

test.each([
  ["(a=1, b=2)", "{ .a = 1, .b = 2 }"],
  ['(name="x", in=(y=1))', "{ .name = x, .in = { .y = 1 } }"],
  ["(a=1, b=2).b", "2"],
])("row 2.49: %s", async (text, value) => {
  expect(await valueOf(text)).toBe(value);
});

test("row 2.49: names are given once; another order of the same names is the same record", async () => {
  expect(await errorOf("(a=1, a=2)")).toMatch(/a/);
  const { stdout } = await runScript("begin { $r = (a=1, b=2); $r = (b=3, a=4); print($r) }");
  expect(stdout.trim()).toBe("{ .a = 4, .b = 3 }");
});

test.each([
  ['"a" + "b"', "ab"],
  ['"abc" + 1', "bc"],
  ['1 + "abc"', "bc"],
  ["2 + 3 * 4", "14"],
  ["-7 / 2", "-3"],
  ["-7 % 2", "-1"],
  ["-8 >> 2", "-2"],
  ["3 - 5", "-2"],
  ["1 < 2", "true"],
  ['"a" < "b"', "true"],
  ['"a" == "a"', "true"],
  ["(1 + 1, !false)", "(2, true)"],
  ["~10", "18446744073709551605"],
])("row 2.60: %s", async (text, value) => {
  expect(await valueOf(text)).toBe(value);
});

test.each(["18446744073709551615 + 1", "-9223372036854775807 - 2", "-1 + 18446744073709551615", "-1 < 18446744073709551615", "1 / 0"])(
  "row 2.60: %s does not fold",
  async (text) => {
    expect(await errorOf(text)).toContain("unable to fold literals");
  },
);

test.each<[string, readonly string[], string]>([
  ["$1", ["5"], "5"],
  ["$1", ["0x1f"], "31"],
  ["$1", ["-5"], "-5"],
  ["$1", ["010"], "8"],
  ["$1", ["7ms"], "7000000"],
  ["$1", ["text"], "text"],
  ["$1 + $2", ["5", "6"], "11"],
  ["$#", ["a", "b", "c"], "3"],
  ["$#", [], "0"],
  ["$1", [], "0"],
  ["str($1)", ["42"], "42"],
  ["str($1 + 1)", ["hello"], "ello"],
  ["str($3)", ["a"], ""],
  ["($11, $2)", ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "eleven"], "(eleven, 2)"],
])("row 2.61: %s with %j", async (expr, params, value) => {
  expect(await valueOf(expr, { params })).toBe(value);
});

test("row 2.61: a missing parameter is said", async () => {
  const { stderr } = await runScript("begin { print($2) }", { params: ["1"] });
  expect(stderr).toMatch(/^stdin:1:15-17: WARNING: /);
});
