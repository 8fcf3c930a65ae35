import { expect, test } from "vitest";
import { runScript } from "../support/run-script.ts";

/** What the script prints, without the blank lines of its end. */
const printed = async (text: string): Promise<string[]> => (await runScript(text)).stdout.trimEnd().split("\n");
const errors = async (text: string): Promise<string> => (await runScript(text)).stderr;

test.each([
  ["a variable by reference", "macro inc($x) { $x += 1; } begin { $a = 1; inc($a); inc($a); print($a) }", ["3"]],
  ["the last expression is the value", "macro inc($x) { $x += 1; $x } begin { $a = 1; $b = inc($a); print(($a, $b)) }", ["(2, 2)"]],
  ["a keyed map by reference", "macro set(@x) { @x[1] = 2; } begin { @a[1] = 1; set(@a); print(@a[1]); clear(@a) }", ["2"]],
  ["a scalar map by reference", "macro set(@x) { @x = 2; } begin { @b = 1; set(@b); }", ["", "", "@b: 2"]],
  ["an expression, wherever it is used", "macro twice(x) { x + x } begin { $y = 2; print(twice({ $y += 1; $y })) }", ["7"]],
  [
    "any expression",
    "macro add_one(x) { x + 1 } begin { $a = 1; print(add_one($a + 1)); print(add_one(add_one(add_one(1)))) }",
    ["3", "4"],
  ],
  ["a map's value", "macro add_one(x) { x + 1 } begin { @d = 1; print(add_one(@d + 1)); print(add_one(@d)); clear(@d) }", ["3", "2"]],
  ["from other macros, in any order", "macro a(x) { x + b(x) } macro c(x) { x + 1 } macro b(x) { x + c(x) } begin { print(a(1)) }", ["4"]],
  [
    "through other macros",
    "macro sum(a, b) { a + b } macro first(@b, $x) { sum(@b, $x) } begin { @h = 5; $y = 1; print(first(@h, $y)); clear(@h) }",
    ["6"],
  ],
  [
    "with a loop of its own",
    "macro total(@a) { let $x = 1; for $kv : @a { $x += $kv.1; } $x } begin { @e[1] = 5; @e[2] = 10; print(total(@e)); clear(@e) }",
    ["16"],
  ],
  ["as a statement of several", 'macro hello(x) { print("hi"); print(x); } begin { hello(3); hello(4) }', ["hi", "3", "hi", "4"]],
  ["in a predicate", "macro is_ours(x) { x == 4242 } begin /is_ours(pid)/ { print(1) } end /is_ours(pid + 1)/ { print(2) }", ["1"]],
  ["in a function", "macro twice(x) { x * 2 } fn f($a: int64): int64 { return twice($a); } begin { print(f(4)) }", ["8"]],
  ["for tracepoints and all other probes alike", "macro who() { probe } begin { print(who()) } end { print(who) }", ["begin", "end"]],
  [
    "with break in a loop of its own",
    "macro first(@x) { let $k = 0; for $kv : @x { $k = $kv.0; break; } $k } begin { @f[7] = 0; print(first(@f)); clear(@f) }",
    ["7"],
  ],
])("row 2.29: %s", async (_, text, expected) => {
  expect(await printed(text)).toEqual(expected);
});

test("row 2.29: what the body says about its parameters", async () => {
  expect(await errors("macro set($x, $x) { $x } begin { }")).toContain("ERROR: Variable for macro argument has already been used: $x");
  expect(await errors("macro set(@x, @x) { 1 } begin { }")).toContain("ERROR: Map for macro argument has already been used: @x");
  expect(await errors("macro set(x, x) { x } begin { }")).toContain("ERROR: Ident for macro argument has already been used: x");
  expect(await errors("macro m($x) { return; } begin { }")).toContain("ERROR: 'return' statement is not allowed in a macro");
  expect(await errors("macro m() { while (1) { break; } continue; } begin { }")).toContain(
    "ERROR: 'continue' statement is not allowed in a macro",
  );
});

const KINDS = 'macro add($x) { "var" } macro add(@x) { "map" } macro add(x) { "expr" } macro add() { "none" } macro add(x, y) { "two" } ';

