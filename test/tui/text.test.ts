/** Recorded text on its way to the screen: nothing that comes out is obeyed by a terminal, and widths are what terminals make of it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { duration, grouped, offset, seconds } from "../../src/tui/text/time-text.ts";
import { expandTabs, oneLine, visible, visibleBytes } from "../../src/tui/text/visible.ts";
import { fitted, padded, textWidth, wrapped } from "../../src/tui/text/width.ts";

test.each([
  ["plain {bold}text{/}", "plain {bold}text{/}"],
  ["\x1b[31m\r\n\t\x7f", "^[[31m^M^J^I^?"],
  ["\x9b0m\u00ad\u200b\u202e\ufeff", "\\x9b0m\\xad\\u{200b}\\u{202e}\\u{feff}"],
  ["e\u0301 é 漢 😀 ⌚ שלום", "e\\u{0301} é 漢 \\u{1f600} \\u{231a} \\u{05e9}\\u{05dc}\\u{05d5}\\u{05dd}"],
])("%j is shown as %j", (text, shown) => {
  expect(visible(text, true)).toBe(shown);
});

test("without Unicode everything is ASCII", () => {
  expect(visible("é漢", false)).toBe("\\xe9\\u{6f22}");
});

test("bytes that are no UTF-8 are seen as they are", () => {
  expect(visibleBytes("a\xff\xc3\xa9\xc3", true)).toBe("a\\xffé\\xc3");
});

test("whatever the bytes: nothing but characters of one or two columns comes out, and reading it again changes nothing", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 255 })), fc.boolean(), (bytes, unicode) => {
      const shown = visibleBytes(String.fromCharCode(...bytes), unicode);
      expect(shown).toMatch(unicode ? /^[ -~\u00a1-\uffee]*$/ : /^[ -~]*$/);
      expect(shown).not.toMatch(/[\p{C}\p{M}\u2028\u2029]/u);
      expect(visible(shown, unicode)).toBe(shown);
    }),
  );
});

describe("widths", () => {
  test("ideographs take two columns", () => {
    expect([textWidth("ab"), textWidth("漢字"), textWidth("ｆ한")]).toEqual([2, 4, 4]);
    expect(fitted("漢字漢字", 5, "…")).toBe("漢字…");
    expect(fitted("漢字漢字", 4, "…")).toBe("漢…");
    expect(fitted("abcd", 4, "…")).toBe("abcd");
    expect(fitted("abcd", 0, "…")).toBe("");
    expect(padded("漢", 4)).toBe("漢  ");
  });

  test("whatever the text: what fits is not wider, what is wrapped is all there", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "漢", "é")), fc.integer({ min: 2, max: 9 }), (characters, width) => {
        const text = characters.join("");
        expect(textWidth(fitted(text, width, "…"))).toBeLessThanOrEqual(width);
        const pieces = wrapped(text, width);
        expect(pieces.join("")).toBe(text);
        for (const piece of pieces) expect(textWidth(piece)).toBeLessThanOrEqual(width);
      }),
    );
  });
});

test("tabs, lines, times and numbers", () => {
  expect(expandTabs("a\tb\t\tc")).toBe("a       b               c");
  expect(oneLine("\n  f+1\n  g+2\n", " <- ")).toBe("f+1 <- g+2");
  expect([seconds(1n), seconds(-1_500_000_000n), offset(20_000_000_001n)]).toEqual(["0.000000001", "-1.500000000", "+20.000000001"]);
  expect([duration(0n), duration(999n), duration(1500n), duration(5_140_755_134n), duration(61_000_000_000n)]).toEqual([
    "0ns",
    "999ns",
    "1.5us",
    "5.14s",
    "61s",
  ]);
  expect([grouped(1), grouped(-1234n), grouped(1_234_567)]).toEqual(["1", "-1,234", "1,234,567"]);
});
