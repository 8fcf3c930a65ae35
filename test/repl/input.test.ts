import { expect, test } from "vitest";
import { isCommand } from "../../src/repl/commands/table.ts";
import { isUnfinished, readInput } from "../../src/repl/input.ts";
import { inputsOf } from "../../src/repl/piped.ts";

const kind = (text: string): string => {
  const input = readInput(text, isCommand);
  return input.kind === "command" ? `command ${input.name}|${input.rest}` : input.kind;
};

test.each([
  ["", "nothing"],
  ["  // only a comment", "nothing"],
  ["/* only a comment */", "nothing"],
  ["# a note in a file of commands", "nothing"],
  ["#include <linux/types.h>", "program"],
  ["help", "command help|"],
  ["? seek", "command ?|seek"],
  ["seek +1.5", "command seek|+1.5"],
  ["  print   @x 5 ", "command print|@x 5"],
  ["@x", "command print|@x"],
  ['@x["a", 1]', 'command print|@x["a", 1]'],
  ["until @n > 3", "command until|@n > 3"],
  ["s", "command s|"],
  // A probe type's alias is no command where a colon follows it.
  ["s:cpu-clock:99 { @ = count(); }", "program"],
  ["p:hz:99 { @ = count(); }", "program"],
  ["i:s:1 { }", "program"],
  ["t:sched:sched_switch", "program"],
  ["label=kprobe:f { }", "program"],
  ["BEGIN { }", "program"],
  ["end { print(@x) }", "program"],
  ["begin", "program"],
  ["begin, end { }", "program"],
  ["// first\nbegin { }", "program"],
  ["fn f($a: int64): int64 { return $a; }", "program"],
  ["macro m() { 1 }", "program"],
  ["struct foo { int x; };", "program"],
  ["let @m = hash(10);", "program"],
  ["config = { max_map_keys = 10 }", "program"],
  ["{ print(1); }", "block"],
  ["lst", "unknown"],
  ["help-me", "unknown"],
  ["1 + 2", "unknown"],
])("%j is a %s", (text, expected) => {
  expect(kind(text)).toBe(expected);
});

test.each([
  ["t:sched:sched_switch", true],
  ["t:sched:sched_switch,", true],
  ["t:sched:sched_switch /pid > 3/", true],
  ["t:sched:sched_switch {", true],
  ["BEGIN { if (1) {", true],
  ["BEGIN { /* comment", true],
  ["BEGIN { // comment", true],
  ['BEGIN { printf("a', true],
  ['BEGIN { printf("}"', true],
  ["{ print(1);", true],
  ["struct foo {", true],
  ["BEGIN { }", false],
  ['BEGIN { printf("}"); }', false],
  ["BEGIN { $x = ; }", false],
  ["BEGIN { nosuch(); }", false],
  ["seek {", false],
  ["nonsense", false],
  // Whoever gives up presses enter twice.
  ["BEGIN {\n\n", false],
])("%j wants more lines: %s", (text, expected) => {
  expect(isUnfinished(text, isCommand)).toBe(expected);
});

test("a text is cut into inputs of as many lines as each needs", () => {
  const text = "info\n\nt:a:b {\n  @x++;\n}\r\n# note\nprint @x\nBEGIN {\n";
  expect([...inputsOf(text)]).toEqual([
    { text: "info", line: 1 },
    { text: "t:a:b {\n  @x++;\n}", line: 3 },
    { text: "# note", line: 6 },
    { text: "print @x", line: 7 },
    { text: "BEGIN {\n", line: 8 },
  ]);
});
