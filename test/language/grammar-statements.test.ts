/** Statements and expressions: assignment, loops, precedence, increments, calls. */
import { expect, test } from "vitest";
import { runScript, type RunOptions } from "../support/run-script.ts";

const run = async (body: string, options: RunOptions = {}): Promise<string> => {
  const { stdout, stderr, exitCode } = await runScript(`begin { ${body} }`, options);
  expect(exitCode, stderr).toBe(0);
  return stdout.trim();
};
/** Lines of errors, warnings and hints, without the place when it is not of interest. */
const said = async (body: string): Promise<string[]> =>
  (await runScript(`begin { ${body} }`)).stderr.split("\n").filter((line) => /ERROR|WARNING|HINT/.test(line));

test.each([
  ["=", "$x = 7; print($x)", "7"],
  ["+=", "$x = 7; $x += 3; print($x)", "10"],
  ["-=", "$x = 7; $x -= 3; print($x)", "4"],
  ["*=", "$x = 7; $x *= 3; print($x)", "21"],
  ["/=", "$x = 7; $x /= 3; print($x)", "2"],
  ["%=", "$x = 7; $x %= 3; print($x)", "1"],
  ["&=", "$x = 7; $x &= 3; print($x)", "3"],
  ["|=", "$x = 5; $x |= 3; print($x)", "7"],
  ["^=", "$x = 5; $x ^= 3; print($x)", "6"],
  ["<<=", "$x = 7; $x <<= 3; print($x)", "56"],
  [">>=", "$x = 7; $x >>= 1; print($x)", "3"],
  ["of a map", "@x = 7; @x += 3; print((@x, 0)); clear(@x)", "(10, 0)"],
  ["of an element", '@x["k"] = 7; @x["k"] *= 3; print(@x["k"]); clear(@x)', "21"],
  ["the right side is a whole expression", "$x = 2; $x *= 3 + 4; print($x)", "14"],
  ["with a ternary", "$x = 2; $x += $x > 1 ? 10 : 20; print($x)", "12"],
])("row 2.13: %s", async (_, body, expected) => {
  expect(await run(body)).toBe(expected);
});

test("row 2.13: an assignment is no expression", async () => {
  expect((await runScript("begin { print($x = 1) }")).exitCode).toBe(1);
  expect((await runScript("begin { $y = $x = 1; }")).exitCode).toBe(1);
  expect((await runScript("begin { 5 = 1; }")).exitCode).toBe(1);
});

test("row 2.17: a value that nobody takes", async () => {
  expect(await said("1 + pid;")).toEqual(["stdin:1:9-16: WARNING: Return value discarded."]);
  expect(await said("$x = 1; $x++; print($x);")).toEqual([]);
  expect(await run("$x = 5; ($x > 3 ? print(1) : print(2));")).toBe("1");
});

test("row 2.17: a statement that begins with a variable is no ternary", async () => {
  expect(await said("$x = 5; $x ? print(1) : print(2);")).toEqual([
    "stdin:1:20-21: ERROR: syntax: expected ';'",
    "HINT: a statement that begins with a variable or map is an assignment; put the whole ternary in parentheses",
  ]);
});

test("row 2.21: while runs, with a warning and the other way", async () => {
  expect(await run("$i = 0; while ($i < 3) { print($i); $i++ }")).toBe("0\n1\n2");
  expect(await run("$go = 1; while $go { print($go); $go = 0 }")).toBe("1");
  const lines = await said("$i = 0; while ($i < 3) { $i++ }");
  expect(lines[0]).toMatch(/^stdin:1:\d+-\d+: WARNING: .*deprecated/);
  expect(lines[1]).toMatch(/^HINT: .*for/);
});

