import { expect, test } from "vitest";
import { noTypes } from "../../../lang/types/type-source.ts";
import { sizeOf, typeName, type StructType } from "../../../lang/types/type.ts";
import { collect, compound, messages } from "./support.ts";

/** Members as `name: type @offset`, bit-fields as `name: type @offset+shift/count`. */
const shown = (type: StructType): string[] =>
  type.members.map(
    ({ name, type: of, offset, bits }) => `${name}: ${typeName(of)} @${offset}${bits ? `+${bits.shift}/${bits.count}` : ""}`,
  );

test.each([
  [
    "row 2.06: members of each kind",
    "struct s { char c; unsigned short h; int *p; char text[8]; }",
    ["c: int8 @0", "h: uint16 @2", "p: int32 * @8", "text: string[8] @16"],
  ],
  ["row 2.06: several declarators", "struct s { int a, *b, c[2]; }", ["a: int32 @0", "b: int32 * @8", "c: int32[2] @16"]],
  ["row 2.06: nested members", "struct s { struct in { int x; } a; struct in b; }", ["a: struct in @0", "b: struct in @4"]],
  [
    "row 2.06: anonymous members are the outer struct's",
    "struct s { int a; union { int u; struct { short lo, hi; }; }; }",
    ["a: int32 @0", "u: int32 @4", "lo: int16 @4", "hi: int16 @6"],
  ],
  [
    "row 2.06: a nested definition with several names",
    "struct s { struct { int x; } a, b[2], *c; }",
    ["a: struct <anon_1> @0", "b: struct <anon_1>[2] @4", "c: struct <anon_1> * @16"],
  ],
  [
    "row 2.06: bit-fields",
    "struct s { int a : 3; unsigned b : 30; int : 0; char c : 1; }",
    ["a: int32 @0+0/3", "b: uint32 @4+0/30", "c: int8 @8+0/1"],
  ],
  [
    "row 2.06: a struct that leads to itself, and one that is never defined",
    "struct s { struct s *next; struct other *o; }",
    ["next: struct s * @0", "o: struct other * @8"],
  ],
  ["row 2.06: functions are opaque", "struct s { int (*f)(struct s *, int); void *p; }", ["f: function * @0", "p: void * @8"]],
  [
    "row 3.39: floating point numbers are opaque",
    "struct s { float f; double d; long double l; }",
    ["f: float @0", "d: double @8", "l: long double @16"],
  ],
  ["row 2.06: qualifiers say nothing", "struct s { const volatile int a; const char *const b; }", ["a: int32 @0", "b: int8 * @8"]],
  [
    "row 2.06: orders of words",
    "struct s { long unsigned int a; long long b; int short unsigned c; }",
    ["a: uint64 @0", "b: int64 @8", "c: uint16 @16"],
  ],
  ["row 2.06: comments between", "struct s { /* one */ int a; // two\n int b; } /* three */", ["a: int32 @0", "b: int32 @4"]],
  [
    "row 2.06: arrays of arrays, of text and without a length",
    "struct s { int m[2][3]; char t[4][8]; signed char n[2]; long tail[]; }",
    ["m: int32[3][2] @0", "t: string[8][4] @24", "n: int8[2] @56", "tail: int64[0] @64"],
  ],
  ["row 2.06: packed and aligned before the name", "struct __attribute__((packed)) s { char a; int b; }", ["a: int8 @0", "b: int32 @1"]],
  [
    "row 2.06: lengths that macros give",
    "#define N 4\nstruct s { int a[N * 2]; char b[sizeof(int)]; }",
    ["a: int32[8] @0", "b: string[4] @32"],
  ],
  [
    "row 2.06: typedefs",
    "typedef unsigned int u; typedef struct { u x; } t; typedef char name[6], *text; struct s { u a; t b; name c; text d; }",
    ["a: uint32 @0", "b: struct <anon_1> @4", "c: string[6] @8", "d: int8 * @16"],
  ],
  [
    "row 2.06: a typedef before its struct",
    "typedef struct in in_t; struct in { int x; }; struct s { in_t *p; struct in v; }",
    ["p: struct in * @0", "v: struct in @8"],
  ],
  [
    "row 2.04: a macro as a type",
    "#define addr unsigned long\n#define ref struct s *\nstruct s { addr a; ref b; }",
    ["a: uint64 @0", "b: struct s * @8"],
  ],
  [
    "row 2.03: headers give the names of integer types",
    "#include <linux/types.h>\nstruct s { __u8 a; u16 b; uint32_t c; size_t d; bool e; }",
    ["a: uint8 @0", "b: uint16 @2", "c: uint32 @4", "d: uint64 @8", "e: bool @16"],
  ],
  [
    "row 2.05: conditions",
    "#define A\n#ifdef A\n#define T int\n#else\n#define T long\n#endif\n#ifndef A\nstruct s { };\n#endif\nstruct s { T a; }",
    ["a: int32 @0"],
  ],
])("%s", (_, text, expected) => {
  expect(shown(compound(`${text}\nbegin { }`, "s"))).toEqual(expected);
});

