import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ReadImport } from "../../lang/check/imports.ts";
import { readImport } from "../../src/cli/imports.ts";
import { runCli } from "../support/cli.ts";
import { runScript } from "../support/run-script.ts";

/** Files in memory; `dir` stands for those that begin with it. */
const files =
  (texts: Readonly<Record<string, string>>): ReadImport =>
  (path) => {
    const names = Object.keys(texts).filter((name) => name === path || name.startsWith(`${path}/`));
    if (names.length === 0) return { ok: false, message: `no ${path}` };
    return { ok: true, files: names.map((name) => ({ id: name, name, text: texts[name]! })) };
  };

const run = async (text: string, texts: Readonly<Record<string, string>>) => runScript(text, { readImport: files(texts) });
const printed = async (text: string, texts: Readonly<Record<string, string>>): Promise<string[]> =>
  (await run(text, texts)).stdout.trimEnd().split("\n");

test("row 2.09: probes, macros and functions of another script", async () => {
  const lib = "macro twice(x) { x * 2 } fn half($x: uint64): uint64 { return $x / 2; } begin { print(1) }";
  expect(await printed('import "lib.bt"; begin { print(twice(21)); print(half(84)) }', { "lib.bt": lib })).toEqual(["1", "42", "42"]);
});

test("row 2.09: map declarations of another script", async () => {
  const { stdout } = await run('import "maps.bt"; begin { for ($i : 0..5) { @a[$i] = 1 } print(len(@a)); clear(@a) }', {
    "maps.bt": "let @a = hash(2);",
  });
  expect(stdout).toBe("2\n\n\n");
});

test("row 2.09: imports of imports, each once, in a circle too", async () => {
  const texts = {
    "a.bt": 'import "b.bt"; import "c.bt"; begin { print("a") }',
    "b.bt": 'import "c.bt"; begin { print("b") }',
    "c.bt": 'import "a.bt"; begin { print("c") }',
  };
  expect(await printed('import "a.bt"; import "b.bt"; begin { print("main") }', texts)).toEqual(["c", "b", "a", "main"]);
});

test("row 2.09: a directory", async () => {
  const texts = { "dir/a.bt": "macro a() { 1 }", "dir/b.bt": "macro b() { a() + 1 }" };
  expect(await printed('import "dir"; begin { print(b()) }', texts)).toEqual(["2"]);
});

test("row 1.17: begin and end probes of imports run before those of the importer", async () => {
  const texts = {
    "a.bt": 'import "b.bt"; begin { print("a") } end { print("end a") }',
    "b.bt": 'begin { print("b") } end { print("end b") }',
  };
  expect(await printed('import "a.bt"; begin { print("main") } end { print("end main") }', texts)).toEqual([
    "b",
    "a",
    "main",
    "end b",
    "end a",
    "end main",
  ]);
});

test("row 2.09: definitions of a header", async () => {
  const header = "#define ANSWER 42\nstruct pair { int a; long b; };\nenum color { RED, GREEN = 7 };\n";
  expect(await printed('import "types.h"; begin { print((sizeof(struct pair), ANSWER, (uint8)GREEN)) }', { "types.h": header })).toEqual([
    "(16, 42, 7)",
  ]);
});

test("row 2.09: mistakes are said at their place in their file", async () => {
  const { stderr } = await run('// one\nimport "lib.bt";\nbegin { print(f(1)) }', { "lib.bt": "// two\n\nmacro f(x) {\n  x + nothing\n}" });
  expect(stderr).toBe(`lib.bt:4:7-14: ERROR: Unknown identifier: 'nothing'
  x + nothing
      ~~~~~~~
stdin:3:15-19: ERROR: expanded from
begin { print(f(1)) }
              ~~~~
`);
  expect((await run('import "lib.bt"; begin { }', { "lib.bt": "begin { 1 + }" })).stderr).toBe(
    "lib.bt:1:13-14: ERROR: syntax: expected expression\nbegin { 1 + }\n            ~\n",
  );
});