test.each([
  ["values", "@m[1] = 10; @m[2] = 20; for ($kv : @m) { @sum += $kv.1; @keys += $kv.0 } print((@sum, @keys))", "(30, 3)"],
  ["keys of several parts", '@m[1, "a"] = 5; for ($kv : @m) { print(($kv.0.0, $kv.0.1, $kv.1)) }', "(1, a, 5)"],
  ["without parentheses", "@m[1] = 10; for $kv : @m { print($kv) }", "(1, 10)"],
  ["aggregates as numbers", '@m["a"] = count(); @m["a"] = count(); for ($kv : @m) { print($kv) }', "(a, 2)"],
  ["averages too", "@m[1] = avg(4); @m[1] = avg(8); for ($kv : @m) { print($kv.1) }", "6"],
  ["the current key may go", "@m[1] = 1; @m[2] = 2; for ($kv : @m) { delete(@m, $kv.0) } print(len(@m))", "0"],
  ["nothing to do", "@m[1] = 1; delete(@m, 1); for ($kv : @m) { print($kv) } print(7)", "7"],
])("row 2.22: %s", async (_, body, expected) => {
  expect((await run(`${body}; clear(@m)`)).split("\n\n\n")[0]).toBe(expected);
});

test.each([
  ["a scalar map", "@m = 1; for ($kv : @m) { }"],
  ["histograms", "@m[1] = hist(1); for ($kv : @m) { }"],
  ["linear histograms", "@m[1] = lhist(1, 0, 10, 1); for ($kv : @m) { }"],
  ["stats", "@m[1] = stats(1); for ($kv : @m) { }"],
])("row 2.22: not over %s", async (_, body) => {
  expect((await said(body))[0]).toMatch(/^stdin:1:\d+-\d+: ERROR: /);
});

test.each([
  ["half open", "for ($i : 0..3) { print($i) }", "0\n1\n2"],
  ["empty", "for ($i : 3..3) { print($i) } for ($i : 5..3) { print($i) } print(9)", "9"],
  ["of parentheses and negative numbers", "for ($i : (-1)..(1 + 1)) { print($i) }", "-1\n0\n1"],
  ["ends are taken once", "$n = 2; for ($i : 0..$n) { $n = 5; print($i) } print($n)", "0\n1\n5"],
  ["nested", "for ($i : 0..2) { for ($j : 0..2) { print(($i, $j)) } }", "(0, 0)\n(0, 1)\n(1, 0)\n(1, 1)"],
  ["without parentheses", "for $i : 0..2 { print($i) }", "0\n1"],
  ["a long one", "$s = (int64)0; for ($i : 0..100000) { $s += $i } print($s)", "4999950000"],
])("row 2.23: a range, %s", async (_, body, expected) => {
  expect(await run(body)).toBe(expected);
});

test.each([
  ["break in for", "for ($i : 0..9) { if ($i == 2) { break } print($i) }", "0\n1"],
  ["continue in for", "for ($i : 0..4) { if ($i == 1) { continue } print($i) }", "0\n2\n3"],
  ["break in while", "$i = 0; while ($i < 9) { if ($i == 2) { break } print($i); $i++ }", "0\n1"],
  ["continue in while", "$i = 0; while ($i < 4) { $i++; if ($i == 2) { continue } print($i) }", "1\n3\n4"],
  ["break over a map", "@m[1] = 1; @m[2] = 2; for ($kv : @m) { @n++; break } print((@n, 0)); clear(@m)", "(1, 0)"],
  ["the inner loop alone", "for ($i : 0..2) { for ($j : 0..5) { if ($j == 1) { break } print(($i, $j)) } }", "(0, 0)\n(1, 0)"],
])("row 2.24: %s", async (_, body, expected) => {
  expect((await run(body)).split("\n\n\n")[0]).toBe(expected);
});

test.each(["break", "continue"])("row 2.24: %s outside a loop", async (word) => {
  expect(await said(`${word};`)).toEqual([`stdin:1:9-${9 + word.length}: ERROR: '${word}' statement is not allowed in a probe`]);
});

test("row 2.26: unroll", async () => {
  expect(await run("$i = 0; unroll(3) { print($i); $i++ }")).toBe("0\n1\n2");
  expect(await run("unroll($1) { @n++ } print((@n, 0)); clear(@n)", { params: ["4"] })).toBe("(4, 0)");
  expect(await run("unroll(100) { @n++ } print((@n, 0)); clear(@n)")).toBe("(100, 0)");
});

