import { describe, expect, test } from "vitest";
import type { Diagnostic, Source } from "../../../lang/diagnostics/diagnostic.ts";
import { formatLocation, renderDiagnostic } from "../../../lang/diagnostics/render.ts";

const source: Source = { name: "a.bt", text: 'begin {\n\t$x = 1;\n  $x = "a"; // ö€😀 $y\n}\n' };

/** A diagnostic about the given piece of the script. */
function about(piece: string, more: Partial<Diagnostic> = {}, text = source.text): Diagnostic {
  const start = text.indexOf(piece);
  return { code: "HS3001", severity: "error", span: { start, end: start + piece.length }, message: "no good", ...more };
}

function related(piece: string, label: string) {
  const start = source.text.indexOf(piece);
  return { span: { start, end: start + piece.length }, label };
}

function render(diagnostic: Diagnostic): string {
  return renderDiagnostic(source, diagnostic);
}

describe("one line (row 8.44)", () => {
  test("location, source line, underline", () => {
    expect(render(about('"a"'))).toBe('a.bt:3:8-11: ERROR: no good\n  $x = "a"; // ö€😀 $y\n       ~~~\n');
  });

  test("a tab is one column, shown as four blanks", () => {
    expect(render(about("$x = 1"))).toBe("a.bt:2:2-8: ERROR: no good\n    $x = 1;\n    ~~~~~~\n");
    expect(render(about("\t$x"))).toBe("a.bt:2:1-4: ERROR: no good\n    $x = 1;\n~~~~~~\n");
  });

  test("columns count characters", () => {
    expect(render(about("$y"))).toBe(`a.bt:3:20-22: ERROR: no good\n  $x = "a"; // ö€😀 $y\n${" ".repeat(19)}~~\n`);
  });

  test("a warning", () => {
    expect(render(about("begin", { severity: "warning" }))).toBe("a.bt:1:1-6: WARNING: no good\nbegin {\n~~~~~\n");
  });

  test("hints, one a line", () => {
    expect(render(about("begin", { hint: "try this\nor that" }))).toBe(
      "a.bt:1:1-6: ERROR: no good\nbegin {\n~~~~~\nHINT: try this\nHINT: or that\n",
    );
  });

  test("no place at all", () => {
    expect(render({ ...about("begin"), span: null, hint: "h" })).toBe("ERROR: no good\nHINT: h\n");
  });
});

test("several lines: all of them, no underline (row 8.45)", () => {
  expect(render(about("{\n\t$x = 1;\n  $x"))).toBe('a.bt:1-3: ERROR: no good\nbegin {\n\t$x = 1;\n  $x = "a"; // ö€😀 $y\n');
});

test("related places before the hint, expansions behind it (row 8.46)", () => {
  const diagnostic = about('"a"', {
    severity: "warning",
    hint: "h",
    related: [related("begin", "expanded from"), related("$x = 1", "This is the initial assignment.")],
  });
  expect(render(diagnostic)).toBe(
    'a.bt:3:8-11: WARNING: no good\n  $x = "a"; // ö€😀 $y\n       ~~~\n' +
      "a.bt:2:2-8: WARNING: This is the initial assignment.\n    $x = 1;\n    ~~~~~~\n" +
      "HINT: h\n" +
      "a.bt:1:1-6: WARNING: expanded from\nbegin {\n~~~~~\n",
  );
});

describe("places at the edges", () => {
  const at = (text: string, start: number, end: number) =>
    renderDiagnostic({ name: "x", text }, { code: "HS1001", severity: "error", span: { start, end }, message: "m" });

  test.each([
    ["an empty span is one column wide", "ab", 1, 1, "x:1:2-3: ERROR: m\nab\n ~\n"],
    ["the end of the text", "ab", 2, 3, "x:1:3-4: ERROR: m\nab\n  ~\n"],
    ["the end of a line belongs to that line", "ab\ncd", 2, 3, "x:1:3-4: ERROR: m\nab\n  ~\n"],
    ["an empty text", "", 0, 1, "x:1:1-2: ERROR: m\n\n~\n"],
    ["behind the text", "ab", 7, 9, "x:1:3-4: ERROR: m\nab\n  ~\n"],
    ["before the text", "ab", -3, 1, "x:1:1-2: ERROR: m\nab\n~\n"],
    ["Windows line ends are not shown", "ab\r\ncd\r\n", 0, 2, "x:1:1-3: ERROR: m\nab\n~~\n"],
    ["Windows line ends, several lines", "ab\r\ncd\r\n", 0, 6, "x:1-2: ERROR: m\nab\ncd\n"],
    ["an empty last line", "ab\n", 3, 4, "x:2:1-2: ERROR: m\n\n~\n"],
  ])("%s", (_, text, start, end, expected) => {
    expect(at(text, start, end)).toBe(expected);
  });
});

test("locations alone", () => {
  expect(formatLocation(source, { start: 0, end: 5 })).toBe("a.bt:1:1-6");
  expect(formatLocation(source, { start: 0, end: 12 })).toBe("a.bt:1-2");
});
