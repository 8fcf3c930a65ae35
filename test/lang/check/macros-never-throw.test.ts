/** Macros, functions, options and comptime put together without sense: no exception, and what passes the checks compiles. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileScript } from "../../../src/session/compile.ts";
import { renderDiagnostic } from "../../../lang/diagnostics/render.ts";

const names = ["f", "g", "m", "n"] as const;

const atom = fc.constantFrom(
  "1",
  "-7",
  '"ab"',
  "true",
  "$a",
  "$b",
  "x",
  "y",
  "t",
  "@x",
  "@k[1]",
  '@k["s"]',
  "pid",
  "comm",
  "probe",
  "config.max_strlen",
  "config",
  'getopt("o", 1)',
  'getopt("p")',
  "default_str_length",
  "f",
  "m()",
  "is_err($a)",
  "is_str(x)",
  "is_scalar(@x)",
  "is_literal(x)",
  "strcap(x)",
  "find(@k, 1, $a)",
  "sizeof(t)",
  "typeof(uint8)",
  "typeof($a)",
  "(t)1",
  "(t*)1",
  "$1",
  "nothing",
);

const { expr } = fc.letrec<{ expr: string }>((tie) => ({
  expr: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    atom,
    fc.tuple(tie("expr"), fc.constantFrom("+", "/", "==", "&&", "<"), tie("expr")).map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc.tuple(fc.constantFrom(...names), fc.array(tie("expr"), { maxLength: 3 })).map(([name, args]) => `${name}(${args.join(", ")})`),
    tie("expr").map((e) => `comptime (${e})`),
    tie("expr").map((e) => `{ $c = ${e}; $c }`),
    fc.tuple(tie("expr"), tie("expr"), tie("expr")).map(([c, a, b]) => `(if comptime (${c}) { ${a} } else { ${b} })`),
    fc.tuple(tie("expr"), tie("expr")).map(([a, b]) => `(${a} ?: ${b})`),
  ),
}));

const { stmt } = fc.letrec<{ stmt: string }>((tie) => {
  const block = fc.array(tie("stmt"), { maxLength: 3 }).map((stmts) => `{ ${stmts.join(" ")} }`);
  return {
    stmt: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc
        .tuple(fc.constantFrom("$a", "$b", "@x", "@k[1]", "_", "let $d"), fc.constantFrom("=", "+="), expr)
        .map(([target, op, value]) => `${target} ${op.length === 2 && /let|_/.test(target) ? "=" : op} ${value};`),
      expr.map((e) => `print(${e});`),
      expr.map((e) => `${e};`),
      expr.map((e) => `static_assert(${e}, "no");`),
      expr.map((e) => `assert(${e}, "no");`),
      expr.map((e) => `return ${e};`),
      fc.constantFrom("exit();", "return;", "break;", 'fail("x %d", 1);', "@x = count();", "let $d;", 'import "x";'),
      fc.tuple(expr, block, block).map(([cond, then, other]) => `if comptime (${cond}) ${then} else ${other}`),
      fc.tuple(expr, block).map(([cond, then]) => `if (${cond}) ${then}`),
      block.map((then) => `for ($i : 0..3) ${then}`),
      block.map((then) => `unroll(x) ${then}`),
    ),
  };
});

const body = fc.tuple(fc.array(stmt, { maxLength: 4 }), fc.option(expr)).map(([stmts, value]) => `{ ${stmts.join(" ")} ${value ?? ""} }`);
const macroParams = fc.uniqueArray(fc.constantFrom("x", "y", "t", "$a", "$b", "@x", "@k", "typeof(t)"), { maxLength: 3 });
const functionParams = fc.uniqueArray(fc.constantFrom("$a: int64", "$b: string[5]", "$a: bool", "$x: uint8"), { maxLength: 2 });
const item = fc.oneof(
  fc.tuple(fc.constantFrom("m", "n", "f"), macroParams, body).map(([name, params, b]) => `macro ${name}(${params.join(", ")}) ${b}`),
  fc
    .tuple(fc.constantFrom("f", "g", "m"), functionParams, fc.constantFrom("", ": int64", ": bool", ": void", ": string"), body)
    .map(([name, params, returns, b]) => `fn ${name}(${params.join(", ")})${returns} ${b}`),
  fc.constantFrom("let @k = hash(3);", "let @x = lruhash(1);", "let @unused = percpuhash(2);", "let @k = potato(x);"),
);

test("whatever the macros: a program, or errors that can be shown", () => {
  let programs = 0;
  fc.assert(
    fc.property(fc.array(item, { maxLength: 4 }), fc.array(body, { minLength: 1, maxLength: 2 }), (items, bodies) => {
      const text = [...items, ...bodies.map((b, i) => `${["begin", "end"][i]!} ${b}`)].join("\n");
      const compilation = compileScript(
        { name: "stdin", text },
        { catalogue: null, params: ["5"], namedParams: new Map(), config: new Map(), ncpus: 2 },
      );
      const errors = compilation.diagnostics.filter(({ severity }) => severity === "error");
      for (const diagnostic of compilation.diagnostics) expect(renderDiagnostic(compilation.source, diagnostic)).toMatch(/^\S+|^ERROR/);
      expect(
        errors.some(({ code }) => code === "HS5001"),
        text,
      ).toBe(false);
      expect(compilation.script === null).toBe(errors.length > 0);
      if (compilation.script !== null) programs++;
    }),
    { numRuns: 1500 },
  );
  // A property that nothing reaches would hold too.
  expect(programs).toBeGreaterThan(0);
});
