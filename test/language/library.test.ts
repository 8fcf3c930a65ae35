import { expect, test } from "vitest";
import { parse } from "../../lang/parse/parse.ts";
import { stdlib } from "../../lang/stdlib/stdlib.ts";
import { runScript } from "../support/run-script.ts";

/** What the script prints, without the blank lines of its end. */
const printed = async (text: string): Promise<string[]> => (await runScript(text)).stdout.trimEnd().split("\n");
const said = async (text: string): Promise<string> => (await runScript(text)).stderr;

test("every file of the library parses, and every macro is found by its name", () => {
  const macros = stdlib.names().map((name) => {
    const file = stdlib.fileOf(name)!;
    const { script, diagnostics } = parse({ name: file.name, text: file.text });
    return { name, ok: diagnostics.length === 0 && script.items.some((item) => item.kind === "macro" && item.name.text === name) };
  });
  expect(macros.filter(({ ok }) => !ok)).toEqual([]);
  expect(macros.map(({ name }) => name)).toContain("assert");
});

test("scripts that name no library macro are not joined with the library", async () => {
  const text = "begin { print(1) }";
  expect((await runScript(text)).compilation.source).toEqual({ name: "stdin", text });
  const { source } = (await runScript("begin { print(is_err(5)) }")).compilation;
  expect(source.files!.map(({ name }) => name)).toEqual(["stdin", "stdlib/values.bt"]);
});

test("row 5.05: fail() stops the compiler with its text", async () => {
  expect(await said('begin { fail("Expected %d, got %s %x", 5, "six", 255) }')).toContain("stdin:1:9-54: ERROR: Expected 5, got six ff\n");
  expect(await said('begin { fail("100%% of %s", (1, "a", true)) }')).toContain("ERROR: 100% of (1, a, true)\n");
  expect(await said('begin { fail("%d", pid) }')).toContain("ERROR: fail() takes only literal arguments\n");
  expect(await said('begin { fail("%d") }')).toContain("ERROR: not enough arguments for format string (0 supplied, 1 expected)\n");
});

test("row 5.05: only where it is still there when the compiler knows what runs", async () => {
  expect(
    await said('begin { if comptime (1 == 2) { fail("no") } if (1 > 2) { fail("no") } else if (2 > 1) { print(1) } else { fail("no") } }'),
  ).toBe("Attached 1 probe\n");
  expect((await runScript('begin { if ($1 < 2) { fail("want more than %d", $1) } }', { params: ["1"] })).stderr).toContain(
    "ERROR: want more than 1\n",
  );
  expect((await runScript('begin { if ($1 < 2) { fail("want more than %d", $1) } }', { params: ["3"] })).stderr).toBe("Attached 1 probe\n");
});

test("row 5.06: assert() says what is wrong, where in the library and from where, and ends the run with 1", async () => {
  const { stdout, stderr, exitCode } = await runScript(
    'begin { assert(pid == 4242, "pid"); assert(pid == 1, "not init"); print("not reached") } end { print("end") }',
  );
  expect([stdout, exitCode]).toEqual(["end\n\n\n", 1]);
  expect(stderr).toMatch(/stdlib\/assertions\.bt:4:5-\d+: ERROR: assert failed: not init\n/);
});

test("row 5.07: static_assert() does so when the script is compiled", async () => {
  expect(await said('begin { static_assert(sizeof(pid) == 4, "no"); static_assert(is_str(comm), "no"); }')).toBe("Attached 1 probe\n");
  expect(await said('begin { static_assert(sizeof(pid) == 8, "pid has 4 bytes") }'))
    .toBe(`stdlib/assertions.bt:12:5-20: ERROR: pid has 4 bytes
    fail("%s", msg);
    ~~~~~~~~~~~~~~~
stdin:1:9-59: ERROR: expanded from
begin { static_assert(sizeof(pid) == 8, "pid has 4 bytes") }
        ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
`);
});

