/** sizeof, offsetof, typeof, typeinfo and the names of types (rows 2.58, 3.54 to 3.56). */
import { expect, test } from "vitest";
import { complaints, printed, prints } from "../support/printed.ts";

test.each<[string, string, readonly string[]]>([
  [
    "row 3.54: of types",
    "print((sizeof(int8), sizeof(uint32), sizeof(bool), sizeof(string[7]), sizeof(int16[3]), sizeof(int8 *)));",
    ["(1, 4, 1, 7, 6, 8)"],
  ],
  [
    "row 3.54: of expressions",
    '$x = 1; print((sizeof(1 == 1), sizeof($x), sizeof("abc"), sizeof(nsecs), sizeof(comm), sizeof(-$x)));',
    ["(1, 1, 4, 8, 16, 8)"],
  ],
  ["row 3.54: it is a uint64", "print(sizeof(sizeof(int8)));", ["8"]],
  [
    "row 3.54: of what widens later",
    "$x = 1; print(sizeof($x)); $x = 70000; @m = 1; print(sizeof(@m)); @m = nsecs; clear(@m);",
    ["4", "8"],
  ],
  [
    "row 2.58: what sizeof asks about is not executed",
    "$x = 1; print(sizeof($x++)); print($x); print(sizeof(@n++)); @n = 5;",
    ["8", "1", "8", "@n: 5"],
  ],
  [
    "row 2.58: typeof",
    "$x = (uint16)5; let $y: typeof($x) = 7; print((sizeof($y), $y)); print((typeof($x))70000); print(sizeof(typeof($x)[3]));",
    ["(2, 7)", "4464", "6"],
  ],
  [
    "row 2.58: typeof of a type and of a pointer",
    "let $p: typeof(int32)* = (int32 *)4; print($p + 1); print(sizeof(typeof(uint8[3])));",
    ["0x8", "3"],
  ],
  ["row 2.58: typeof follows what widens", "$x = 1; let $y: typeof($x); $y = 300; print($y); $x = 70000; print(sizeof($y));", ["300", "4"]],
  [
    "row 2.58: typeof of a keyed map is its key's type",
    "@k[(uint16)1] = nsecs; print(sizeof(typeof(@k))); print(sizeof(typeof(@k[1]))); clear(@k);",
    ["2", "8"],
  ],
])("%s", async (_, statements, expected) => {
  expect(await prints(statements)).toEqual(expected);
});

test("row 2.58: offsetof through members, of types and expressions", async () => {
  const text =
    "struct in { char c; long l; };\nstruct s { int a; struct in b; union { int u; struct in n; }; };\n" +
    "begin { print((offsetof(struct s, a), offsetof(struct s, b), offsetof(struct s, b.l), offsetof(struct s, n), offsetof(struct s, n.l)));\n" +
    "$p = (struct s *)0; print(offsetof(*$p, b.l)); print(sizeof(struct s)); print(sizeof(*$p)); print(sizeof($p->b)); }";
  expect(await printed(text)).toEqual(["(0, 8, 16, 24, 32)", "16", "40", "40", "16"]);
});

test.each<[string, string, readonly string[]]>([
  [
    "row 2.58: no such member",
    "print(offsetof(struct s, z));",
    ["ERROR: Struct/union of type 'struct s' does not contain a field named 'z'"],
  ],
  ["row 2.58: of a bit-field", "print(offsetof(struct s, b));", ["ERROR: cannot compute offset of bit-field 'b'"]],
  ["row 2.58: of no struct", "print(offsetof(int32, a));", ["ERROR: offsetof: 'int32' is not a struct or union"]],
  ["row 2.58: no such struct", "print(sizeof(struct nope));", ["ERROR: Unknown struct/union: 'struct nope'"]],
  [
    "row 2.58: typeinfo is off",
    "print(typeinfo(1).base_type);",
    [
      "ERROR: typeinfo feature is not enabled by default. To enable this unstable feature, set the config flag to enable. unstable_typeinfo=enable",
    ],
  ],
])("%s", async (_, statements, expected) => {
  expect(await complaints(`struct s { int a; int b : 3; };\nbegin { ${statements} }`)).toEqual(expected);
});

test("row 2.58: typeinfo, when it is enabled", async () => {
  const text =
    'config = { unstable_typeinfo = enable } begin { $t = typeinfo("ab"); print($t.base_type); print($t.full_type); print(typeinfo(nsecs).full_type); print(typeinfo(uint8[2]).full_type); }';
  expect(await printed(text)).toEqual(["string", "string[3]", "uint64", "uint8[2]"]);
});

test.each([
  ["1", "int8"],
  ["nsecs", "uint64"],
  ['"hello"', "string[6]"],
  ["1 == 1", "bool"],
  ["*(struct foo *)1", "struct foo"],
  ["(struct foo *)1", "struct foo *"],
  ["(union bar *)1", "union bar *"],
  ['(1, "ab")', "(int8,string[3])"],
  ["(a = 1)", "record { .a = int8 }"],
  ['buf("hello", 5)', "buffer[5]"],
  ["ntop(1)", "inet[24]"],
  ["(int8[4])1", "int8[4]"],
  ["ONE", "enum e"],
])("row 3.55: the name of the type of %s is %s", async (expr, name) => {
  const text = `struct foo { int a; };\nunion bar { int a; };\nenum e { ONE };\nbegin { $x = (pid, comm, 1); $x = ${expr}; }`;
  const [complaint] = (await complaints(text)).filter((line) => line.startsWith("ERROR"));
  expect(complaint).toBe(
    `ERROR: Type mismatch for $x: trying to assign value of type '${name}' when variable already has a type '(uint32,string[16],int8)'`,
  );
});

test.each([
  ["count()", "count_t"],
  ["sum(-1)", "sum_t"],
  ["sum(nsecs)", "usum_t"],
  ["avg(nsecs)", "uavg_t"],
  ["hist(1)", "hist_t"],
])("row 3.55: what a map of %s holds is %s", async (call, name) => {
  expect(await complaints(`begin { @x = ${call}; @x = "a"; }`)).toEqual([
    `ERROR: Type mismatch for @x: trying to assign value of type 'string[2]' when map already has a type '${name}'`,
  ]);
});

test("row 3.56: what nsecs returns knows its clock", async () => {
  const refused = ["ERROR: strftime() can not take a monotonic timestamp"];
  expect(await complaints('begin { print(strftime("%H", nsecs(monotonic))); }')).toEqual(refused);
  expect(await complaints('begin { $x = nsecs(monotonic); print(strftime("%H", $x)); }')).toEqual(refused);
  expect(await complaints('begin { @x[1] = nsecs(monotonic); print(strftime("%H", @x[1])); }')).toEqual(refused);
  // Time since the epoch needs no boot time; here it is the same as since boot.
  expect(await prints('$t = nsecs(sw_tai); print(strftime("%s", $t)); print(strftime("%s", nsecs));')).toEqual(["1", "1"]);
});
