import { expect, test } from "vitest";
import { formatScript } from "../../../lang/format/format.ts";
import { parse } from "../../../lang/parse/parse.ts";
import { damaged, grammarScript, randomFrom, usualScript } from "../../support/random-script.ts";
import { treeText } from "../../support/same-tree.ts";
import { goldenScripts } from "../parse/golden-scripts.ts";

function format(text: string): string {
  const { script, diagnostics } = parse({ name: "stdin", text });
  expect(diagnostics).toEqual([]);
  return formatScript(text, script);
}

/** In a probe, without its indentation. */
const body = (text: string): string =>
  format(`begin { ${text} }`)
    .replace(/^begin \{\n|\}\n$/g, "")
    .replace(/^ {2}/gm, "");

/** Null: no script. Otherwise what of the promises does not hold, or "" if all do. */
function broken(text: string): string | null {
  const before = parse({ name: "stdin", text });
  if (before.diagnostics.length > 0) return null;
  const once = formatScript(text, before.script);
  const after = parse({ name: "stdin", text: once });
  if (after.diagnostics.length > 0) return `does not parse: ${once}`;
  if (treeText(after.script) !== treeText(before.script)) return `another tree: ${once}`;
  if (formatScript(once, after.script) !== once) return `not the same a second time: ${once}`;
  const letters = (s: string): string => s.replace(/\s+/g, "");
  const lost = before.script.comments.find((comment) => !letters(once).includes(letters(comment.text)));
  return lost === undefined ? "" : `lost ${lost.text}: ${once}`;
}

test.each([
  ["BEGIN{$x=1;exit()}", "BEGIN {\n  $x = 1;\n  exit();\n}\n"],
  ["BEGIN,END{}", "BEGIN, END {}\n"],
  ["t:sched:sched_switch /pid==1/{@++}", "t:sched:sched_switch /pid == 1/ {\n  @++;\n}\n"],
  ["begin{}end{}", "begin {}\n\nend {}\n"],
  ["config={max_strlen=64;missing_probes=warn}begin{}", "config = {\n  max_strlen = 64;\n  missing_probes = warn;\n}\n\nbegin {}\n"],
  ["let @m=hash( 10 );\nbegin{}", "let @m = hash(10);\n\nbegin {}\n"],
  ["macro m($a,@b,c){$a+c}", "macro m($a, @b, c) { $a + c }\n"],
  ["fn f($a:int64,$b : struct s*):uint8{return 1}", "fn f($a: int64, $b: struct s *): uint8 {\n  return 1;\n}\n"],
  ["struct s { int  a; }\nbegin{}", "struct s { int  a; };\n\nbegin {}\n"],
  ["#!/usr/bin/env hindsight\n\nbegin{}", "#!/usr/bin/env hindsight\n\nbegin {}\n"],
  ["", ""],
])("row 8.21: %j is laid out anew", (text, want) => {
  expect(format(text)).toBe(want);
});

test.each([
  ["if $x{a()}else{if(1==2){}}", "if ($x) {\n  a();\n} else if (1 == 2) {}\n"],
  ["while($x<5){$x++}", "while ($x < 5) {\n  $x++;\n}\n"],
  ["for $i:0..$n{} for($kv:@m){}", "for ($i : 0..$n) {}\nfor ($kv : @m) {}\n"],
  ["for ($i : (1+2)..(-3)) {}", "for ($i : (1 + 2)..(-3)) {}\n"],
  ["unroll(3){a()}{b()}", "unroll (3) {\n  a();\n}\n{\n  b();\n}\n"],
  ["let $x:uint8=1;let $y", "let $x: uint8 = 1;\nlet $y;\n"],
  ["$x=if(1){2}else{3}", "$x = if (1) { 2 } else { 3 };\n"],
  ["$x={$y=1;$y}", "$x = {\n  $y = 1;\n  $y\n};\n"],
])("statements: %s", (text, want) => {
  expect(body(text)).toBe(want);
});

