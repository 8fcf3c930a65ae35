/** What a script's text is made of: order of its parts, config, statements, comments, names, messages of the parser. */
import { expect, test } from "vitest";
import { runScript, type RunOptions } from "../support/run-script.ts";

const printed = async (text: string, options: RunOptions = {}): Promise<string> => {
  const { stdout, stderr, exitCode } = await runScript(text, options);
  expect(exitCode, stderr).toBe(0);
  return stdout.trim();
};
const said = async (text: string, options: RunOptions = {}): Promise<string[]> =>
  (await runScript(text, options)).stderr.split("\n").filter((line) => /ERROR|WARNING|HINT/.test(line));

test("row 2.01: definitions, then config and imports, then probes, macros, functions and maps in any order", async () => {
  const text =
    "#!/usr/bin/hindsight\nstruct pair { int a; int b; };\nconfig = { max_strlen = 100 }\n" +
    "begin { print(twice(4)); @m[1] = 2 }\nmacro twice(x) { x * 2 }\nlet @m = hash(4);\nend { print(half(4)) }\nfn half($x: int64): int64 { return $x >> 1; }";
  expect(await printed(text)).toBe("8\n2\n\n\n@m[1]: 2");
});

test.each([
  [
    "config behind a probe",
    "begin { }\nconfig = { max_strlen = 100 }",
    "2:1-30: ERROR: syntax: config must appear before probes and functions",
  ],
  [
    "a definition behind a probe",
    "begin { }\nstruct a { int x; };",
    "2:1-21: ERROR: syntax: C definitions must appear before probes and functions",
  ],
  ["an import behind a probe", 'begin { }\nimport "x.bt";', "2:1-15: ERROR: syntax: root imports must appear before probes and functions"],
  [
    "a second config block",
    "config = { max_strlen = 100 }\nconfig = { max_strlen = 200 }\nbegin { }",
    "2:1-7: ERROR: syntax: duplicate config block",
  ],
])("row 2.01: %s", async (_, text, message) => {
  expect(await said(text)).toEqual([`stdin:${message}`]);
});

test("row 2.02: a first line for the shell is skipped, another is not", async () => {
  expect(await printed("#!/usr/bin/env hindsight\nbegin { print(1) }")).toBe("1");
  expect((await runScript("begin { print(1) }\n#!/bin/sh\n")).exitCode).toBe(1);
});

test.each([
  ["a number", "config = { max_strlen = 20 } begin { print(config.max_strlen) }", "20"],
  ["a word", "config = { missing_probes = ignore } begin { print(1) }", "1"],
  ["a bool", "config = { print_maps_on_exit = false } begin { @ = 1 }", ""],
  ["a string", 'config = { str_trunc_trailer = "~" } begin { print(1) }', "1"],
  [
    "several, the last semicolon is optional",
    "config = { max_strlen = 20; print_maps_on_exit = 0 } begin { @ = 1; print(config.max_strlen) }",
    "20",
  ],
  ["a last semicolon", "config = { max_strlen = 20; } begin { print(config.max_strlen) }", "20"],
  ["upper case and the prefix", "config = { BPFTRACE_MAX_STRLEN = 20 } begin { print(config.max_strlen) }", "20"],
  ["an empty block", "config = { } begin { print(1) }", "1"],
])("row 2.08: config, %s", async (_, text, expected) => {
  expect(await printed(text)).toBe(expected);
});

test.each([
  ["are separated by semicolons", "print(1); print(2)", "1\n2"],
  ["may end with one", "print(1); print(2);", "1\n2"],
  ["need none behind blocks", "if (1) { print(1) } unroll(1) { print(2) } { print(3) } print(4)", "1\n2\n3\n4"],
])("row 2.12: statements %s", async (_, body, expected) => {
  expect(await printed(`begin { ${body} }`)).toBe(expected);
});

test("row 2.12: a missing semicolon is said at its place", async () => {
  expect(await said("begin { print(1) print(2) }")).toEqual(["stdin:1:18-23: ERROR: syntax: expected ';'"]);
});

test.each([
  ["a comment to the end of the line", "begin { // print(1)\n print(2) }", "2"],
  ["a comment within a line", "begin { print(/* 1 */ 2) }", "2"],
  ["over several lines", "begin { /* print(1)\n print(3) */ print(2) }", "2"],
  ["between attach points", "begin, /* and */ end // last\n { print(2) }", "2\n2"],
  ["before everything", "// a script\nbegin { print(2) }", "2"],
  ["no comment in a string", 'begin { print("/* a */ // b") }', "/* a */ // b"],
])("row 2.36: %s", async (_, text, expected) => {
  expect(await printed(text)).toBe(expected);
});

test("row 2.37: names of variables and maps", async () => {
  expect(await printed("begin { $_a1 = 1; $B_2 = 2; @_m1 = $_a1; @M = $B_2; @ = 3; print(@) }")).toBe("@: 3\n\n\n@: 3\n@M: 2\n@_m1: 1");
  expect((await runScript("begin { $1a = 1 }")).exitCode).toBe(1);
  expect((await runScript("begin { $ = 1 }")).exitCode).toBe(1);
});

test.each([
  "break",
  "config",
  "continue",
  "else",
  "fn",
  "for",
  "if",
  "import",
  "let",
  "macro",
  "offsetof",
  "return",
  "sizeof",
  "typeof",
  "typeinfo",
  "comptime",
  "unroll",
  "while",
  "true",
  "false",
])("row 2.38: %s is no name for a macro", async (word) => {
  expect((await runScript(`macro ${word}() { 1 } begin { print(1) }`)).exitCode).toBe(1);
});

test("row 2.38: reserved words are plain text behind a sigil", async () => {
  expect(await printed("begin { $if = 1; @for = 2; print(($if, @for)) }")).toBe("(1, 2)\n\n\n@for: 2");
});

test("row 2.63: a syntax error names the place, what was expected, and underlines it", async () => {
  const { stderr, exitCode } = await runScript("begin {\n\t$x = ;\n}");
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^stdin:2:7-8: ERROR: syntax: expected .+\n {4}\$x = ;\n {9}~\n/);
});

test("row 2.63: every mistake is said, a line each", async () => {
  const lines = await said("begin { $x = ; }\nend { @y = ) }\n");
  expect(lines).toEqual([
    expect.stringMatching(/^stdin:1:14-15: ERROR: syntax: /),
    expect.stringMatching(/^stdin:2:12-13: ERROR: syntax: /),
  ]);
});