test("row 2.06: a union is as large as its largest member", () => {
  const type = compound("union u { char a[5]; int b; }\nbegin { }", "u", "union");
  expect([shown(type), type.sizeBytes, type.align]).toEqual([["a: string[5] @0", "b: int32 @0"], 8, 4]);
});

test("row 2.07: constants count on from explicit values, and are 8 bytes", () => {
  const { definitions } = collect(
    "enum e { A, B = 5, C, D = -1, E = B << 2, F = 'x' == 0 }\nenum { G = 7 };\nbegin { }".replace(", F = 'x' == 0", ""),
  );
  const { types } = definitions;
  expect(["A", "B", "C", "D", "E", "G"].map((name) => types.constant(name)?.value)).toEqual([0n, 5n, 6n, -1n, 20n, 7n]);
  expect(types.constant("A")!.type).toMatchObject({ name: "e", sizeBytes: 8 });
  expect(types.constant("G")!.type.name).toBe("<anon_1>");
});

test.each([
  ["an int", "{ A, B }", 4],
  ["8 bytes where an int is too small", "{ A = 0x100000000 }", 8],
  ["unsigned", "{ A = 0xffffffff }", 4],
  ["signed", "{ A = -1, B = 0x7fffffff }", 4],
  ["signed and too large", "{ A = -1, B = 0x80000000 }", 8],
  ["packed", "{ A = 255 } __attribute__((packed))", 1],
])("row 2.07: size in memory: %s", (_, body, sizeBytes) => {
  expect(sizeOf(collect(`enum e ${body};\nbegin { }`).definitions.types.enumeration("e")!)).toBe(sizeBytes);
});

test.each([
  ["#if 1\n#define X 1\n#elif 1\n#define X 2\n#else\n#define X 3\n#endif", 1n],
  ["#if 0\n#define X 1\n#elif 1\n#define X 2\n#else\n#define X 3\n#endif", 2n],
  ["#if 0\n#define X 1\n#elif 0\n#define X 2\n#else\n#define X 3\n#endif", 3n],
  ["#if defined(A) || !defined B\n#define X 1\n#endif", 1n],
  ["#define A\n#if defined A && B\n#define X 1\n#else\n#define X 4\n#endif", 4n],
  ["#define A 3\n#if A > 2\n#if A > 5\n#define X 1\n#else\n#define X 5\n#endif\n#endif", 5n],
  ["#if 0\n#if 1\n#define X 1\n#endif\n#else\n#define X 6\n#endif", 6n],
  ["#define X 1\n#undef X\n#ifndef X\n#define X 7\n#endif", 7n],
  ["#ifdef BPFTRACE_HAVE_BTF\n#define X 1\n#else\n#define X 8\n#endif", 8n],
])("row 2.05: %s", (text, expected) => {
  const { definitions, diagnostics } = collect(`${text}\nbegin { }`);
  expect(diagnostics).toEqual([]);
  expect(definitions.defines.get("X")?.value).toMatchObject({ kind: "int", value: expected });
});

