/** Bytes of a script that are no UTF-8 come out as they went in. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sourceBytes, sourceText } from "../../lang/diagnostics/source-bytes.ts";
import { wordsOf } from "../../src/cli/arguments.ts";
import { runCommand } from "../support/run-command.ts";
import { runShell } from "../support/cli.ts";

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");

/** The path of a script of these bytes. */
function scriptOf(bytes: Buffer): string {
  const path = join(mkdtempSync(join(tmpdir(), "hindsight-raw-")), "raw.bt");
  writeFileSync(path, bytes);
  return path;
}

/** What a line of the shell prints, each byte above 0x7e as \ooo. */
const shown = (line: string): string =>
  runShell(`{ ${line}; } 2>&1 | od -An -v -to1`).replace(/\s*([0-7]{3})\s*/g, (_, octal: string) => {
    const code = parseInt(octal, 8);
    return code < 0x7f ? String.fromCharCode(code) : `\\${octal}`;
  });

describe("every byte has a place in the text, and comes back", () => {
  test.each([
    ["all bytes", Buffer.from(Array.from({ length: 256 }, (_, i) => i))],
    ["UTF-8", Buffer.from("aé€😀\ufeff")],
    ["a byte order mark", Buffer.from("\ufeffBEGIN")],
    ["sequences that are cut", latin1("\xc3\xe2\x82\xf0\x9f\x98")],
    ["a surrogate as UTF-8 would spell it", latin1("\xed\xb2\x80")],
    ["more than UTF-8 goes", latin1("\xf8\x88\x80\x80\x80 \xc0\x80")],
  ])("%s", (_, bytes) => {
    expect(Buffer.from(sourceBytes(sourceText(bytes)))).toEqual(bytes);
  });

  test("valid text is itself", () => {
    expect(sourceText(Buffer.from("aé€😀"))).toBe("aé€😀");
  });
});

test("strings, keys, formats and parameters of a script file", () => {
  const path = scriptOf(
    latin1('BEGIN { /* \xfe */ printf("<\xff%s>\\n", "a\xe9b"); @["k\x80"] = "\xc3\xa9\xff"; printf("%s\\n", str($1)); }'),
  );
  expect(shown(`hindsight -q ${path} "$(printf 'p\\376')"`)).toBe("<\\377a\\351b>\np\\376\n\n\n@[k\\200]: \\303\\251\\377\n");
});

test("a program on the command line, as text and as JSON", () => {
  const program = `BEGIN { print((1, "\\376")); }`;
  expect(shown(`hindsight -q -e "$(printf '${program}')"`)).toBe("(1, \\376)\n\n\n");
  expect(shown(`hindsight -q -f json -e "$(printf '${program}')"`)).toContain('[1,"\\376"]');
});

test("a command of system()", () => {
  const path = scriptOf(latin1("BEGIN { system(\"printf '<\xff>'; echo \\\"'\xfe'\\\"\"); }"));
  expect(shown(`hindsight -q --unsafe ${path}`)).toBe("<\\377>'\\376'\n\n\n\n");
});

test("messages show the line as it is, with one column for each byte that is no character", async () => {
  const path = scriptOf(latin1('BEGIN { printf("\xff\xfe\xc3\xa9"); $x; }'));
  const { stderr } = await runCommand([path]);
  expect(stderr.split("\n")[0]).toBe(`${path}:1:24-26: ERROR: Undefined or undeclared variable: $x`);
  expect(shown(`hindsight ${path} 2>&1 | tail -n 2`)).toBe(`BEGIN { printf("\\377\\376\\303\\251"); $x; }\n${" ".repeat(23)}~~\n`);
});

test("the formatter keeps them", () => {
  const path = scriptOf(latin1('// \xff\nBEGIN{printf("\xfe");}'));
  expect(shown(`hindsight --fmt ${path}`)).toBe('// \\377\nBEGIN {\n  printf("\\376");\n}\n');
  expect(shown(`hindsight --fmt -o ${path} ${path}; cat ${path}`)).toBe('// \\377\nBEGIN {\n  printf("\\376");\n}\n');
});

test("words of a process that was started another way stay as node has them", () => {
  const words = ["-e", "a\ufffdb"];
  expect(wordsOf(words, () => [latin1("node"), latin1("-e"), latin1("a\xffb")])).toEqual(["-e", sourceText(latin1("a\xffb"))]);
  expect(wordsOf(words, () => [latin1("node"), latin1("-e"), latin1("other")])).toEqual(words);
  expect(wordsOf(words, () => [])).toEqual(words);
  expect(wordsOf(words, () => null)).toEqual(words);
});