test.each([
  ["begin { $x = 1; print(add($x)) }", "var"],
  ["begin { @x = 1; print(add(@x)); clear(@x) }", "map"],
  ["begin { print(add(1)) }", "expr"],
  ["begin { print(add) }", "none"],
  ["begin { print(add()) }", "none"],
  ["begin { print(add(1, 2)) }", "two"],
])("row 2.30: the definition for these arguments: %s", async (text, expected) => {
  expect(await printed(KINDS + text)).toEqual([expected]);
});

test("row 2.30: the first that fits", async () => {
  expect(await printed("macro m($x, y) { 1 } macro m(x, $y) { 2 } begin { $x = 0; print(m($x, 1)); print(m(1, $x)) }")).toEqual(["1", "2"]);
});

test("row 2.30: none fits, and the closest one does not for this reason", async () => {
  expect(await errors("macro add($x, y) { $x + 1 } begin { add(1, 1); }"))
    .toBe(`stdin:1:37-46: ERROR: Call to add() has arguments that do not match any definition.
macro add($x, y) { $x + 1 } begin { add(1, 1); }
                                    ~~~~~~~~~
stdin:1:41-42: ERROR: Mismatched arg. add() expects a variable for arg $x but got an expression.
macro add($x, y) { $x + 1 } begin { add(1, 1); }
                                        ~
stdin:1:11-13: ERROR: This is the argument in the closest definition.
macro add($x, y) { $x + 1 } begin { add(1, 1); }
          ~~
`);
  expect(await errors("macro add(x) { x + 1 } macro add(x, y) { x + y } begin { add(1, 1, 1); }"))
    .toBe(`stdin:1:58-70: ERROR: Call to add() has arguments that do not match any definition.
macro add(x) { x + 1 } macro add(x, y) { x + y } begin { add(1, 1, 1); }
                                                         ~~~~~~~~~~~~
stdin:1:24-33: ERROR: The closest definition of add() has a different number of arguments. Expected: 2 but got 3
macro add(x) { x + 1 } macro add(x, y) { x + y } begin { add(1, 1, 1); }
                       ~~~~~~~~~
`);
});

test.each([
  ["macro set($x) { $x } begin { @a = 1; set(@a); }", "set() expects a variable for arg $x but got a map."],
  ["macro set(@x) { @x } begin { $a = 0; set($a); }", "set() expects a map for arg @x but got a variable."],
  ["macro set(@x) { @x } begin { set(1); }", "set() expects a map for arg @x but got an expression."],
  // A variable that stands for any expression can be read only.
  [
    "macro inc($x) { $x += 1; } macro outer(x) { inc(x) } begin { $a = 1; outer($a) }",
    "inc() expects a variable for arg $x but got an expression.",
  ],
])("row 2.30: %s", async (text, expected) => {
  expect(await errors(text)).toContain(`ERROR: Mismatched arg. ${expected}\n`);
});

test("row 2.30: one definition twice", async () => {
  expect(await errors("macro set($x) { $x } macro set($y) { 1 } begin { }")).toBe(`stdin:1:22-31: ERROR: Redefinition of macro: set
macro set($x) { $x } macro set($y) { 1 } begin { }
                     ~~~~~~~~~
stdin:1:1-10: ERROR: This is the original definition.
macro set($x) { $x } macro set($y) { 1 } begin { }
~~~~~~~~~
`);
});

test.each([
  ["assigned variables are the macro's own", "macro inc(x) { $y = x + 1; $y } begin { $y = 2; $z = inc(5); print(($y, $z)) }", ["(2, 6)"]],
  ["declared ones too", "macro inc(x) { let $y = x + 1; $y } begin { $y = 2; print(inc($y)); print($y) }", ["3", "2"]],
  ["also in arguments of the same macro", "macro m(x) { $y = 10; x + $y } begin { print(m(m(1))) }", ["21"]],
  ["and variables of loops", "macro m() { $n = 0; for ($i : 0..3) { $n += $i } $n } begin { for ($i : 0..2) { print(m()) } }", ["3", "3"]],
  ["each expansion has its own", 'macro name(x) { $y = x; $y } begin { print(name(1)); print(name("a")) }', ["1", "a"]],
])("row 2.31: %s", async (_, text, expected) => {
  expect(await printed(text)).toEqual(expected);
});