test("row 5.17: find() tells whether a key is there, and its value", async () => {
  const text =
    'begin { @m[1, "a"] = 5; let $v; print(find(@m, (1, "a"), $v)); print($v); print(find(@m, (2, "a"), $v)); print($v); clear(@m) }';
  expect(await printed(text)).toEqual(["true", "5", "false", "5"]);
  expect(await printed('begin { @m["k"] = (1, "x"); let $v; if (find(@m, "k", $v)) { print($v.1) } clear(@m) }')).toEqual(["x"]);
  expect(await said("begin { @m = 5; let $v; _ = find(@m, 1, $v); }")).toContain("expects a map with explicit keys (non-scalar map)\n");
});

test("row 5.20: is_scalar()", async () => {
  expect(await printed("begin { @a = 1; @b[1] = 1; print((is_scalar(@a), is_scalar(@b))); clear(@a); clear(@b) }")).toEqual([
    "(true, false)",
  ]);
  expect(await said("begin { print(is_scalar(5)) }")).toContain("ERROR: is_scalar() expects a map argument\n");
});

test("row 5.29: strcap() is the capacity", async () => {
  expect(await printed('begin { print(strcap("abc")); $p = (int8 *)0; $s = str($p); print(strcap($s)); print(strcap(comm)) }')).toEqual([
    "4",
    "1024",
    "16",
  ]);
});

test("row 5.55: container_of() goes back to where the structure begins", async () => {
  const text = `struct inner { int x; int y; }; struct foo { int a; struct inner b; char c[16]; };
    begin { $q = (int32 *)0x100c; print(container_of($q, struct foo, c)); print(container_of($q, typeof(struct foo), b.y)); }`;
  expect(await printed(text)).toEqual(["0x1000", "0x1004"]);
});

test("row 5.56: is_err()", async () => {
  const text =
    "begin { print(is_err(-5)); print(is_err(5)); print(is_err(-4095)); print(is_err(-4096)); print(is_err((int8 *)0)); print(is_err(pid)) }";
  const { stdout, stderr } = await runScript(text);
  expect(stdout.trimEnd().split("\n")).toEqual(["true", "false", "true", "false", "false", "false"]);
  // Nothing about the library's own casts.
  expect(stderr).toBe("Attached 1 probe\n");
});

test.each([
  ["is_str", 'print((is_str(comm), is_str("a"), is_str(5)))', "(true, true, false)"],
  ["is_ptr", "print((is_ptr((int8 *)5), is_ptr(5)))", "(true, false)"],
  ["is_integer", "print((is_integer(pid), is_integer(-1), is_integer(comm)))", "(true, true, false)"],
  ["is_unsigned_integer", "print((is_unsigned_integer(pid), is_unsigned_integer((int8)1)))", "(true, false)"],
  ["is_array", "print((is_array(5), is_array((int8[2])(uint16)5)))", "(false, true)"],
  [
    "is_literal",
    'print((is_literal(5), is_literal("a"), is_literal(true), is_literal(1 + 2), is_literal(pid)))',
    "(true, true, true, true, false)",
  ],
  ["what they ask about is not evaluated", "$x = 1; print(is_integer($x++)); print($x)", "true\n1"],
])("row 5.57: %s", async (_, body, expected) => {
  expect((await printed(`begin { ${body} }`)).join("\n")).toBe(expected);
});

test("row 5.57: assert_str()", async () => {
  expect(await said('begin { assert_str("a"); assert_str(comm); }')).toBe("Attached 1 probe\n");
  expect(await said("begin { assert_str(5) }")).toContain("stdin:1:9-22: ERROR: expanded from\n");
});

test("row 5.60: default_str_length", async () => {
  expect(await printed("begin { print(default_str_length); print(default_str_length()) }")).toEqual(["1024", "1024"]);
  expect(await printed("config = { max_strlen = 77 } begin { $p = (int8 *)0; print(default_str_length == sizeof(str($p))) }")).toEqual([
    "true",
  ]);
});
