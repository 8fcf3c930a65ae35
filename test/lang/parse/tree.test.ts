import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Span } from "../../../lang/diagnostics/diagnostic.ts";
import { splitAttachPoint } from "../../../lang/lex/attach-point.ts";
import { parse } from "../../../lang/parse/parse.ts";
import { goldenScripts } from "./golden-scripts.ts";

interface Place {
  readonly kind: string;
  readonly text: string;
}

/** Kind and text of every node, in the order of the tree. */
function places(text: string): Place[] {
  const found: Place[] = [];
  const visit = (node: unknown, within: Span) => {
    if (typeof node !== "object" || node === null || node instanceof Uint8Array) return;
    const span = "span" in node ? (node.span as Span) : within;
    expect(span.start).toBeGreaterThanOrEqual(within.start);
    expect(span.end).toBeLessThanOrEqual(within.end);
    expect(span.end).toBeGreaterThanOrEqual(span.start);
    if ("span" in node && "kind" in node) found.push({ kind: String(node.kind), text: text.slice(span.start, span.end) });
    for (const [key, child] of Object.entries(node)) if (key !== "span" && key !== "opSpan") visit(child, span);
  };
  const { script } = parse({ name: "stdin", text });
  visit(script, { start: 0, end: text.length });
  return found;
}

const textOf = (script: string, kind: string) =>
  places(script)
    .filter((place) => place.kind === kind)
    .map((place) => place.text);

describe("spans", () => {
  test("every node lies within its parent", () => {
    for (const script of goldenScripts()) places(script);
  });

  test.each([
    ["probe", "begin { f(); }  end { }", ["begin { f(); }", "end { }"]],
    ["expr", "begin { f() ; g(1) }", ["f()", "g(1)"]],
    ["assign", "begin { $x = 1 ; @m[1] += (2) ; }", ["$x = 1", "@m[1] += (2)"]],
    // As bpftrace: from the first operand without its parenthesis to the last with it.
    ["binary", "begin { $x = (a) + (b * c); }", ["a) + (b * c)", "b * c"]],
    ["cast", "begin { $x = (struct s *) p->f; }", ["(struct s *) p->f"]],
    ["type", "begin { let $x: int8 [2] * = (uint8)1; }", ["int8 [2] *", "uint8"]],
    ["index", "begin { @m[1, 2][3] }", ["@m[1, 2][3]", "@m[1, 2]"]],
    ["member", "begin { args . a -> b }", ["args . a -> b", "args . a"]],
    ["call", "begin { f ( 1 ) }", ["f ( 1 )"]],
    ["ternary", "begin { $x = a ? b : (c); }", ["a ? b : (c)"]],
    ["unary", "begin { $x = - ! a; }", ["- ! a", "! a"]],
    ["increment", "begin { $x ++; -- @m; }", ["$x ++", "-- @m"]],
    ["if", "begin { if (1) { } else if (2) { } f(); }", ["if (1) { } else if (2) { }", "if (2) { }"]],
    ["while", "begin { while (1) { } ; }", ["while (1) { }"]],
    ["tuple", "begin { $x = ( 1 , ); }", ["( 1 , )"]],
    ["error", "begin { $x = ; f(); }", ["$x = ;"]],
  ])("of %s", (kind, script, expected) => {
    expect(textOf(script, kind)).toEqual(expected);
  });

  test("of a binary operator", () => {
    const text = "begin { $x = a  <<b; }";
    const { script } = parse({ name: "stdin", text });
    const json = JSON.stringify(script, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
    const [, start = "", end = ""] = /"opSpan":\{"start":(\d+),"end":(\d+)\}/.exec(json) ?? [];
    expect(text.slice(Number(start), Number(end))).toBe("<<");
  });
});

test("comments are kept with their places, in order", () => {
  const text = "#!/x\n// a\nbegin /* b */, end { f(/*c*/); // d\n}\nstruct s { int a; /* e */ };\n/**/";
  const { comments } = parse({ name: "stdin", text }).script;
  expect(comments.map((comment) => comment.text)).toEqual(["// a", "/* b */", "/*c*/", "// d", "/* e */", "/**/"]);
  expect(comments.map(({ span }) => text.slice(span.start, span.end))).toEqual(comments.map((comment) => comment.text));
});

describe("attach points", () => {
  test.each([
    ["kprobe:vfs_read", null, ["kprobe", "vfs_read"]],
    ["a=k:b", "a", ["k", "b"]],
    ["uprobe:/a=b:f", null, ["uprobe", "/a=b", "f"]],
    ["uprobe:/bin/x@f.c:1", null, ["uprobe", "/bin/x", "f.c", "1"]],
    ['u:"/a:b@c":"\\"q\\""', null, ["u", "/a:b@c", '"q"']],
    ["u:/a\\:b:f", null, ["u", "/a:b", "f"]],
    ["k::", null, ["k", "", ""]],
    ["", null, [""]],
  ])("%s (rows 1.03, 1.04)", (text, label, parts) => {
    const split = splitAttachPoint(text, 0);
    expect(split.label).toBe(label);
    expect(split.parts.map((part) => part.text)).toEqual(parts);
    expect(split.diagnostics).toEqual([]);
  });

  test("spans are those of the script", () => {
    const { parts } = splitAttachPoint('l=u:"a b":c', 100);
    expect(parts.map(({ span }) => span)).toEqual([
      { start: 102, end: 103 },
      { start: 104, end: 109 },
      { start: 110, end: 111 },
    ]);
  });
});

test("scripts that were used on a live kernel parse without a word", () => {
  const scripts = readFileSync(`${import.meta.dirname}/../../fixtures/parse/live.bt`, "utf8").split("// ---\n");
  expect(scripts.length).toBeGreaterThan(5);
  for (const text of scripts) {
    const { script, diagnostics } = parse({ name: "live.bt", text });
    expect(diagnostics).toEqual([]);
    expect(script.items.map(({ kind }) => kind)).not.toContain("error");
    expect(script.items.length).toBeGreaterThan(0);
  }
});

test("a generated script of 5,000 lines takes a fraction of a second", () => {
  const probe = `tracepoint:sched:sched_switch /args->prev_comm == "ping" || args->prev_pid > 10/ {
  if (args->prev_state == 0 && (args->prev_comm == "ping" || $x)) { @q[args->prev_pid] = nsecs; }
  $t = @q[args->next_pid]; // since
  @usecs[args->next_comm, pid] = hist((nsecs - $t) / 1000); delete(@q[args->next_pid]);
}
`;
  const text = probe.repeat(1000);
  const start = performance.now();
  const { script, diagnostics } = parse({ name: "stdin", text });
  // Some 150 ms on an idle machine.
  expect(performance.now() - start).toBeLessThan(3000);
  expect(diagnostics).toEqual([]);
  expect(script.items).toHaveLength(1000);
});
