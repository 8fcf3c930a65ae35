import { array, assert, constantFrom, integer, oneof, property, string, tuple, uint8Array } from "fast-check";
import { describe, expect, test } from "vitest";
import { renderDiagnostic } from "../../../lang/diagnostics/render.ts";
import { parse } from "../../../lang/parse/parse.ts";
import { printAst } from "../../../lang/parse/print-ast.ts";
import { goldenScripts } from "./golden-scripts.ts";

/** Everything that must hold for any text at all. */
function check(text: string): void {
  const source = { name: "stdin", text };
  const { script, diagnostics } = parse(source);
  printAst(script);
  let last = -1;
  for (const diagnostic of diagnostics) {
    const { start, end } = diagnostic.span!;
    expect(start).toBeGreaterThan(last);
    expect(end).toBeGreaterThanOrEqual(start);
    expect(start).toBeLessThanOrEqual(text.length);
    expect(diagnostic.message).toMatch(/^syntax: /);
    expect(renderDiagnostic(source, diagnostic)).toMatch(/^stdin:\d+[:-]/);
    last = start;
  }
  const hasErrorNode = /\(error\)/.test(printAst(script).replace(/"(?:\\.|[^"\\])*"/g, ""));
  if (hasErrorNode) expect(diagnostics).not.toEqual([]);
}

const pieces =
  "begin kprobe:f tracepoint:a:b interval:1s , / // /* */ { } ( ) [ ] ; : ? . .. -> ++ -- + - * & ! ~ % << >> < <= == != && || | ^ = += <<= " +
  'if else while for unroll let return break continue import macro fn config struct union enum typedef #include #define sizeof offsetof typeof typeinfo comptime true $x $1 $# $ @ @m 1 0x 1e6 09 1s "a" " \\ \' _ x int32 args pid count \n \t';
const piece = constantFrom(...pieces.split(/ +/), "\n", " ");

describe("never throws, always ends, says why", () => {
  test("token soup", () => {
    assert(
      property(array(piece, { maxLength: 60 }), (tokens) => check(tokens.join(" "))),
      { numRuns: 1500 },
    );
  });

  test("token soup without blanks, in a body", () => {
    assert(
      property(array(piece, { maxLength: 40 }), (tokens) => check(`begin { ${tokens.join("")} }`)),
      { numRuns: 1500 },
    );
  });

  test("any text", () => {
    assert(property(oneof(string({ unit: "binary" }), string({ unit: "grapheme" })), check), { numRuns: 500 });
  });

  test("any bytes", () => {
    assert(
      property(uint8Array({ maxLength: 200 }), (bytes) => check(new TextDecoder().decode(bytes))),
      { numRuns: 500 },
    );
  });

  test("scripts with pieces cut out, doubled or put in", () => {
    const edit = tuple(integer({ min: 0, max: 10_000 }), integer({ min: 0, max: 8 }), oneof(piece, string({ maxLength: 3 })));
    assert(
      property(constantFrom(...goldenScripts()), array(edit, { minLength: 1, maxLength: 4 }), (script, edits) => {
        let text = script;
        for (const [place, length, put] of edits) {
          const at = place % (text.length + 1);
          text = text.slice(0, at) + put + text.slice(at + length);
        }
        check(text);
      }),
      { numRuns: 3000 },
    );
  });

  test("scripts cut off anywhere", () => {
    for (const script of goldenScripts()) {
      for (let length = 0; length < script.length; length += 3) check(script.slice(0, length));
    }
  });
});

describe("hostile nesting is refused where it is too deep, and the rest is read", () => {
  const deep = 10_000;
  const cases = {
    parentheses: `$x = ${"(".repeat(deep)}1${")".repeat(deep)};`,
    "open parentheses": `$x = ${"(".repeat(deep)}`,
    brackets: `$x = ${"@a[".repeat(deep)}1${"]".repeat(deep)};`,
    calls: `${"f(".repeat(deep)}1${")".repeat(deep)};`,
    blocks: `${"{".repeat(deep)}${"}".repeat(deep)}`,
    "if blocks": `${"if (1) {".repeat(deep)}${"}".repeat(deep)}`,
    "if headers": `${"if ".repeat(deep)}1 ${"{}".repeat(deep)}`,
    "else if": `if (1) {} ${"else if (1) {}".repeat(deep)}`,
    "prefix operators": `$x = ${"!".repeat(deep)}1;`,
    casts: `$x = ${"(int32)".repeat(deep)}1;`,
    fields: `$x = a${".b".repeat(deep)};`,
    sums: `$x = 1${" + 1".repeat(deep)};`,
    ternaries: `$x = 1${" ? 1 : 1".repeat(deep)};`,
    "ternaries within": `$x = ${"1 ? ".repeat(deep)}1${" : 1".repeat(deep)};`,
    typeof: `let $x: ${"typeof(".repeat(deep)}`,
  };
  test.each(Object.entries(cases))("%s", (_, body) => {
    const { diagnostics } = parse({ name: "stdin", text: `begin { ok(); ${body} }\nend { ok(); }` });
    expect(diagnostics.map(({ message }) => message)).toContain("syntax: nested too deeply");
    expect(diagnostics.length).toBeLessThan(5);
  });

  test("in C definitions", () => {
    const { diagnostics } = parse({ name: "stdin", text: `struct a { ${"struct { ".repeat(deep)} }\nbegin { }` });
    expect(diagnostics.map(({ message }) => message)).toContain("syntax: nested too deeply");
  });

  test("60 levels are fine", () => {
    const level = {
      name: "stdin",
      text: `begin { $x = ${"(1 + ".repeat(60)}1${")".repeat(60)}; ${"if (1) {".repeat(60)}${"}".repeat(60)} }`,
    };
    expect(parse(level).diagnostics).toEqual([]);
  });

  test("the item after one that is nested too deeply is read", () => {
    const { script } = parse({ name: "stdin", text: `begin { ${"(".repeat(deep)}${")".repeat(deep)} }\nend { ok(); }` });
    expect(printAst(script)).toContain("(probe [end] {\n  (call ok)\n})");
  });
});

test("a text of errors ends with one that says so", () => {
  const { diagnostics } = parse({ name: "stdin", text: "begin\n".repeat(500) });
  expect(diagnostics).toHaveLength(101);
  expect(diagnostics.at(-1)?.message).toBe("syntax: too many errors: giving up");
});

test("time grows with the text, not with its square", () => {
  for (const unit of ["struct a\n", "a:b, ", "}", "begin { f(", "? ", "x(a[1,", "#define a \\\n", "/* ", "\x01 "]) {
    const start = performance.now();
    parse({ name: "stdin", text: unit.repeat(20_000) });
    expect(performance.now() - start).toBeLessThan(5000);
  }
});
