/** Top-level items as text. */
import type {
  AttachPoint,
  ConfigBlock,
  Definition,
  FunctionItem,
  Import,
  Item,
  MacroItem,
  MapDeclItem,
  ProbeItem,
  Script,
} from "../ast/ast.ts";
import { blockDoc } from "./blocks.ts";
import { leading, trailing } from "./comments.ts";
import { concat, firstCharacter, group, hardline, indent, line, rawline, type Doc } from "./doc.ts";
import { exprDoc, leaf, listDoc, typeDoc } from "./expressions.ts";
import type { Format } from "./format-context.ts";
import { linesOf, type Entry } from "./lines.ts";
import { importPath } from "./paths.ts";

/** C is left as it is: its layout says more than ours would. */
function definitionDoc(f: Format, { kind, span }: Definition): Doc {
  // They are part of the text.
  f.before(span.end);
  const lines = f.text.slice(span.start, span.end).trimEnd().split(/\r?\n/);
  const isBody = kind === "struct" || kind === "union" || kind === "enum";
  return concat(...lines.flatMap((text, i): Doc[] => (i === 0 ? [text] : [rawline, text])), isBody ? ";" : "");
}

function configDoc(f: Format, { entries, span }: ConfigBlock): Doc {
  const open = f.text.indexOf("{", span.start);
  const lines = linesOf(
    f,
    entries.map(({ key, value }) => ({
      start: key.span.start,
      end: value.span.end,
      doc: () => concat(leaf(f, key.span), " = ", leaf(f, value.span), ";"),
    })),
    span.end - 1,
  );
  return lines.length === 0 || open < 0 ? "config = {}" : concat("config = {", indent(2, hardline, ...lines), hardline, "}");
}

/** The points on one line with the predicate, or each on its own. */
function headDoc(f: Format, { attach, predicate }: ProbeItem): Doc {
  const points = attach.map((point: AttachPoint, i) => {
    const text = leaf(f, point.span);
    if (i === attach.length - 1) return text;
    const tail = trailing(f.behind(point.span.end));
    return concat(text, ",", ...tail, tail.length === 0 ? line : hardline);
  });
  if (predicate === null) return group(...points);
  const before = leading(f.before(predicate.span.start));
  const condition = exprDoc(f, predicate);
  const isBlock = predicate.kind === "block" || predicate.kind === "if";
  const inside = isBlock ? concat("(", condition, ")") : condition;
  // `/*p` and `//` would begin a comment.
  const first = before.length > 0 ? firstCharacter(concat(...before)) : firstCharacter(inside);
  const gap = first === "*" || first === "/" ? " " : "";
  return group(...points, line, `/${gap}`, ...before, inside, "/");
}

const probeDoc = (f: Format, probe: ProbeItem): Doc => concat(headDoc(f, probe), " ", blockDoc(f, probe.body, "statement"));

/** Comments within `typeof(T)` stand before it. */
const macroParam = (f: Format, { kind, name, span }: MacroItem["params"][number]): Doc =>
  kind === "type" ? concat(...leading(f.before(span.end)), `typeof(${name})`) : leaf(f, span);

function macroDoc(f: Format, { name, params, body }: MacroItem): Doc {
  const head = leaf(f, name.span);
  const items = params.map((param) => ({ end: param.span.end, doc: () => macroParam(f, param) }));
  return concat("macro ", head, "(", listDoc(f, items, body.span.start), ") ", f.block(body));
}

function functionDoc(f: Format, { name, params, returns, body }: FunctionItem): Doc {
  const head = leaf(f, name.span);
  const items = params.map(({ name: param, span, type }) => ({
    end: span.end,
    doc: () => concat(leaf(f, span, param), ": ", typeDoc(f, type)),
  }));
  const list = listDoc(f, items, returns?.span.start ?? body.span.start);
  const result = returns === null ? "" : concat(": ", typeDoc(f, returns));
  return concat("fn ", head, "(", list, ")", result, " ", blockDoc(f, body, "statement"));
}

function mapDeclDoc(f: Format, { map, type, size }: MapDeclItem): Doc {
  const head = concat("let ", leaf(f, map.span), " = ", leaf(f, type.span), "(");
  return concat(head, size === null ? "" : exprDoc(f, size), ");");
}

function itemDoc(f: Format, item: Item): Doc {
  switch (item.kind) {
    case "probe":
      return probeDoc(f, item);
    case "macro":
      return macroDoc(f, item);
    case "function":
      return functionDoc(f, item);
    case "map_decl":
      return mapDeclDoc(f, item);
    case "error":
      return f.text.slice(item.span.start, item.span.end);
  }
}

const importDoc = (f: Format, { span }: Import): Doc => concat("import ", importPath(f.text, span.start), ";");

/** All of them in the order of the text. */
export function itemEntries(f: Format, { definitions, config, imports, items }: Script): Entry[] {
  const entry = (node: { readonly span: { readonly start: number; readonly end: number } }, doc: () => Doc, apart: boolean): Entry => ({
    ...node.span,
    doc,
    apart,
  });
  return [
    ...definitions.map((node) => entry(node, () => definitionDoc(f, node), false)),
    ...(config === null ? [] : [entry(config, () => configDoc(f, config), true)]),
    ...imports.map((node) => entry(node, () => importDoc(f, node), false)),
    ...items.map((node) => entry(node, () => itemDoc(f, node), node.kind !== "map_decl")),
  ].sort((a, b) => a.start - b.start);
}