test("row 2.31: maps must be passed", async () => {
  expect(await errors("macro set() { @x[1] = 1; } begin { @x[0] = 0; set(); }"))
    .toBe(`stdin:1:15-17: ERROR: Unhygienic access to map: @x. Maps must be passed into the macro as arguments.
macro set() { @x[1] = 1; } begin { @x[0] = 0; set(); }
              ~~
stdin:1:47-52: ERROR: expanded from
macro set() { @x[1] = 1; } begin { @x[0] = 0; set(); }
                                              ~~~~~
`);
  expect(await errors("macro set($x) { let $x; } begin { $y = 1; set($y); }")).toContain(
    "ERROR: Variable declaration shadows macro arg $x\n",
  );
});

test("row 2.31: messages name a macro's variables as it does", async () => {
  expect(await errors("macro m() { let $x; } begin { m() }")).toContain("WARNING: Variable $x was never assigned to.\n");
});

test.each([
  ["without parentheses", "macro one() { $x = 1; $x } begin { $a = one; print($a) }", ["1"]],
  ["parameters win over macros of their name", "macro zero_() { 2 } macro same(zero_) { zero_ } begin { print(same(1)) }", ["1"]],
])("row 2.32: %s", async (_, text, expected) => {
  expect(await printed(text)).toEqual(expected);
});

test("row 2.32: recursion, with the calls that lead to it", async () => {
  const text = "macro add1(x) { x + add3(x) } macro add2(x) { x + add1(x) } macro add3(x) { x + add2(x) } begin { print(add3(1)); }";
  expect(await errors(text)).toContain("ERROR: Recursive macro call detected. Call chain: add3 > add2 > add1 > add3\n");
  expect(await errors("macro m() { m() } begin { m }")).toContain("Call chain: m > m\n");
});

test.each([
  ["in a cast", "macro c(t) { (t)300 } begin { print(c(typeof(uint8))); print(c(typeof(int16))) }", ["44", "300"]],
  ["in typeof", "macro c(t) { (typeof(t))300 } begin { print(c(typeof(uint8))) }", ["44"]],
  ["of an expression", "macro c(t) { (t)300 } begin { $x = (uint8)1; print(c(typeof($x))) }", ["44"]],
  ["in a declaration", "macro d(t) { let $x: t = 5; $x } begin { print(d(typeof(uint64))) }", ["5"]],
  ["as a pointer to it", "macro p(t) { (t*)31 } begin { print(p(typeof(uint64))) }", ["0x1f"]],
  ["passed on", "macro inner(t) { (t)300 } macro outer(t) { inner(typeof(t)) } begin { print(outer(typeof(uint8))) }", ["44"]],
  ["passed on by its name", "macro inner(t) { (t)300 } macro outer(t) { inner(t) } begin { print(outer(typeof(uint8))) }", ["44"]],
  ["in sizeof", "macro s(t) { sizeof(t) } begin { print((s(typeof(uint16)), s(typeof(uint64*)))) }", ["(2, 8)"]],
  ["as a pointer to it, in sizeof", "macro s(t) { sizeof(t*) } begin { print(s(typeof(uint8))) }", ["8"]],
  ["as an array of it", "macro s(t) { sizeof(t[3]) } begin { print((s(typeof(uint16)), s(typeof(uint64*)))) }", ["(6, 24)"]],
  [
    "of a structure",
    "struct foo { int a; long b; }; macro s(t) { sizeof(t) + sizeof(struct foo) } macro n(t) { sizeof(struct t) } begin { print((s(typeof(struct foo)), n(typeof(foo)))) }",
    ["(32, 16)"],
  ],
  [
    "in offsetof, with the member as a parameter too",
    "struct in { int x; int y; }; struct out { long a; struct in b; }; macro off(t, m) { offsetof(t, m) } begin { print((off(typeof(struct out), b), off(typeof(struct out), b.y))) }",
    ["(8, 12)"],
  ],
  ["by a parameter for types", "macro c(typeof(t)) { (t)300 } begin { print(c(typeof(uint8))) }", ["44"]],
])("row 2.33: a type %s", async (_, text, expected) => {
  expect(await printed(text)).toEqual(expected);
});

