/** C definitions in use: structs, unions, macros, headers (rows 2.03 to 2.06, 2.51, 3.23, 3.38, 3.39, 5.55). */
import { expect, test } from "vitest";
import { complaints, printed } from "../support/printed.ts";
import { recordingOf } from "../support/written-events.ts";

const DEFINITIONS = `
#define COUNT 2
struct in { int v; char s[4]; };
struct outer {
  struct in a[COUNT];
  struct in *p;
  union { int u; short w[2]; };
  int low : 3; unsigned high : 5;
  float f;
};
`;

/** An event whose dynamic data are a struct outer: kernel memory that a script can read. */
async function recorded() {
  const bytes = new Uint8Array(40);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 1, true);
  bytes.set([0x78, 0, 0xff, 0xff], 4); // "x", and old bytes behind it
  view.setInt32(8, -3, true);
  bytes.set(new TextEncoder().encode("ABCD"), 12);
  view.setBigUint64(16, 0xffff888000001000n, true);
  view.setUint32(24, 0x00070006, true);
  view.setUint32(28, 0b10110_110, true);
  view.setFloat32(32, 1.5, true);
  return recordingOf([{ ns: 1, event: "app:work", pid: 1, fields: { path: bytes, addr: 0xffff888000001000n } }]);
}

const run = async (statements: string, format: "text" | "json" = "text"): Promise<string[]> => {
  const text = `${DEFINITIONS}t:app:work { $p = (struct outer *)args.path; ${statements} }`;
  const lines = await printed(text, { recording: await recorded(), format });
  return format === "json" ? lines.slice(1) : lines;
};

const WHOLE =
  "{ .a = [{ .v = 1, .s = x },{ .v = -3, .s = ABCD }], .p = 0xffff888000001000, .u = 458758, .w = [6,7], .low = -2, .high = 22, .f = null }";

test.each<[string, string, readonly string[]]>([
  [
    "row 2.51: members through pointers, dots and arrows",
    "print($p->u); print($p.u); print((*$p).u); print((*$p)->u);",
    ["458758", "458758", "458758", "458758"],
  ],
  ["row 2.51: chains", "print($p->a[1].v); $i = (uint8)0; print($p->a[$i].v); print(($p->a)[1].s);", ["-3", "1", "ABCD"]],
  ["row 2.51: through pointers to pointers", "$pp = &$p; print($pp->u); print((*$pp)->w[1]);", ["458758", "7"]],
  ["row 2.51: members of members that cannot be read", "print($p->p->v); print($p->p->s);", ["0"]],
  ["row 2.06: anonymous members", "print($p->u); print($p->w); print($p->w[1]);", ["458758", "[6,7]", "7"]],
  ["row 2.06: bit-fields", "print($p->low); print($p->high); print(sizeof($p->high)); print($p->low + $p->high);", ["-2", "22", "4", "20"]],
  [
    "row 3.23: char arrays are strings that end where they are full",
    'print($p->a[1].s); print(sizeof($p->a[1].s)); print($p->a[1].s == "ABCD");',
    ["ABCD", "5", "true"],
  ],
  ["row 3.23: and end at their NUL", '@[$p->a[0].s] = 1; @["x"] = 2; print($p->a[0].s == "x");', ["true", "@[x]: 2"]],
  ["row 3.23: back to bytes", "print((int8[])$p->a[1].s);", ["[65,66,67,68,0]"]],
  ["row 3.38: copies", "$s = *$p; print($s); print($s.a[1].v); print($s.low);", [WHOLE, "-3", "-2"]],
  ["row 3.38: members in order, nested", "print(*$p); print($p->a[1]);", [WHOLE, "{ .v = -3, .s = ABCD }"]],
  [
    "row 3.38: as values and keys",
    "@v = *$p; @k[$p->a[1]] = 1; @m[$p->a[1], 2] = @v.a[0];",
    ["@k[{ .v = -3, .s = ABCD }]: 1", "@m[{ .v = -3, .s = ABCD }, 2]: { .v = 1, .s = x }", `@v: ${WHOLE}`],
  ],
  ["row 3.38: members of values in maps", "@v = *$p; print(@v.a[1].s); print(@v.low); print(@v.w[0]); clear(@v);", ["ABCD", "-2", "6"]],
  [
    "row 3.38: in tuples and by branches",
    "$t = (1, $p->a[1]); print($t); print($t.1.v); print($p->u ? $p->a[0] : $p->a[1]);",
    ["(1, { .v = -3, .s = ABCD })", "-3", "{ .v = 1, .s = x }"],
  ],
  ["row 3.38: in printf and with %s", 'printf("%s|%d\\n", $p->a[1], $p->low);', ["{ .v = -3, .s = ABCD }|-2"]],
  ["row 3.39: unions print all members", "print($p->u);", ["458758"]],
])("%s", async (_, statements, expected) => {
  expect(await run(statements)).toEqual(expected);
});

test("row 5.55: the structure that a member lies in", async () => {
  const statements = "$m = (uint64)$p + offsetof(struct outer, u); $q = container_of($m, struct outer, u); print($q == $p); print($q->u);";
  expect(await run(statements)).toEqual(["true", "458758"]);
});

