/** The typed program as text, for `-d types` and tests: one statement a line, types after a colon where an expression's own text hides them. */
import { typeName, type MapValueType, type Type } from "../types/type.ts";
import type { HirBlock, HirExpr, HirFunction, HirMapId, HirProbe, HirProgram, HirStmt, LocalId } from "./hir.ts";

interface Names {
  readonly local: (id: LocalId) => string;
  readonly map: (id: HirMapId) => string;
  readonly func: (index: number) => string;
}

/** Bytes as a quoted text, everything but printable ASCII escaped. */
function quote(text: Iterable<number>): string {
  let quoted = "";
  for (const byte of text) {
    const char = String.fromCharCode(byte);
    if (char === "\n") quoted += "\\n";
    else if (char === '"' || char === "\\") quoted += `\\${char}`;
    else quoted += byte >= 32 && byte < 127 ? char : `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return `"${quoted}"`;
}

const quoteText = (text: string): string => quote(Array.from(text, (char) => char.charCodeAt(0)));

const constant = (value: bigint, type: Type): string =>
  type.kind === "bool" ? String(value !== 0n) : `${String(value)}:${typeName(type)}`;

const cell = (names: Names, map: HirMapId, key: HirExpr | null): string =>
  key === null ? names.map(map) : `${names.map(map)}[${text(names, key)}]`;

const list = (names: Names, exprs: readonly HirExpr[]): string => exprs.map((expr) => text(names, expr)).join(", ");

const step = (target: string, delta: number, prefix: boolean): string => {
  const op = delta > 0 ? "++" : "--";
  return prefix ? op + target : target + op;
};

/** The expression; casts and constants carry their type. */
function text(names: Names, expr: HirExpr): string {
  const sub = (child: HirExpr): string => text(names, child);
  switch (expr.kind) {
    case "int":
      return constant(expr.value, expr.type);
    case "str":
      return quote(expr.bytes);
    case "local":
      return names.local(expr.local);
    case "map":
      return cell(names, expr.map, expr.key);
    case "aggregate_value":
      return `value(${cell(names, expr.map, expr.key)}):${typeName(expr.type)}`;
    case "field":
      return `args.${expr.field.name}:${typeName(expr.type)}`;
    case "builtin":
      return expr.name;
    case "unary":
      return `${{ neg: "-", bitnot: "~", lognot: "!" }[expr.op]}${sub(expr.operand)}`;
    case "binary":
      return `(${sub(expr.left)} ${expr.op} ${sub(expr.right)}):${typeName(expr.type)}`;
    case "compare":
    case "logical":
      return `(${sub(expr.left)} ${expr.op} ${sub(expr.right)})`;
    case "equal":
      return `(${sub(expr.left)} ${expr.negated ? "!==" : "==="} ${sub(expr.right)})`;
    case "cast":
      return `${typeName(expr.type)}(${sub(expr.operand)})`;
    case "cond":
      return `(${sub(expr.cond)} ? ${sub(expr.then)} : ${sub(expr.else)})`;
    case "tuple":
      return `(${list(names, expr.elems)}${expr.elems.length === 1 ? "," : ""})`;
    case "record":
      return `(${expr.fields.map(({ name, value }) => `${name}=${sub(value)}`).join(", ")})`;
    case "member":
      return `${sub(expr.operand)}.${expr.index}`;
    case "index":
      return `${sub(expr.operand)}[${sub(expr.index)}]`;
    case "deref":
      return `*(${sub(expr.pointer)}):${typeName(expr.type)}`;
    case "address_of_local":
      return `&${names.local(expr.local)}`;
    case "address_of_map":
      return `&${names.map(expr.map)}`;
    case "increment_local":
      return `${step(names.local(expr.local), expr.delta, expr.prefix)}:${typeName(expr.type)}`;
    case "increment_map":
      return `${step(cell(names, expr.map, expr.key), expr.delta, expr.prefix)}:${typeName(expr.type)}`;
    case "block":
      return `{ ${lines(names, expr.body, "").join(" ")} ${sub(expr.value)} }`;
    case "call":
      return `${names.func(expr.func)}(${list(names, expr.args)})`;
    case "strncmp":
      return `strncmp(${sub(expr.left)}, ${sub(expr.right)}, ${expr.n})`;
    case "str_of":
      return `str(${sub(expr.pointer)}${expr.length === null ? "" : `, ${sub(expr.length)}`}):${typeName(expr.type)}`;
    case "char_array":
      return `text(${sub(expr.operand)})`;
    case "buf_of":
      return `buf(${sub(expr.data)}${expr.length === null ? "" : `, ${sub(expr.length)}`}):${typeName(expr.type)}`;
    case "concat":
      return `str_concat(${sub(expr.left)}, ${sub(expr.right)})`;
    case "table_text":
      return `${expr.table.name}[${sub(expr.index)}]`;
    case "bswap":
      return `bswap(${sub(expr.operand)})`;
    case "task_parent":
      return `task_parent_${expr.of}(${sub(expr.pid)})`;
    case "task_comm":
      return `${expr.kind}(${sub(expr.pid)})`;
    case "macaddr":
      return `macaddr(${sub(expr.source)})`;
    case "strlen":
      return `strlen(${sub(expr.operand)})`;
    case "strftime":
      return `strftime(${quoteText(expr.type.kind === "timestamp" ? expr.type.format : "")}, ${sub(expr.ns)})`;
    case "ntop":
      return `ntop(${expr.family === null ? "" : `${sub(expr.family)}, `}${sub(expr.address)})`;
    case "stack":
      return typeName(expr.type);
    case "stack_len":
      return `len(${sub(expr.stack)})`;
    case "context_word":
      return expr.what;
    case "ksym":
    case "usym":
      return `${expr.kind}(${sub(expr.address)})`;
    case "has_key":
      return `has_key(${names.map(expr.map)}, ${sub(expr.key)}${bucketText(names, expr.bucket)})`;
    case "delete":
      return `delete(${cell(names, expr.map, expr.key)}${bucketText(names, expr.bucket)})`;
    case "map_len":
      return `len(${names.map(expr.map)})`;
  }
}

const bucketText = (names: Names, bucket: HirExpr | undefined): string => (bucket === undefined ? "" : `, bucket ${text(names, bucket)}`);

function nested(names: Names, indent: string, head: string, body: HirBlock, tail = "}"): string[] {
  return [`${indent}${head} {`, ...lines(names, body, `${indent}  `), indent + tail];
}

function stmtLines(names: Names, stmt: HirStmt, indent: string): string[] {
  const sub = (expr: HirExpr): string => text(names, expr);
  const one = (line: string): string[] => [indent + line];
  switch (stmt.kind) {
    case "set_local":
      return one(`${names.local(stmt.local)} = ${sub(stmt.value)}`);
    case "set_map":
      return one(`${cell(names, stmt.map, stmt.key)} = ${sub(stmt.value)}`);
    case "aggregate":
      return one(
        `${cell(names, stmt.map, stmt.key)} <- ${stmt.arg === null ? "1" : sub(stmt.arg)}${stmt.time === undefined ? "" : ` at ${sub(stmt.time)}`}`,
      );
    case "expr":
      return one(sub(stmt.expr));
    case "if": {
      const head = `if ${sub(stmt.cond)}`;
      if (stmt.else.length === 0) return nested(names, indent, head, stmt.then);
      return [...nested(names, indent, head, stmt.then, "} else {"), ...lines(names, stmt.else, `${indent}  `), `${indent}}`];
    }
    case "while":
      return nested(names, indent, `while ${sub(stmt.cond)}`, stmt.body);
    case "for_range":
      return nested(names, indent, `for ${names.local(stmt.local)} : ${sub(stmt.from)}..${sub(stmt.to)}`, stmt.body);
    case "for_map":
      return nested(names, indent, `for ${names.local(stmt.local)} : ${names.map(stmt.map)}`, stmt.body);
    case "unroll":
      return nested(names, indent, `unroll ${stmt.count}`, stmt.body);
    case "block":
      return nested(names, indent, "block", stmt.body);
    case "break":
    case "continue":
      return one(stmt.kind);
    case "return":
      return one(stmt.value === null ? "return" : `return ${sub(stmt.value)}`);
    case "printf":
    case "errorf":
    case "warnf":
    case "debugf":
    case "cat":
    case "system":
      return one(`${stmt.kind}(${[quoteText(stmt.format), ...stmt.args.map(sub)].join(", ")})`);
    case "print_value":
      return one(`print(${sub(stmt.value)})`);
    case "print_map":
      return one(`print(${names.map(stmt.map)}, ${stmt.top}, ${stmt.div})`);
    case "clear":
    case "zero":
      return one(`${stmt.kind}(${names.map(stmt.map)})`);
    case "exit":
      return one(`exit(${sub(stmt.code)})`);
    case "time":
      return one(`time(${quoteText(stmt.format)})`);
    case "join":
      return one(`join(${sub(stmt.pointer)}, ${quoteText(stmt.separator)})`);
  }
}

const lines = (names: Names, block: HirBlock, indent: string): string[] => block.flatMap((stmt) => stmtLines(names, stmt, indent));

function valueText(value: MapValueType): string {
  switch (value.kind) {
    case "plain":
      return typeName(value.type);
    case "count":
      return "count";
    case "hist":
      return `hist(${value.bits})`;
    case "tseries":
      return `tseries(${String(value.intervalNs)}, ${value.count}, ${value.aggregate}) ${value.signed ? "int64" : "uint64"}`;
    case "lhist":
      return `lhist(${String(value.min)}, ${String(value.max)}, ${String(value.step)})`;
    default:
      return `${value.kind} ${value.signed ? "int64" : "uint64"}`;
  }
}

/** `hidden`: locals that the head shows. */
function bodyLines(program: HirProgram, { locals, body }: HirProbe | HirFunction, head: (names: Names) => string, hidden = 0): string[] {
  const counts = new Map<string, number>();
  for (const { name } of locals) counts.set(name, (counts.get(name) ?? 0) + 1);
  const names: Names = {
    // Variables of different scopes may share a name.
    local: (id) => {
      const { name } = locals[id]!;
      return counts.get(name) === 1 ? name : `${name}#${id}`;
    },
    map: (id) => program.maps[id]!.name,
    func: (index) => program.functions[index]!.name,
  };
  const shown = locals.map(({ type }, id) => `  ${names.local(id as LocalId)}: ${typeName(type)}`).slice(hidden);
  return [`${head(names)} {`, ...shown, ...lines(names, body, "  "), "}"];
}

const probeLines = (program: HirProgram, probe: HirProbe): string[] =>
  bodyLines(program, probe, () => probe.attach.map(({ name }) => name).join(", "));

function functionLines(program: HirProgram, func: HirFunction): string[] {
  const { name, params, returns, locals } = func;
  const head = (names: Names): string =>
    `fn ${name}(${params.map((id) => `${names.local(id)}: ${typeName(locals[id]!.type)}`).join(", ")}): ${typeName(returns)}`;
  return bodyLines(program, func, head, params.length);
}

/** Maps first, then functions, then probes in source order; ends in a newline unless the program is empty. */
export function printHir(program: HirProgram): string {
  const maps = program.maps.map(
    ({ name, key, value, maxEntries }) => `${name}${key === null ? "" : `[${typeName(key)}]`}: ${valueText(value)}, ${maxEntries} entries`,
  );
  const functions = program.functions.flatMap((func) => functionLines(program, func));
  return [...maps, ...functions, ...program.probes.flatMap((probe) => probeLines(program, probe))].map((line) => `${line}\n`).join("");
}
