/** Members of random structs read as a program that the C compiler makes reads them. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { typeName, type StructMember } from "../../lang/types/type.ts";
import { randomBodies } from "../lang/definitions/random-struct.ts";
import { compound } from "../lang/definitions/support.ts";
import { compilers } from "../support/compilers.ts";
import { printed } from "../support/printed.ts";
import { recordingOf } from "../support/written-events.ts";

const STRUCTS = 80;
/** In one script. */
const BATCH = 10;
const BYTES = 128;

interface Struct {
  readonly name: string;
  readonly definition: string;
  readonly members: readonly StructMember[];
}

const structs = randomBodies(STRUCTS * 2, 7)
  .map((body, i): Struct => {
    const name = `t${i}`;
    const { members, sizeBytes } = compound(`struct ${name} ${body};\nbegin {}`, name);
    return { name, definition: `struct ${name} ${body};`, members: sizeBytes <= BYTES ? members : [] };
  })
  .filter(({ members }) => members.length > 0)
  .slice(0, STRUCTS);

/** Bytes that look like nothing in particular. */
const data = Uint8Array.from({ length: BYTES }, (_, i) => (i * 167 + 91) ^ (i >> 2));

/** What the members are, by C: `{ .m0 = 1, .m1 = -2 }` for each struct. */
function compiled(compiler: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "structs-"));
  const prints = structs.map(({ name, members }) => {
    const fields = members.map((m, i) => {
      const signed = typeName(m.type).startsWith("int");
      return `printf("${i > 0 ? ", " : ""}.${m.name} = ${signed ? "%lld" : "%llu"}", (${signed ? "" : "unsigned "}long long)s.${m.name});`;
    });
    return `{ struct ${name} s; memcpy(&s, data, sizeof s); printf("{ "); ${fields.join(" ")} printf(" }\\n"); }`;
  });
  const source = `#include <stdio.h>\n#include <string.h>
static const unsigned char data[] = { ${data.join(", ")} };
${structs.map(({ definition }) => definition).join("\n")}
int main(void) { ${prints.join("\n")} }\n`;
  try {
    writeFileSync(join(folder, "t.c"), source);
    execFileSync(compiler, ["-w", "-o", join(folder, "t"), join(folder, "t.c")]);
    return execFileSync(join(folder, "t"), { encoding: "utf8" }).trim().split("\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As a whole, member by member behind the pointer, and member by member of a copy. */
function statementsOf({ name, members }: Struct): string {
  const record = (from: string): string => `print((${members.map((m) => `${m.name}=${from}${m.name}`).join(", ")}));`;
  return `{ $p = (struct ${name} *)args.path; print(*$p); ${record("$p->")} $s = *$p; ${record("$s.")} }`;
}

const [compiler] = compilers;
if (compiler === undefined) console.log("skipped: members of structs against a C compiler (no gcc or clang for x86-64 here)");

test.skipIf(compiler === undefined)(`row 3.38: members of ${STRUCTS} random structs`, async () => {
  expect(structs).toHaveLength(STRUCTS);
  const expected = compiled(compiler!);
  const recording = await recordingOf([{ ns: 1, event: "app:work", pid: 1, fields: { path: data } }]);
  for (let at = 0; at < structs.length; at += BATCH) {
    const batch = structs.slice(at, at + BATCH);
    const script = `${batch.map(({ definition }) => definition).join("\n")}\nt:app:work { ${batch.map(statementsOf).join("\n")} }`;
    const lines = await printed(script, { recording });
    expect(lines).toEqual(expected.slice(at, at + BATCH).flatMap((line) => [line, line, line]));
  }
});