test("row 2.05: BPFTRACE_HAVE_BTF is defined when there are types", () => {
  const text = "#ifdef BPFTRACE_HAVE_BTF\n#define X 1\n#endif\nbegin { }";
  expect(collect(text, { types: noTypes }).definitions.defines.has("X")).toBe(true);
  expect(collect(text).definitions.defines.has("X")).toBe(false);
});

test("row 2.03: a header that is supplied, and what it includes, each once", () => {
  const headers: Record<string, string> = {
    "a.h": '#ifndef A_H\n#define A_H\n#include "b.h"\nstruct a { struct b in; };\n#endif\n',
    "b.h": "#include <a.h>\nstruct b { int x; };\n",
  };
  const readHeader = (path: string): string | null => headers[path] ?? null;
  const { definitions, diagnostics } = collect('#include "a.h"\n#include <b.h>\nbegin { }', { readHeader });
  expect(diagnostics).toEqual([]);
  expect(shown(definitions.types.compound("struct", "a")!)).toEqual(["in: struct b @0"]);
});

test.each([
  ["row 2.03: no such header", "#include <lol/no.h>\nbegin { }", ["definitions.h:2:10: fatal error: 'lol/no.h' file not found"]],
  [
    "row 2.03: the line counts definitions",
    '#define A 1\nstruct s {\n  int a;\n};\n#include "x.h"\nbegin { }',
    ["definitions.h:6:10: fatal error: 'x.h' file not found"],
  ],
  ["row 2.06: twice", "struct s { int a; };\nstruct s { int b; };\nbegin { }", ["redefinition of 's'"]],
  ["row 2.06: member twice", "struct s { int a; long a; };\nbegin { }", ["duplicate member 'a'"]],
  ["row 2.06: itself as a member", "struct s { struct s in; };\nbegin { }", ["field has incomplete type 'struct s'"]],
  ["row 2.06: unknown type", "struct s { foo_t a; };\nbegin { }", ["unknown type name 'foo_t'"]],
  [
    "row 2.06: a length that is not known",
    "struct s { int a[N]; };\nbegin { }",
    ["the length of an array must be a constant that is not negative"],
  ],
  [
    "row 2.06: a negative length",
    "struct s { int a[-1]; };\nbegin { }",
    ["the length of an array must be a constant that is not negative"],
  ],
  ["row 2.06: too large", "struct s { int a[1000000000]; };\nbegin { }", ["array of 4000000000 bytes is too large"]],
  [
    "row 2.06: too many bits",
    "struct s { char a : 9; };\nbegin { }",
    ["width of bit-field (9 bits) exceeds the width of its type (8 bits)"],
  ],
  ["row 2.06: named without bits", "struct s { int a : 0; };\nbegin { }", ["named bit-field has zero width"]],
  ["row 2.06: bits of what is no number", "struct s { int *a : 3; };\nbegin { }", ["only integers can be bit-fields"]],
  ["row 2.06: alignment", "struct s { int a; } __attribute__((aligned(3)));\nbegin { }", ["requested alignment is not a power of 2"]],
  ["row 2.07: constant twice", "enum a { A }; enum b { A };\nbegin { }", ["redefinition of enumerator 'A'"]],
  ["row 2.07: value that is not constant", "enum a { A = B };\nbegin { }", ["the value of an enumerator must be a constant integer"]],
  ["row 2.05: without an end", "#ifdef A\nbegin { }", ["unterminated conditional directive"]],
  ["row 2.05: without a beginning", "#else\n#endif\nbegin { }", ["#else without #if", "#endif without #if"]],
  ["row 2.05: #error", "#ifndef X\n#error X is needed\n#endif\nbegin { }", ["X is needed"]],
  ["row 2.05: what cannot be told", "#if 1 +\n#endif\nbegin { }", ["#if with an expression that is not constant"]],
])("%s", (_, text, expected) => {
  expect(messages(text)).toEqual(expected);
});

test("row 2.06: macros that stand for each other end", () => {
  expect(messages("#define A B\n#define B A\nstruct s { A a; int b[A]; };\nbegin { }")).toEqual([
    "unknown type name 'A'",
    "the length of an array must be a constant that is not negative",
  ]);
});