test("row 2.33: a member that is none", async () => {
  const text = "struct s { int x; }; macro off(t, m) { offsetof(t, m) } begin { print(off(typeof(struct s), pid + 1)); }";
  expect(await errors(text)).toContain("ERROR: the second argument of offsetof() must be the name of a member");
});

test("row 2.33: a type where a value is wanted", async () => {
  expect(await errors("macro m(x) { x + 1 } begin { print(m(typeof(uint64))); }")).toContain("ERROR: 'x' is a type here");
  expect(await errors("macro m(typeof(t)) { (t)1 } begin { print(m(5)); }")).toContain(
    "m() expects a type for arg t but got an expression.",
  );
  expect(await errors("macro m(t) { (struct t *)1 } begin { print(m(typeof(uint64*))); }")).toContain("can not be used as 'struct t'");
});

test.each([
  ["with its signature", "macro is_err(x) { 42 } begin { print(is_err(0)) }", ["42"]],
  ["with another one, beside it", "macro is_err() { 42 } begin { print(is_err()); print(is_err(0)) }", ["42", "false"]],
  ["a function of the language", 'macro strlen(x) { 42 } begin { print(strlen("ab")) }', ["42"]],
  ["a variable of the language", "macro pid() { 42 } macro cpu(x) { x } begin { print(pid); print(cpu(7)); print(cpu) }", ["42", "7", "0"]],
  [
    "but not inside the library",
    'macro errorf(x, y) { print("mine") } macro exit(x) { print("mine") } begin { assert(true, "a"); errorf(1, 2); exit(1) }',
    ["mine", "mine"],
  ],
])("row 2.34: a macro replaces that of the library: %s", async (_, text, expected) => {
  expect(await printed(text)).toEqual(expected);
});

test("row 2.34: the library's own calls stay its own", async () => {
  const { stderr, stdout } = await runScript('macro errorf(x, y) { print("mine") } begin { assert(false, "no"); }');
  expect([stderr.includes("assert failed: no"), stdout]).toEqual([true, "\n\n"]);
});

test("row 2.35: a place in a macro, and below it every call on the way", async () => {
  expect(await errors('macro inner(a) {\n  a + "x"\n}\nmacro outer(b) { inner(b) }\nbegin { print(outer(pid)); }\n'))
    .toBe(`stdin:2:3-10: ERROR: Type mismatch for '+': comparing uint32 with string[2]
  a + "x"
  ~~~~~~~
stdin:5:21-24: ERROR: left (uint32)
begin { print(outer(pid)); }
                    ~~~
stdin:2:7-10: ERROR: right (string[2])
  a + "x"
      ~~~
stdin:4:18-26: ERROR: expanded from
macro outer(b) { inner(b) }
                 ~~~~~~~~
stdin:5:15-25: ERROR: expanded from
begin { print(outer(pid)); }
              ~~~~~~~~~~
`);
});

test("row 2.35: warnings at run time say it too", async () => {
  const { compilation } = await runScript("macro half(x) { 1 / x } begin { $zero = (uint64)0; print(half($zero)) }");
  const warning = compilation.script!.actions.find((action) => action.kind === "helper_error")!;
  expect(warning.span).toMatchObject({ start: 16, end: 21, from: { start: 57, end: 68 } });
});

test("macros that double their argument are stopped", async () => {
  const doubling = Array.from({ length: 40 }, (_, i) => `macro m${i + 1}(x) { m${i}(x + x) }`).join("\n");
  expect(await errors(`macro m0(x) { x }\n${doubling}\nbegin { print(m40(1)) }`)).toContain("ERROR: macros expand to too much code");
  const chain = Array.from({ length: 900 }, (_, i) => `macro m${i + 1}(x) { m${i}(x) }`).join("\n");
  expect(await errors(`macro m0(x) { x }\n${chain}\nbegin { print(m900(1)) }`)).toContain("ERROR: macros expand to too much code");
});
