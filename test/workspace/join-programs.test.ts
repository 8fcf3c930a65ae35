import { expect, test } from "vitest";
import { placeOf } from "../../lang/diagnostics/render.ts";
import { joinPrograms } from "../../src/workspace/join-programs.ts";

const join = (...texts: readonly string[]) => joinPrograms(texts.map((text, i) => ({ name: `p${i + 1}`, text })));

test("programs stand one behind the other, each with places of its own", () => {
  const source = join("BEGIN { }", "END {\n  nosuch;\n}");
  expect(source.text).toBe("BEGIN { }\nEND {\n  nosuch;\n}\n");
  const start = source.text.indexOf("nosuch");
  expect(placeOf(source, { start, end: start + 6 })).toEqual({ file: "p2", line: 2, column: 3 });
});

test("definitions and imports of all come first", () => {
  const { text } = join(
    "#!/usr/bin/env hindsight\nBEGIN { }",
    "#!/usr/bin/hindsight\nstruct s { int x; };\n#define N 3\nEND { print(N); }",
  );
  expect(text).toMatch(/^\/\/.*hindsight\n\n\/\/.*hindsight\nstruct s { int x; };\n#define N 3\n\nBEGIN { }\nEND { print\(N\); }\n$/);
});

test("nothing, and texts that are no scripts, are joined as well", () => {
  expect(join().text).toBe("");
  expect(join("}", "\0").text).toBe("}\n\0\n");
});
