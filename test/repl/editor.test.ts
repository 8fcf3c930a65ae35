import fc from "fast-check";
import { expect, test } from "vitest";
import { candidateRows, commonStart } from "../../src/repl/editor/candidates.ts";
import { newHistory, searchBack } from "../../src/repl/editor/history.ts";
import { newKeyDecoder } from "../../src/repl/editor/keys.ts";
import { clip, layOut } from "../../src/repl/editor/layout.ts";
import { closeBrace, cuts, insert, moves, newLine, type Edited } from "../../src/repl/editor/text-buffer.ts";

const names = (...pieces: string[]): string[] => {
  const decoder = newKeyDecoder();
  return pieces.flatMap((piece) => decoder.push(piece)).map(({ name, text }) => (text === "" ? name : `${name} ${text}`));
};

test.each([
  ["abc", ["text abc"]],
  ["aé漢😀", ["text aé漢😀"]],
  ["a\rb", ["text a", "enter", "text b"]],
  ["\x1b[A\x1b[1;5C\x1bOF\x1b[3~\x1b[Z", ["up", "ctrl-right", "end", "delete", "shift-tab"]],
  ["\x01\x12\x1f\x7f\t", ["ctrl-a", "ctrl-r", "ctrl-_", "backspace", "tab"]],
  ["\x1bbc", ["alt-b", "text c"]],
  ["\x1b\r\x1b[13;2u", ["alt-enter", "alt-enter"]],
  ["\x1b\x7f", ["alt-backspace"]],
  ["\x1b[200~a\r\nb\x03\x1b[201~x", ["paste a\r\nb\x03", "text x"]],
  // What no key is known for is no text either.
  ["\x1b[99;1$z", []],
  ["\x1b[?1;2c", []],
])("keys of %j", (sent, expected) => {
  expect(names(sent)).toEqual(expected);
});

test("keys come in any pieces", () => {
  const sent = "a\x1b[1;5C\x1b[200~x\ny\x1b[201~\x1bOHé\r";
  fc.assert(
    fc.property(fc.array(fc.nat(sent.length), { maxLength: 6 }), (cutsAt) => {
      const at = [0, ...cutsAt.sort((a, b) => a - b), sent.length];
      const pieces = at.slice(1).map((end, i) => sent.slice(at[i], end));
      expect(names(...pieces).join("|")).toBe(names(sent).join("|"));
    }),
  );
});

test("an escape by itself is one after a while", () => {
  const decoder = newKeyDecoder();
  expect(decoder.push("\x1b")).toEqual([]);
  expect(decoder.isPending).toBe(true);
  expect(decoder.flush()).toEqual([{ name: "escape", text: "" }]);
  expect(decoder.push("a")).toEqual([{ name: "text", text: "a" }]);
});

/** `|` is the cursor. */
const at = (marked: string): Edited => ({ text: marked.replace("|", ""), cursor: marked.indexOf("|") });
const marked = ({ text, cursor }: Edited): string => `${text.slice(0, cursor)}|${text.slice(cursor)}`;

test.each([
  ["left", "ab|c", "a|bc"],
  ["left", "a😀|", "a|😀"],
  ["left", "ae\u0301|", "a|e\u0301"],
  ["left", "a\n|b", "a|\nb"],
  ["left", "|a", "|a"],
  ["right", "|漢a", "漢|a"],
  ["right", "a|\nb", "a\n|b"],
  ["wordLeft", "args.prev_comm  |", "args.|prev_comm  "],
  ["wordRight", "|args.x", "args|.x"],
  ["lineStart", "a\nbc|d", "a\n|bcd"],
  ["lineEnd", "a\n|bc\nd", "a\nbc|\nd"],
  ["up", "abcd\nefg|h", "abc|d\nefgh"],
  ["up", "a\nbcd|", "a|\nbcd"],
  ["down", "abc|\nd", "abc\nd|"],
] as const)("%s from %j", (move, from, to) => {
  expect(marked(moves[move](at(from))!)).toBe(to);
});

test.each([
  ["backspace", "ab|c", "a|c", "b"],
  ["backspace", "|a", "|a", ""],
  ["delete", "|😀a", "|a", "😀"],
  ["word", "a.bcd|", "a.|", "bcd"],
  ["blankWord", "x args.y |z", "x |z", "args.y "],
  ["wordBehind", "a| bc d", "a| d", " bc"],
  ["toLineStart", "a\nbc|d", "a\n|d", "bc"],
  ["toLineEnd", "a|bc\nd", "a|\nd", "bc"],
  ["toLineEnd", "a|\nd", "a|d", "\n"],
] as const)("%s at %j", (cut, from, to, removed) => {
  const done = cuts[cut](at(from));
  expect([marked(done.edited), done.removed]).toEqual([to, removed]);
});

