/** Definitions that make no sense are mistakes of the user: diagnostics, never exceptions, and no more work than text. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { collect, messages } from "./support.ts";
import { checkText } from "../check/support.ts";

const word = fc.constantFrom(
  ..."struct union enum typedef int char unsigned long short float void const s t e A B N { } { } ( ) [ ] ; ; , : * = 1 2 0 -1 + << __attribute__ ((packed)) ((aligned(8))) ((aligned(A))) sizeof".split(
    " ",
  ),
  "\n#define A ",
  "\n#define B (A + ",
  "\n#ifdef A\n",
  "\n#if A > 1 && defined(B)\n",
  "\n#else\n",
  "\n#endif\n",
  "\n#include <stdint.h>\n",
  "struct s { int a : 3; struct t *p; } ",
  "enum e { A, B = A } ",
  "typedef struct { int x; } t;",
);

test("rows 2.04 to 2.07: text without sense", () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 40 }), (words) => {
      const text = `${words.join(" ")}\nbegin { print(sizeof(struct s)); print(A); $p = (struct s *)1; print($p->a); print((t)1); }`;
      collect(text);
      checkText(text);
    }),
    { numRuns: 2000, seed: 3 },
  );
});

test("row 2.04: macros that double with every line end early", () => {
  const lines = Array.from({ length: 60 }, (_, i) => `#define M${i + 1} (M${i} + M${i})`);
  const text = `#define M0 1\n${lines.join("\n")}\nbegin { print(M60); }`;
  const start = performance.now();
  expect(checkText(text).diagnostics.map(({ message }) => message)).toContain("macros expand to too much code");
  expect(performance.now() - start).toBeLessThan(3000);
});

test("row 2.04: a long chain of macros", () => {
  const lines = Array.from({ length: 5000 }, (_, i) => `#define M${i + 1} (M${i} + 1)`);
  const text = `#define M0 1\n${lines.join("\n")}\nstruct s { int a[M5000]; };\nbegin { print(M5000); print(M40); }`;
  expect(checkText(text).diagnostics.map(({ message }) => message)).toEqual([
    "the length of an array must be a constant that is not negative",
    "macros expand to too much code",
  ]);
});

test("row 2.04: a long macro that is used often", () => {
  const long = Array.from({ length: 400 }, () => "1").join(" + ");
  const text = `#define LONG ${long}\nbegin { ${"print(LONG); ".repeat(2000)} }`;
  const start = performance.now();
  expect(checkText(text).diagnostics.map(({ message }) => message)).toContain("macros expand to too much code");
  expect(performance.now() - start).toBeLessThan(5000);
});

test("rows 2.04 and 2.06: sums that are nested too deeply", () => {
  const long = Array.from({ length: 20_000 }, () => "1").join(" + ");
  expect(checkText(`#define LONG ${long}\nbegin { print(LONG); }`).diagnostics[0]!.message).toMatch(
    /^unable to expand macro as an expression/,
  );
  expect(messages(`struct s { int a[${long}]; };\nbegin { }`)).toEqual(["syntax: nested too deeply"]);
  expect(messages(`enum e { A = ${long} };\nbegin { }`)).toEqual(["syntax: nested too deeply"]);
  const half = Array.from({ length: 300 }, () => "1").join(" + ");
  const lines = Array.from({ length: 60 }, (_, i) => `#define M${i + 1} (M${i} + ${half})`);
  expect(messages(`#define M0 1\n${lines.join("\n")}\nstruct s { int a[M60]; };\nbegin { }`)).toEqual([
    "the length of an array must be a constant that is not negative",
  ]);
  expect(checkText(`#define M0 1\n${lines.join("\n")}\nbegin { print(M60); }`).diagnostics.map(({ message }) => message)).toEqual([
    "macros expand to too much code",
  ]);
});

test("row 2.04: the same in lengths and values", () => {
  const lines = Array.from({ length: 60 }, (_, i) => `#define M${i + 1} (M${i} + M${i})`);
  const start = performance.now();
  messages(`#define M0 1\n${lines.join("\n")}\nstruct s { int a[M60]; };\nenum e { A = M60 };\n#if M60\n#endif\nbegin { }`);
  expect(performance.now() - start).toBeLessThan(3000);
});

test("row 2.06: structs of structs of structs", () => {
  const structs = Array.from({ length: 40 }, (_, i) => `struct s${i + 1} { struct s${i} a, b; };`);
  expect(messages(`struct s0 { int x; };\n${structs.join("\n")}\nbegin { }`)[0]).toBe("struct s27 of 536870912 bytes is too large");
});

test("row 2.06: anonymous members that double with every line", () => {
  const nested = (depth: number): string => (depth === 0 ? "int x;" : `struct { ${nested(depth - 1)} }; union { ${nested(depth - 1)} };`);
  expect(new Set(messages(`struct s { ${nested(9)} };\nbegin { }`))).toEqual(new Set(["duplicate member 'x'"]));
});

test("rows 2.06 and 2.52: types of many levels", () => {
  const chain = Array.from({ length: 3000 }, (_, i) => `struct s${i + 1} { struct s${i} a; };`).join("\n");
  expect(messages(`struct s0 { int x; };\n${chain}\nbegin { }`)[0]).toBe("type of more than 128 levels");
  expect(messages(`struct s { int ${"*".repeat(5000)}p; };\nbegin { }`)).toEqual(["type of more than 128 levels"]);
  expect(messages(`struct s { int a${"[1]".repeat(5000)}; };\nbegin { }`)).toEqual(["type of more than 128 levels"]);
  const said = (text: string): string[] => checkText(text).diagnostics.map(({ message }) => message);
  expect(said(`begin { print((int8${"*".repeat(5000)})0); }`)).toEqual(["type of more than 128 levels"]);
  expect(said(`begin { $p0 = 1; ${Array.from({ length: 3000 }, (_, i) => `$p${i + 1} = &$p${i};`).join(" ")} }`)[0]).toBe(
    "type of more than 128 levels",
  );
});