test.each([
  [
    "a config block",
    'import "x.bt";',
    { "x.bt": "config = { max_strlen = 5 } begin { }" },
    "x.bt:1:1-28: ERROR: invalid `config` within import",
  ],
  ["an unknown kind of file", 'import "x.txt";', { "x.txt": "" }, 'stdin:1:1-16: ERROR: unknown import type: "x.txt"'],
  [
    "a program in C",
    'import "x.bpf.c";',
    { "x.bpf.c": "int x;" },
    "stdin:1:1-18: ERROR: can not import x.bpf.c: BPF programs written in C need a C compiler, and hindsight has none",
  ],
  ["nothing there", 'import "x.bt";', {}, "stdin:1:1-15: ERROR: no x.bt"],
])("row 2.09: %s is refused", async (_, text, texts, expected) => {
  expect((await run(`${text} begin { }`, texts as Record<string, string>)).stderr.split("\n")[0]).toBe(expected);
});

test("row 2.10: import in a body is for the standard library", async () => {
  expect((await runScript('begin { import "x.h"; }')).stderr).toContain(
    "stdin:1:9-21: ERROR: import statement feature is not enabled by default. " +
      "To enable this unstable feature, set the config flag to enable. unstable_import_statement=enable\n",
  );
  expect((await runScript('config = { unstable_import_statement = enable } begin { import "x.bpf.c"; }')).stderr).toContain(
    'ERROR: can not import "x.bpf.c" here: what a body imports are C programs, and hindsight compiles none\n',
  );
});

test("row 2.09: the command reads them beside the script", () => {
  const dir = mkdtempSync(join(tmpdir(), "hindsight-imports-"));
  chmodSync(dir, 0o755);
  mkdirSync(join(dir, "lib"));
  writeFileSync(join(dir, "lib", "a.bt"), "macro twice(x) {\n  x * 2\n}\n");
  writeFileSync(join(dir, "lib", "b.bt"), 'begin { print("lib"); }\n');
  writeFileSync(join(dir, "main.bt"), 'import "lib";\nbegin { print(twice(getopt("n", 4))); print(twice(comm)); }\n');
  const { stderr } = runCli([join(dir, "main.bt"), "--", "--n=5"]);
  expect(stderr).toContain(`${join(dir, "lib", "a.bt")}:2:3-8: ERROR: `);
  expect(stderr).toContain(`${join(dir, "main.bt")}:2:45-56: ERROR: expanded from\n`);
  writeFileSync(join(dir, "main.bt"), 'import "lib";\nbegin { print(twice(getopt("n", 4))); }\n');
  expect(runCli([join(dir, "main.bt"), "--", "--n=5"]).stdout).toBe("lib\n10\n\n\n");
});

test("row 2.09: files and directories, from where the importer is; not where anybody could put them", async () => {
  const dir = mkdtempSync(join(tmpdir(), "hindsight-imports-"));
  chmodSync(dir, 0o755);
  mkdirSync(join(dir, "lib"));
  mkdirSync(join(dir, "open"));
  chmodSync(join(dir, "open"), 0o777);
  writeFileSync(join(dir, "main.bt"), "");
  writeFileSync(join(dir, "lib", "b.bt"), "macro b() { 1 }");
  writeFileSync(join(dir, "lib", "a.bt"), 'import "b.bt";');
  writeFileSync(join(dir, "lib", "notes.txt"), "not a script");
  mkdirSync(join(dir, "lib", "deeper.bt"));
  symlinkSync(join(dir, "lib", "b.bt"), join(dir, "same.bt"));
  writeFileSync(join(dir, "open", "x.bt"), "");
  const main = join(dir, "main.bt");
  const names = (path: string, importer = main) => {
    const result = readImport(path, importer);
    return result.ok ? result.files.map(({ name }) => name.slice(dir.length + 1)) : [result.message];
  };
  expect(names("lib")).toEqual(["lib/a.bt", "lib/b.bt"]);
  expect(names("./lib/a.bt")).toEqual(["lib/a.bt"]);
  expect(names("b.bt", join(dir, "lib", "a.bt"))).toEqual(["lib/b.bt"]);
  const idOf = (path: string) => {
    const result = readImport(path, main);
    return result.ok ? result.files[0]!.id : null;
  };
  expect(idOf("same.bt")).toBe(idOf("lib/b.bt"));
  expect(names("open/x.bt")).toEqual(['cowardly refusing to import from a directory with global write permissions: "open/x.bt"']);
  expect(names("missing.bt")).toEqual(['Unable to find suitable path for import: "missing.bt"']);
});
