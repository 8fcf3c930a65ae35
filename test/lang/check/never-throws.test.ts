import { expect, test } from "vitest";
import fc from "fast-check";
import { checkText } from "./support.ts";

/** Pieces that mostly parse, put together without sense. */
const atom = fc.constantFrom(
  "1",
  "-1",
  "300",
  "18446744073709551615",
  '"ab"',
  '""',
  "true",
  "$a",
  "$b",
  "@x",
  "@y",
  "@x[1]",
  '@y["k"]',
  "@z[@x, $a]",
  "pid",
  "comm",
  "nsecs",
  "args.prev_comm",
  "args.pid",
  "args",
  "$1",
  "$#",
  "probe",
  "(1, $a)",
  "(x=1, y=@x)",
  "str($a)",
  "str(@x, 3)",
  "count()",
  "hist(@x)",
  "len(@x)",
  "has_key(@y, $a)",
  "delete(@x)",
  "delete(@y, $b)",
  'strncmp(comm, "a", 3)',
  'strftime("%F", nsecs)',
  "@x++",
  "--$a",
  "foo",
  "foo($a)",
);

const { expr } = fc.letrec<{ expr: string }>((tie) => ({
  expr: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    atom,
    fc
      .tuple(tie("expr"), fc.constantFrom("+", "-", "*", "/", "%", "<<", ">>", "<", "==", "!=", "&&", "||", "&", "^"), tie("expr"))
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc
      .tuple(fc.constantFrom("-", "~", "!", "*", "&", "(uint8)", "(int64)", "(bool)", "(string[4])", "(int8 *)"), tie("expr"))
      .map(([op, a]) => `(${op}${a})`),
    fc.tuple(tie("expr"), tie("expr"), tie("expr")).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    fc.tuple(tie("expr"), fc.constantFrom(".0", ".x", "[0]", "[$a]", "->y")).map(([a, access]) => a + access),
  ),
}));

const { stmt } = fc.letrec<{ stmt: string }>((tie) => {
  const block = fc.array(tie("stmt"), { maxLength: 3 }).map((stmts) => `{ ${stmts.join(" ")} }`);
  return {
    stmt: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc
        .tuple(fc.constantFrom("$a", "$b", "@x", "@y", "@x[1]", '@y["k"]', "_"), fc.constantFrom("=", "+=", "<<="), expr)
        .map(([target, op, value]) => `${target} ${op} ${value};`),
      fc.tuple(fc.constantFrom("let $a", "let $b: uint8", "let $b: string"), expr).map(([decl, value]) => `${decl} = ${value};`),
      expr.map((e) => `print(${e});`),
      expr.map((e) => `printf("%d %s", ${e}, 1);`),
      expr.map((e) => `${e};`),
      fc.constantFrom("exit();", "return;", "break;", "print(@x);", "clear(@y);", "let $c;", "time();", "@x = count();"),
      fc.tuple(expr, block, block).map(([cond, then, other]) => `if (${cond}) ${then} else ${other}`),
      fc.tuple(expr, block).map(([cond, then]) => `while (${cond}) ${then}`),
      fc.tuple(expr, block).map(([to, then]) => `for ($i : 0..(${to})) ${then}`),
      block.map((then) => `for ($kv : @y) ${then}`),
      block.map((then) => `unroll(2) ${then}`),
    ),
  };
});

test("checking never throws, and gives either a program or errors", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(stmt, { maxLength: 6 }), { minLength: 1, maxLength: 3 }),
      fc.array(fc.oneof(fc.constantFrom("1", "-5", "abc", ""), fc.string()), { maxLength: 2 }),
      (probes, params) => {
        const attach = ["begin", "tracepoint:sched:*", "interval:s:1, end"];
        const text = probes.map((stmts, i) => `${attach[i]!} { ${stmts.join("\n")} }`).join("\n");
        const { program, diagnostics } = checkText(text, { params });
        expect(program === null).toBe(diagnostics.some(({ severity }) => severity === "error"));
      },
    ),
    { numRuns: 2000 },
  );
});

test("the same script gives the same program", () => {
  const text = 'tracepoint:sched:* { @[probe, args.pid] = count(); @x = pid ? "a" : "bc"; } end { print(@) }';
  expect(checkText(text)).toEqual(checkText(text));
});
