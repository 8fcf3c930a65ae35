import type { Block, CMember, ConfigValue, Definition, Expr, Item, Script, Stmt, TypeExpr } from "../ast/ast.ts";

const indent = "  ";

/**
 * The tree as S-expressions, one item and one statement a line, blocks indented; for `-d ast` and tests. Spans and comments are
 * left out, `(error)` stands for what could not be read. Recursion is bounded, as the parser bounds the tree's depth.
 */
export function printAst({ definitions, config, imports, items }: Script): string {
  const lines = [
    ...definitions.map(definition),
    ...(config === null ? [] : [list("config", ...config.entries.map(({ key, value }) => list(key.text, configValue(value))))]),
    ...imports.map(({ path }) => list("import", quote(path))),
    ...items.map(item),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function list(...parts: readonly (string | null)[]): string {
  return `(${parts.filter((part) => part !== null && part !== "").join(" ")})`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function definition(node: Definition): string {
  switch (node.kind) {
    case "include":
      return list("include", node.system ? `<${node.path}>` : quote(node.path));
    case "define":
      return list("define", node.name.text, quote(node.body));
    case "conditional":
    case "typedef":
      return list(node.kind, quote(node.text));
    case "enum": {
      const constants = node.constants.map(({ name, value }) => (value === null ? name.text : list(name.text, expr(value))));
      return list("enum", node.name?.text ?? "_", ...node.attributes.map((attribute) => `:${attribute}`), ...constants);
    }
    case "struct":
    case "union": {
      const attributes = node.attributes.map((attribute) => `:${attribute}`);
      return list(node.kind, node.name?.text ?? "_", ...attributes, ...node.members.map(member));
    }
    case "error":
      return "(error)";
  }
}

function member(node: CMember): string {
  const lengths = node.lengths.map((length) => `[${length === null ? "" : expr(length)}]`).join("");
  const bits = node.bits === null ? "" : `:${expr(node.bits)}`;
  const attributes = node.attributes.map((attribute) => `:${attribute}`);
  if (node.kind === "nested")
    return list(node.name?.text ?? "_", definition(node.definition), "*".repeat(node.pointers) + lengths + bits, ...attributes);
  return list(node.name.text, quote(`${node.type}${"*".repeat(node.pointers)}`), lengths + bits, ...attributes);
}

function configValue(value: ConfigValue): string {
  switch (value.kind) {
    case "string":
      return quote(value.text);
    case "word":
      return value.text;
    case "int":
    case "bool":
      return String(value.value);
  }
}

function item(node: Item): string {
  switch (node.kind) {
    case "probe": {
      const points = node.attach.map(({ label, parts }) => {
        const text = parts.map((part) => (/[\s:@"]/.test(part.text) ? quote(part.text) : part.text)).join(":");
        return label === null ? text : `${label}=${text}`;
      });
      return list("probe", `[${points.join(" ")}]`, node.predicate && list("predicate", expr(node.predicate)), block(node.body, ""));
    }
    case "macro":
      return list("macro", node.name.text, list(...node.params.map(({ kind, name }) => `${kind}:${name}`)), block(node.body, ""));
    case "function": {
      const params = node.params.map(({ name, type }) => list(name, typeExpr(type)));
      return list("fn", node.name.text, list(...params), node.returns && typeExpr(node.returns), block(node.body, ""));
    }
    case "map_decl":
      return list("map", node.map.text, node.type.text, node.size && expr(node.size));
    case "error":
      return "(error)";
  }
}

/** Statements each on a line of their own, one step further in than `margin`. */
function block({ stmts, value }: Block, margin: string): string {
  const inner = margin + indent;
  const lines = stmts.map((statement) => `\n${inner}${stmt(statement, inner)}`);
  if (value !== null) lines.push(`\n${inner}${list("value", expr(value, inner))}`);
  return `{${lines.join("")}${lines.length > 0 ? `\n${margin}` : ""}}`;
}

function stmt(node: Stmt, margin: string): string {
  const sub = (e: Expr) => expr(e, margin);
  switch (node.kind) {
    case "expr":
      return sub(node.expr);
    case "assign":
      return list(node.op, sub(node.target), sub(node.value));
    case "let":
      return list("let", node.name.text, node.type && `:${typeExpr(node.type)}`, node.value && sub(node.value));
    case "if":
      return ifText(node, margin);
    case "while":
      return list("while", sub(node.cond), block(node.body, margin));
    case "unroll":
      return list("unroll", sub(node.count), block(node.body, margin));
    case "for_range":
      return list("for", node.variable.text, list("range", sub(node.from), sub(node.to)), block(node.body, margin));
    case "for_each":
      return list("for", node.variable.text, sub(node.over), block(node.body, margin));
    case "block":
      return list("block", block(node.body, margin));
    case "return":
      return list("return", node.value && sub(node.value));
    case "import":
      return list("import", quote(node.path));
    case "break":
    case "continue":
    case "error":
      return list(node.kind);
  }
}

function ifText(node: (Stmt | Expr) & { kind: "if" }, margin: string): string {
  const head = node.comptime ? "if-comptime" : "if";
  return list(head, expr(node.cond, margin), block(node.then, margin), node.else && block(node.else, margin));
}

function expr(node: Expr | TypeExpr, margin = ""): string {
  const sub = (e: Expr | TypeExpr) => expr(e, margin);
  switch (node.kind) {
    case "int":
      return node.value === null ? "(error)" : `${node.value}${node.suffix}`;
    case "string":
      return stringText(node.bytes);
    case "bool":
      return String(node.value);
    case "param":
      return node.index === "count" ? "$#" : `$${node.index}`;
    case "ident":
    case "variable":
    case "map":
      return node.name;
    case "discard":
      return "_";
    case "call":
      return list("call", node.name.text, ...node.args.map(sub));
    case "unary":
      return list(`${node.op}_`, sub(node.operand));
    case "increment":
      return list(node.prefix ? `${node.op}_` : `_${node.op}`, sub(node.operand));
    case "binary":
      return list(node.op, sub(node.left), sub(node.right));
    case "ternary":
      return list("?", sub(node.cond), node.then === null ? "_" : sub(node.then), sub(node.else));
    case "if":
      return ifText(node, margin);
    case "block":
      return list("block", block(node.body, margin));
    case "member":
      return list(node.arrow ? "->" : ".", sub(node.operand), node.name.text);
    case "index":
      return list("index", sub(node.operand), ...node.indices.map(sub));
    case "cast":
      return list("cast", typeExpr(node.to), sub(node.operand));
    case "tuple":
      return list("tuple", ...node.elems.map(sub));
    case "record":
      return list("record", ...node.fields.map(({ name, value }) => list(name.text, sub(value))));
    case "sizeof":
    case "typeof":
    case "typeinfo":
      return list(node.kind, sub(node.of));
    case "offsetof":
      return list("offsetof", sub(node.of), node.path.map((name) => name.text).join("."));
    case "comptime":
      return list("comptime", sub(node.operand));
    case "type":
      return typeExpr(node);
    case "error":
      return "(error)";
  }
}

function typeExpr({ base, suffixes }: TypeExpr): string {
  const text = suffixes.map((suffix) => (suffix === "*" ? "*" : `[${suffix.length === null ? "" : expr(suffix.length)}]`)).join("");
  if (base.kind === "typeof") return `<typeof ${expr(base.of)}>${text}`;
  return base.kind === "name" ? `<${base.name}${text}>` : `<${base.kind} ${base.name}${text}>`;
}

/** Printable ASCII as it is, the rest as \xNN. */
function stringText(bytes: Uint8Array): string {
  const escaped = Array.from(bytes, (byte) => {
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
    return byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
  });
  return `"${escaped.join("")}"`;
}