test("row 9.27: structs in JSON", async () => {
  expect(await run("print(*$p); @k[$p->a[1]] = $p->a[0];", "json")).toEqual([
    '{"type": "value", "data": {"a": [{"v": 1, "s": "x"},{"v": -3, "s": "ABCD"}], "p": 18446612682070036480, "u": 458758, "w": [6,7], "low": -2, "high": 22, "f": null}}',
    '{"type": "map", "data": {"@k": {"{.v=-3,.s=ABCD}": {"v": 1, "s": "x"}}}}',
  ]);
});

test("row 3.39: a union as a whole", async () => {
  const text =
    "union u { int i; char b[4]; struct { short lo, hi; }; };\nbegin { $v = (uint32)0x44434241; $p = (union u *)&$v; print(*$p); print($p->hi); print(sizeof(union u)); }";
  expect(await printed(text)).toEqual(["{ .i = 1145258561, .b = ABCD, .lo = 16961, .hi = 17475 }", "17475", "4"]);
});

test("row 2.06: what a packed struct holds", async () => {
  const text =
    "struct s { char a; long b : 60; int c : 9; } __attribute__((packed));\n" +
    "begin { $v = (0xfffffffffffff07f, (uint64)0x1fff); $p = (struct s *)&$v; print($p->a); print($p->b); print($p->c); print(*$p); print(sizeof(struct s)); }";
  expect(await printed(text)).toEqual(["127", "-16", "-1", "{ .a = 127, .b = -16, .c = -1 }", "10"]);
});

test("row 2.04: macros in programs", async () => {
  const text =
    '#define N 3\n#define SUM (N + 2)\n#define TEXT "abc"\n#define WHO comm\n#define FLAGS (1 << N | 0x10)\n' +
    'begin { print(N); print(SUM * 2); print(TEXT); print(FLAGS); unroll(N) { @++; } print(WHO == "hindsight"); @a[N] = lhist(N, 0, SUM, 1); clear(@a); }';
  expect(await printed(text)).toEqual(["3", "10", "abc", "24", "true", "@: 3"]);
});

test("row 2.04: a macro as a type", async () => {
  const text =
    "#define ptr struct s *\n#define word unsigned short\nstruct s { int a; };\nbegin { $v = (uint32)7; $p = (ptr)&$v; print($p->a); print((word)70000); print(sizeof(word)); }";
  expect(await printed(text)).toEqual(["7", "4464", "2"]);
});

test("row 2.05: conditions choose definitions", async () => {
  const text =
    "#ifdef BPFTRACE_HAVE_BTF\n#include <lol/no.h>\n#else\n#define PICKED 1\nstruct s { int a; };\n#endif\nbegin { print(PICKED); print(sizeof(struct s)); }";
  expect(await printed(text)).toEqual(["1", "4"]);
});

test("row 2.03: a header that gives names of integers", async () => {
  expect(await printed("#include <stdint.h>\nstruct s { uint8_t a; uint64_t b; };\nbegin { print(sizeof(struct s)); }")).toEqual(["16"]);
});

test.each<[string, string, readonly string[]]>([
  ["row 2.03: no such header", "#include <lol/no.h>\nbegin { }", ["ERROR: definitions.h:2:10: fatal error: 'lol/no.h' file not found"]],
  ["row 2.04: recursion", "#define A B\n#define B A\nbegin { print(A); }", ["ERROR: Macro recursion: A > B > A"]],
  ["row 2.04: no expression", "#define A 1 +\nbegin { print(A); }", ["ERROR: unable to expand macro as an expression: 1 +"]],
  [
    "row 2.51: no such member",
    "struct s { int abc; };\nbegin { $p = (struct s *)1; print($p->abd); }",
    ["ERROR: Struct/union of type 'struct s' does not contain a field named 'abd'"],
  ],
  ["row 2.51: no such struct", "begin { $p = (struct nope *)1; print($p->a); }", ["ERROR: Unknown struct/union: 'struct nope'"]],
  ["row 2.51: of a number", "begin { $x = 1; print($x.a); }", ["ERROR: Can not access field 'a' on expression of type 'int8'"]],
  ["row 3.38: built from scratch", "struct s { int a; };\nbegin { $s = (struct s)1; }", ['ERROR: Cannot cast from "int8" to "struct s"']],
  [
    "row 3.38: no equality",
    "struct s { int a; };\nbegin { $p = (struct s *)1; print(*$p == *$p); }",
    ["ERROR: The == operator can not be used on expressions of types struct s, struct s"],
  ],
  [
    "row 3.38: no pointer",
    "struct s { int a; };\nbegin { $p = (struct s *)1; print(**$p); }",
    ["ERROR: Can not dereference struct/union of type 'struct s'. It is not a pointer."],
  ],
  [
    "row 3.39: floating point numbers have no value",
    "struct s { double d; };\nbegin { $p = (struct s *)1; print($p->d); }",
    ["ERROR: 'd' has type 'double', which has no value in scripts"],
  ],
  [
    "row 3.38: larger than a program can copy",
    "struct s { int a[10000]; };\nbegin { $p = (struct s *)1; print($p->a[9999]); print(*$p); }",
    ["ERROR: value of type 'struct s' has 40000 bytes: at most 32512 can be copied"],
  ],
])("%s", async (_, text, expected) => {
  expect(await complaints(text)).toEqual(expected);
});

test("row 2.06: a flexible array at the end", async () => {
  const text =
    "struct s { int n; short tail[]; };\nbegin { $v = (uint64)0x0002000100000005; $p = (struct s *)&$v; print($p->tail[1]); $i = (uint8)0; print($p->tail[$i]); }";
  expect(await printed(text)).toEqual(["2", "1"]);
});