test.each([
  ["$x=((1)+(2*3))*4", "$x = (1 + 2 * 3) * 4;"],
  ["$x=1-(2-3)-4", "$x = 1 - (2 - 3) - 4;"],
  ["$x=1&2==3", "$x = 1 & (2 == 3);"],
  ["$x=a&&b||c", "$x = (a && b) || c;"],
  ["$x=-(-1)", "$x = -(-1);"],
  ["$x=- --$y", "$x = -(--$y);"],
  ["$x=(a?b:c)?d:e?f:g", "$x = (a ? b : c) ? d : e ? f : g;"],
  ["$x=a?:b", "$x = a ?: b;"],
  ["($x?f():g())", "($x ? f() : g());"],
  ["({1});", "({ 1 });"],
  ["$x=1/({2})", "$x = 1 / ({ 2 });"],
  ["$x=(1).a", "$x = (1).a;"],
  ["$x=(struct s*)$p->q[1].r", "$x = (struct s *)$p->q[1].r;"],
  ["$x=sizeof((a[1]))+sizeof(a[1])", "$x = sizeof((a[1])) + sizeof(a[1]);"],
  ["@[1,(2,),(),(a=1,b=2)]=0x1F+1_000+1e6+5ms", "@[1, (2,), (), (a=1, b=2)] = 0x1F + 1_000 + 1e6 + 5ms;"],
  ['$x="a\\x41\\"\\n"', '$x = "a\\x41\\"\\n";'],
])("parentheses and literals: %s", (text, want) => {
  expect(body(text)).toBe(`${want}\n`);
});

test("comments and single blank lines stay where they are", () => {
  const text = `/* tool
 * by us
 */
// for begin
begin { // why
  // first


  $x = 1; // one
  /* two */ $y = 2;
  f(1, // the one
    2 /* the other */);

  // last
}
// end
`;
  expect(format(text)).toBe(`/* tool
 * by us
 */
// for begin
begin { // why
  // first

  $x = 1; // one
  /* two */ $y = 2;
  f(1, // the one
      2 /* the other */);

  // last
}

// end
`);
});

test("a comment behind parentheses that fall away stands in front of the whole line", () => {
  expect(body('( // c\n"hello")[1e6] & 10;')).toBe('// c\n"hello"[1e6] & 10;\n');
  expect(body("( // c\n$x) + 1;")).toBe("// c\n$x + 1;\n");
});

test("comments within a macro's typeof(T) stand before it, once", () => {
  expect(format("macro m(e, typeof( /* of */ T )) {}")).toBe("macro m(e, /* of */ typeof(T)) {}\n");
});

test("long lines break between arguments, operands and attach points", () => {
  const argument = "aaaaaaaaaaaaaaaaaaaaaaaaa";
  expect(body(`printf("%d", ${argument}, ${argument}, ${argument}); $x = ${argument} + ${argument} + ${argument};`)).toBe(
    `printf("%d", ${argument}, ${argument},\n    ${argument});\n$x = ${argument} + ${argument} +\n    ${argument};\n`,
  );
  const point = "tracepoint:syscalls:sys_enter_something";
  expect(format(`${point}, ${point} /pid == 1/ {}`)).toBe(`${point},\n${point}\n/pid == 1/ {}\n`);
});

test("a predicate never begins a comment", () => {
  expect(format("k:f /*$p/ {}".replace("/*", "/ *"))).toBe("k:f / *$p/ {}\n");
  expect(format("begin /{ 1 } == 1/ {}")).toBe("begin /({ 1 }) == 1/ {}\n");
});

test("the same tree, stable and with every comment: what the parser's tests read", () => {
  const results = goldenScripts().map(broken);
  expect(results.filter((result) => result === "").length).toBeGreaterThan(50);
  expect(results.filter((result) => result !== "" && result !== null)).toEqual([]);
});

test("the same tree, stable and with every comment: 3,000 random scripts", () => {
  const results = Array.from({ length: 3000 }, (_, seed) => {
    const random = randomFrom(seed);
    if (seed % 3 === 0) return broken(usualScript(random));
    if (seed % 3 === 1) return broken(grammarScript(random));
    return broken(damaged(random, grammarScript(random), usualScript(random)));
  });
  expect(results.filter((result) => result === "").length).toBeGreaterThan(1000);
  expect(results.filter((result) => result !== "" && result !== null)).toEqual([]);
});