test("row 2.26: a number from 1 to 100 that is known when compiling", async () => {
  expect(await said("unroll(101) { }")).toEqual(["stdin:1:16-19: ERROR: unroll maximum value is 100"]);
  expect(await said("unroll(0) { }")).toEqual(["stdin:1:16-17: ERROR: unroll minimum value is 1"]);
  expect((await said("$x = 3; unroll($x) { }"))[0]).toMatch(/ERROR/);
});

test.each([
  ["2 + 3 * 4", "14"],
  ["(2 + 3) * 4", "20"],
  ["20 - 5 - 3", "12"],
  ["100 / 10 / 5", "2"],
  ["1 << 2 + 1", "8"],
  ["1 + 2 << 1", "6"],
  ["1 < 2 == true", "true"],
  ["7 & 3 == 3", "1"],
  ["1 | 2 ^ 3 & 2", "1"],
  ["6 & 3 | 8", "10"],
  ["false && false || true", "true"],
  ["true || false && false", "true"],
  ["false ? 1 : true ? 2 : 3", "2"],
  ["1 - -1", "2"],
  ["-(int8)5", "-5"],
  ["!false && false", "false"],
  ["~1 & 3", "2"],
  ["(uint8)255 + 1", "256"],
  ["(1, 2).1 * 3", "6"],
])("row 2.53: %s", async (expr, expected) => {
  expect(await run(`print(${expr})`)).toBe(expected);
});

test("row 2.53: doubled signs are no binary operators, and there is no unary plus", async () => {
  for (const expr of ["1--1", "1++1", "+1"]) expect((await runScript(`begin { print(${expr}) }`)).exitCode, expr).toBe(1);
});

test("row 2.53: a slash before a brace ends the predicate", async () => {
  expect((await runScript("begin /8 / 2 == 4/ { print(1) }")).stdout.trim()).toBe("1");
  expect((await runScript("begin /8 / {1} == 8/ { print(1) }")).exitCode).toBe(1);
});

test.each([
  ["behind", "$x = 5; print($x++); print($x)", "5\n6"],
  ["before", "$x = 5; print(++$x); print($x)", "6\n6"],
  ["down behind", "$x = 5; print($x--); print($x)", "5\n4"],
  ["down before", "$x = 5; print(--$x); print($x)", "4\n4"],
  ["of a map that was never set", "print(@x++); print(++@x)", "0\n2"],
  ["of an element", '@x["k"]++; print(@x["k"]--); print(@x["k"])', "1\n0"],
  ["within an expression", "$x = 1; $y = $x++ * 10 + $x; print($y)", "12"],
])("row 2.54: %s", async (_, body, expected) => {
  expect((await run(body)).split("\n\n\n")[0]).toBe(expected);
});

test("row 2.54: only variables and maps", async () => {
  for (const body of ["5++;", "pid++;", "--(1);"]) expect((await runScript(`begin { ${body} }`)).exitCode, body).toBe(1);
});

test("row 2.56: keys, several of them, tuples as keys", async () => {
  expect(await run("@m = 1; print((@m, 0)); clear(@m)")).toBe("(1, 0)");
  expect(await run("@m[1, 2] = 5; print(@m[(1, 2)]); clear(@m)")).toBe("5");
  expect(await run("@m[(1, 2)] = 5; print(@m[1, 2]); clear(@m)")).toBe("5");
});

test("row 2.56: with keys and without is an error", async () => {
  expect((await said("@m = 1; @m[1] = 2;"))[0]).toMatch(/^stdin:1:\d+-\d+: ERROR: /);
  expect((await said("@m[1] = 2; print(@m + 1);"))[0]).toMatch(/^stdin:1:\d+-\d+: ERROR: /);
});

test("row 2.57: calls with arguments, and without parentheses where there are none", async () => {
  expect(await run('printf("%d %d\\n", pid, pid())')).toBe("4242 4242");
  expect(await run("print(nsecs == nsecs())")).toBe("true");
  expect(await said("nothing(1);")).toEqual([expect.stringMatching(/^stdin:1:\d+-\d+: ERROR: Unknown function: '?nothing'?/)]);
});
