import { expect, test } from "vitest";
import { runScript, type RunOptions } from "../support/run-script.ts";

const run = (text: string, namedParams: RunOptions["namedParams"] = {}) => runScript(text, { namedParams });
const printed = async (text: string, namedParams: RunOptions["namedParams"] = {}): Promise<string[]> =>
  (await run(text, namedParams)).stdout.trimEnd().split("\n");
const errors = async (text: string, namedParams: RunOptions["namedParams"] = {}): Promise<string[]> =>
  (await run(text, namedParams)).stderr.split("\n").filter((line) => /ERROR|HINT/.test(line));

const ALL =
  'begin { print((getopt("aa", 10, "Description of aa"), getopt("bb", "hello"), getopt("cc"), getopt("dd", false), getopt("ee", -1))) }';

test("row 2.62: options of the script's own, and their defaults", async () => {
  expect(await printed(ALL)).toEqual(["(10, hello, false, false, -1)"]);
  expect(await printed(ALL, { aa: "0x20", bb: "bye", cc: null, dd: "true", ee: "-9" })).toEqual(["(32, bye, true, true, -9)"]);
});

test("row 5.59: the default gives the type", async () => {
  const text =
    'begin { print((sizeof(getopt("a", 1)), sizeof(getopt("b", -1)), sizeof(getopt("c")), is_unsigned_integer(getopt("a", 1)), is_unsigned_integer(getopt("b", -1)), is_str(getopt("s", "x")))) }';
  expect(await printed(text)).toEqual(["(8, 8, 1, true, false, true)"]);
  expect(await printed('begin { print(getopt("big", 1)) }', { big: "18446744073709551615" })).toEqual(["18446744073709551615"]);
  expect(await printed('begin { print(getopt("time", 1)) }', { time: "1m" })).toEqual(["60000000000"]);
  expect((await run('begin { print(getopt("low", -1)) }', { low: "-9223372036854775808" })).stdout).toBe("-9223372036854775808\n\n\n");
});

test.each([
  ["true", "true"],
  ["1", "true"],
  ["false", "false"],
  ["0", "false"],
])("row 5.59: a bool from %s", async (text, expected) => {
  expect(await printed('begin { print(getopt("b")) }', { b: text })).toEqual([expected]);
});

test("row 5.59: in predicates, functions and macros", async () => {
  const text = `macro limit() { getopt("limit", 5) } fn over($x: uint64): bool { return $x > limit; }
    begin /getopt("on")/ { print(over(4)); print(limit) } end { print("end") }`;
  expect(await printed(text, { on: null, limit: "3" })).toEqual(["true", "3", "end"]);
  expect(await printed(text)).toEqual(["end"]);
});

test.each([
  ["no integer", { aa: "False" }, ["ERROR: program command line option --aa invalid integer (value: False)"]],
  ["a negative number", { aa: "-1" }, ["ERROR: program command line option --aa value is out of range (value: -1)"]],
  ["no bool", { cc: "5" }, ["ERROR: program command line option --cc expects a boolean (e.g. 'true') (value: 5)"]],
  ["no text", { bb: null }, ["ERROR: program command line option --bb expects a string (value: )"]],
] as [string, Record<string, string | null>, string[]][])("row 5.59: %s", async (_, given, expected) => {
  expect(await errors(ALL, given)).toEqual(expected);
});

test("row 5.59: options that no call asks for", async () => {
  expect(await errors('begin { print(getopt("a")); print(getopt("bcd", 1)) }', { x: "1", yy: null })).toEqual([
    "ERROR: unexpected program command line options: --x, --yy",
    "HINT: expected program options: --a, --bcd",
  ]);
  expect(await errors(ALL, { help: null })).toEqual([
    "ERROR: unexpected program command line options: --help",
    "HINT: expected program options:",
    "HINT:   --aa  Description of aa",
    "HINT:   --bb",
    "HINT:   --cc",
    "HINT:   --dd",
    "HINT:   --ee",
  ]);
  expect(await errors("begin { }", { x: "1" })).toEqual([
    "ERROR: unexpected program command line options: --x",
    "HINT: no custom program options defined.",
  ]);
});

test.each([
  ["the name", "getopt(10)", "First argument to 'getopt' must be a string literal."],
  ["the default", 'getopt("a", pid)', "Second argument to 'getopt' must be a string literal, integer literal, or a boolean literal."],
  ["the description", 'getopt("a", 1, 2)', "Function 'getopt' requires the third parameter to be a string literal."],
  ["too many", 'getopt("a", 1, "b", 2)', "The 'getopt' function can take a maximum of three arguments and a minimum of one argument."],
  [
    "another default",
    '(getopt("a", 1), getopt("a", "bye"))',
    "Command line option 'a' needs to have the same default value in all places it is used. Previous default value: 1",
  ],
  [
    "another description",
    '(getopt("a", 1, "x"), getopt("a", 1, "y"))',
    "Command line option 'a' must have the same description in all places it's used. Hint: You can wrap it in a macro",
  ],
])("row 5.59: wrong: %s", async (_, call, expected) => {
  expect((await errors(`begin { print(${call}) }`)).map((line) => line.replace(/^\S+ ERROR: /, ""))).toEqual([expected]);
});

const withParams = async (text: string, ...params: string[]) => {
  const { stdout, stderr } = await runScript(text, { params });
  return { out: stdout.trimEnd().split("\n"), warnings: stderr.split("\n").filter((line) => line.includes("WARNING")) };
};

test("row 2.61: positional parameters are literals: integers of any base, else text", async () => {
  const text = "begin { print(($1, $2, $3, $4, $5, $6)) }";
  expect((await withParams(text, "10", "0x1f", "010", "0b101", "1e3", "5ul")).out).toEqual(["(10, 31, 8, 5, 1000, 5)"]);
  expect((await withParams(text, "-7", "1ms", "abc", "12abc", "1_000", "")).out).toEqual(["(-7, 1000000, abc, 12abc, 1000, 0)"]);
  expect((await withParams("begin { print($1 + 1); print($1 == 41) } end /$1 > 40/ { print(probe) }", "41")).out).toEqual([
    "42",
    "true",
    "end",
  ]);
});

test("row 2.61: the count, and the text of any", async () => {
  expect((await withParams("begin { print($#); print(str($1)); print(str($1 + 1)); print(str($2)) }", "123", "abc")).out).toEqual([
    "2",
    "123",
    "23",
    "abc",
  ]);
  expect((await withParams("begin { print($#) }")).out).toEqual(["0"]);
});

test("row 2.61: a missing one is 0, with a warning, and an empty text", async () => {
  const { out, warnings } = await withParams('begin { print($1); print(str($2) == "") }');
  expect(out).toEqual(["0", "true"]);
  expect(warnings).toEqual(["stdin:1:15-17: WARNING: Positional parameter $1 is empty or not provided."]);
});

test("row 4.32: parameters in attach points, unroll, indices and casts", async () => {
  const { out } = await withParams(
    'beg$1 { unroll($2) { @++ } print(@); print((1, 2, 3)[$2]); $s: string[$3] = "ab"; clear(@) }'.replace("$s:", "let $s:"),
    "in",
    "2",
    "5",
  );
  expect(out).toEqual(["@: 2", "3"]);
  expect((await withParams("interval:ms:$1 { print($2); exit() }", "10", "text")).out).toEqual(["text"]);
});
