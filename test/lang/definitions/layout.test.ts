/** Structs are laid out as the C compiler of this machine does it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sizeOf, type StructMember } from "../../../lang/types/type.ts";
import { compilers } from "../../support/compilers.ts";
import { randomBodies } from "./random-struct.ts";
import { compound } from "./support.ts";

/** Bodies of `struct t { … }` and attributes behind it. */
const WRITTEN: readonly string[] = [
  "{ char a; int b; }",
  "{ char a; int b; char c; long d; char e; }",
  "{ char a; short b; } __attribute__((packed))",
  "{ char a; int b; long c; } __attribute__((packed, aligned(4)))",
  "{ int a; } __attribute__((aligned(64)))",
  "{ char a; int b __attribute__((aligned(16))); char c; }",
  "{ char a; int b __attribute__((packed)); char c; }",
  "{ int a : 3; int b : 5; int c : 24; int d : 1; }",
  "{ unsigned char a : 3; unsigned int b : 13; unsigned short c : 9; unsigned long d : 40; }",
  "{ char a; int b : 20; int c : 20; char d; }",
  "{ int a : 3; int : 0; int b : 4; }",
  "{ char a; int : 5; char b; }",
  "{ char a; long : 0; char b; }",
  "{ char a; long : 40; char b; }",
  "{ int a : 7; long b : 60; int c : 9; } __attribute__((packed))",
  "{ char a : 3; int : 0; char b : 2; } __attribute__((packed))",
  "{ char a; unsigned long b : 33; } __attribute__((packed))",
  "{ char a; int b : 4 __attribute__((aligned(8))); int c : 4; }",
  "{ short a : 9; short b : 9; int c : 15; }",
  "{ unsigned char a : 4, b : 4, c : 4; }",
  "{ char a; struct { char x; long y; } in; char b; }",
  "{ char a; struct { char x; int y; }; union { int u; short v; char w[7]; }; char b; }",
  "{ char a; union { struct { int p : 4; int q : 9; }; long r; }; }",
  "{ char a[3]; short b[5]; long c[2][3]; char d; }",
  "{ char a; char *b; int *c[3]; char d; }",
  "{ struct { char x; } __attribute__((aligned(8))) in[2]; char b; }",
  "{ char a; struct { char x; int y; } __attribute__((packed)) in; char b; }",
  "{ char a; double b; float c; char d; }",
  "{ char a; enum { P, Q } b; enum { R = 0x100000000 } c; enum { S } __attribute__((packed)) d; char e; }",
  "{ }",
  "{ int a; char tail[]; }",
];

const bodies = [...WRITTEN, ...randomBodies(300, 1)];

/** Where the members are: [first bit, bits] of those that hold numbers, the first bit alone of others. */
interface Shape {
  readonly sizeBytes: number;
  readonly align: number;
  readonly members: Readonly<Record<string, readonly number[]>>;
}

const hasBits = ({ type, bits }: StructMember): boolean => bits !== undefined || type.kind === "int" || type.kind === "enum";

function ourShape(text: string): Shape {
  const type = compound(`struct t ${text};\nbegin {}`, "t");
  const members = type.members.map((m): [string, number[]] => {
    const first = m.offset * 8 + (m.bits?.shift ?? 0);
    return [m.name, hasBits(m) ? [first, m.bits?.count ?? sizeOf(m.type) * 8] : [first]];
  });
  return { sizeBytes: type.sizeBytes, align: type.align, members: Object.fromEntries(members) };
}

/** A program that prints the shape of every struct as a line of JSON: numbers are found by filling a member with ones. */
function program(): string {
  const parts = bodies.map((text, index) => {
    const members = compound(`struct t ${text};\nbegin {}`, "t").members;
    const lines = members.map((m, i) => {
      const comma = i === 0 ? "" : ", ";
      return hasBits(m)
        ? `memset(&s, 0, sizeof s); s.${m.name} = -1; printf("${comma}\\"${m.name}\\": "); bits(&s, sizeof s);`
        : `printf("${comma}\\"${m.name}\\": [%zu]", 8 * offsetof(struct t${index}, ${m.name}));`;
    });
    return {
      type: `struct t${index} ${text};`,
      print: `{ struct t${index} s; printf("{\\"sizeBytes\\": %zu, \\"align\\": %zu, \\"members\\": {", sizeof s, _Alignof(struct t${index})); ${lines.join(" ")} printf("}}\\n"); }`,
    };
  });
  return `#include <stddef.h>
#include <stdio.h>
#include <string.h>
static void bits(const void *p, size_t n) {
  const unsigned char *b = p; int first = -1, count = 0;
  for (size_t i = 0; i < n * 8; i++) if (b[i / 8] >> (i % 8) & 1) { if (first < 0) first = i; count++; }
  printf("[%d, %d]", first, count);
}
${parts.map(({ type }) => type).join("\n")}
int main(void) {
${parts.map(({ print }) => print).join("\n")}
}
`;
}

if (compilers.length === 0) console.log("skipped: struct layout against a C compiler (no gcc or clang for x86-64 here)");

describe.skipIf(compilers.length === 0).each(compilers)("%s", (compiler) => {
  let shapes: Shape[] = [];
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "layout-"));
    writeFileSync(join(folder, "t.c"), program());
    execFileSync(compiler, ["-w", "-o", join(folder, "t"), join(folder, "t.c")]);
    const lines = execFileSync(join(folder, "t"), { encoding: "utf8" }).trim().split("\n");
    shapes = lines.map((line) => JSON.parse(line) as Shape);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test(`row 2.06: ${bodies.length} structs have its sizes, alignments and offsets`, () => {
    expect(shapes).toHaveLength(bodies.length);
    for (const [i, text] of bodies.entries()) expect(ourShape(text), text).toEqual(shapes[i]);
  });
});