test("lines are indented by their braces", () => {
  const opened = newLine(at("BEGIN {|"));
  expect(marked(opened)).toBe("BEGIN {\n  |");
  expect(marked(newLine(insert(opened, "@x++;")))).toBe("BEGIN {\n  @x++;\n  |");
  expect(marked(closeBrace(at("BEGIN {\n  @x++;\n  |")))).toBe("BEGIN {\n  @x++;\n}|");
  expect(marked(closeBrace(at("{ 1 |")))).toBe("{ 1 }|");
});

test("every move and cut stays within the text and between characters", () => {
  const text = fc.string({ unit: fc.constantFrom("a", " ", "\n", "😀", "e\u0301", "{", "_") });
  fc.assert(
    fc.property(text, fc.nat(), (written, n) => {
      const edited = moves.left({ text: written, cursor: written.length === 0 ? 0 : 1 + (n % written.length) });
      const isWhole = ({ text: now, cursor }: Edited): boolean => !/[\ud800-\udbff]$/.test(now.slice(0, cursor));
      for (const move of Object.values(moves)) {
        const moved = move(edited) ?? edited;
        expect(moved.cursor >= 0 && moved.cursor <= moved.text.length && isWhole(moves.left(moved))).toBe(true);
      }
      for (const cut of Object.values(cuts)) {
        const { edited: after, removed } = cut(edited);
        expect(after.text.length + removed.length).toBe(written.length);
      }
    }),
  );
});

const shown = (text: string, cursor: number, columns: number) =>
  layOut({ text, cursor, styles: [], prompt: "> ", continuation: ". ", promptStyle: "" }, columns);

const plain = (rows: readonly string[]): string[] => rows.map((row) => row.replace(/\x1b\[[\d;]*m/g, ""));

test("text is cut into rows that are never full", () => {
  const { rows, cursor } = shown("abcdefgh", 8, 6);
  expect(plain(rows)).toEqual(["> abc", "defgh"]);
  expect(cursor).toEqual({ row: 1, column: 5 });
});

test("lines have the continuation's prompt; wide characters and tabs take their columns", () => {
  const { rows, cursor } = shown("漢x\n\ty", 5, 20);
  expect(plain(rows)).toEqual(["> 漢x", ".     y"]);
  expect(cursor).toEqual({ row: 1, column: 7 });
  expect(shown("漢x", 1, 20).cursor.column).toBe(4);
});

test("styles are on their text, also where a row ends", () => {
  const styles = [{ start: 1, end: 4, style: "36" }];
  const { rows } = layOut({ text: "abcde", cursor: 0, styles, prompt: "", continuation: "", promptStyle: "" }, 4);
  expect(rows).toEqual(["a\x1b[m\x1b[36mbc\x1b[m", "\x1b[m\x1b[36md\x1b[me"]);
});

test("of more rows than the terminal has, those around the cursor are shown", () => {
  const layout = shown(Array.from({ length: 30 }, (_, i) => `${i}`).join("\n"), 20, 40);
  const { rows, cursor } = clip(layout, 10);
  expect(rows.length).toBe(10);
  expect(plain(rows)[cursor.row]).toBe(plain(layout.rows)[layout.cursor.row]);
});

test("history leaves out repeats and what begins with a blank, and is searched from the newest", () => {
  const kept: string[] = [];
  const history = newHistory(["seek +1"], (text) => void kept.push(text));
  for (const text of ["a", "a", " secret", "", "b", "a"]) history.add(text);
  expect(history.entries).toEqual(["seek +1", "a", "b", "a"]);
  expect(kept).toEqual(["a", "b", "a"]);
  expect([searchBack(history, "a", 4), searchBack(history, "a", 3), searchBack(history, "x", 4)]).toEqual([3, 1, null]);
});

test("candidates share a beginning, and stand in columns that fit", () => {
  const candidates = ["sched_switch", "sched_wakeup", "sys"].map((text) => ({ text }));
  expect(commonStart(candidates)).toBe("s");
  expect(candidateRows(candidates, 40, 5)).toEqual(["sched_switch  sys", "sched_wakeup"]);
  expect(candidateRows(candidates, 10, 2)).toEqual(["sched_swi", "… 2 more"]);
});
