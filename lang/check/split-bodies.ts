/** One body per group of attach points for which the compiled code would be the same (row 1.05). */
import type { Block, Expr, ProbeItem } from "../ast/ast.ts";
import type { ResolvedAttachPoint, TracepointField } from "../catalogue.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import { typeName } from "../types/type.ts";
import type { ExpandedPoint } from "./attach/expand.ts";
import { textToBytes } from "./byte-text.ts";
import { mapBlock, mapChildren, someExpr } from "./rewrite.ts";

export interface ProbeBody {
  /** At least one; they agree on everything that the body looks at. */
  readonly points: readonly ResolvedAttachPoint[];
  readonly predicate: Expr | null;
  readonly block: Block;
  readonly span: Span;
}

/** What of the attach point a body looks at. `args` "all": the record as a whole. */
interface Uses {
  readonly probeName: boolean;
  readonly provider: boolean;
  readonly pointers: boolean;
  readonly args: "all" | readonly string[];
}

/** The name of a builtin variable that stands alone or is called without arguments, without the prefix of its raw form. */
function builtinName(expr: Expr): string {
  const name = expr.kind === "ident" ? expr.name : expr.kind === "call" && expr.args.length === 0 ? expr.name.text : "";
  return name.replace(/^__builtin_/, "");
}

const isProbeName = (expr: Expr): boolean => builtinName(expr) === "probe";

/** What differs between probe types: the name of the type, and where the event hit. */
const isOfProvider = (expr: Expr): boolean => builtinName(expr) === "probetype" || builtinName(expr) === "usermode";

/** `probetype`, as bpftrace calls the types (row 4.25). */
const PROBE_TYPES: Readonly<Partial<Record<ResolvedAttachPoint["provider"], string>>> = {
  begin: "special",
  end: "special",
  self: "special",
  bench: "benchmark",
};

/** `args` or `*args`, which is tolerated (row 3.50). */
export const isArgs = (expr: Expr): boolean =>
  (expr.kind === "ident" && expr.name === "args") || (expr.kind === "unary" && expr.op === "*" && isArgs(expr.operand));

// Functions that read memory: whether it is the kernel's or the user's depends on the attach point.
const READS_MEMORY = new Set("buf join macaddr memcmp ntop str str_concat strcontains strlen strncmp strstr".split(" "));

/** Also what makes a pointer of a number. */
const readsMemory = (expr: Expr): boolean =>
  expr.kind === "cast" || (expr.kind === "unary" && expr.op === "*") || (expr.kind === "call" && READS_MEMORY.has(expr.name.text));

function usesOf(block: Block): Uses {
  const fields = new Set<string>();
  const wholes: Expr[] = [];
  const visit = (expr: Expr): Expr => {
    if (expr.kind === "member" && isArgs(expr.operand)) {
      fields.add(expr.name.text);
      return expr;
    }
    if (isArgs(expr)) {
      wholes.push(expr);
      return expr;
    }
    return mapChildren(expr, visit);
  };
  mapBlock(block, visit);
  return {
    probeName: someExpr(block, isProbeName),
    provider: someExpr(block, isOfProvider),
    pointers: someExpr(block, readsMemory),
    args: wholes.length > 0 ? "all" : [...fields].sort(),
  };
}

const layoutKey = (field: TracepointField | undefined): string =>
  field === undefined ? "-" : `${field.offset}/${field.sizeBytes}/${typeName(field.type)}/${spaceOf(field)}/${field.loc}`;

const spaceOf = (field: TracepointField): string => (field.type.kind === "pointer" ? field.type.space : "");

function groupKey(uses: Uses, { point, probeName }: ExpandedPoint): string {
  const key: string[] = uses.probeName ? [probeName] : [];
  // Their programs are of another type, and arguments, results and functions are elsewhere in each context.
  if ("site" in point || "sampled" in point || point.provider === "profile") key.push(point.provider);
  // Each of a static probe's arguments has the type that its note says.
  if (point.provider === "usdt")
    key.push(point.site.records.fields.map((field, i) => `${point.site.records.words?.[i]} ${typeName(field.type)}`).join());
  if (uses.provider) key.push(point.provider);
  if (uses.args.length > 0 || uses.pointers) key.push(memorySpaceOf(point));
  if (uses.args === "all") key.push(point.name);
  else if (point.provider === "tracepoint")
    for (const name of uses.args) key.push(layoutKey(point.tracepoint.fields.find((field) => field.name === name)));
  else if (uses.args.length > 0) key.push(point.name);
  return key.join("\n");
}

/** Address space of pointers that have none of their own: syscall tracepoints and user probes carry user pointers. */
export function memorySpaceOf(point: ResolvedAttachPoint): "kernel" | "user" | "none" {
  if ("site" in point) return point.site.code === "user" || point.site.code === "usdt" ? "user" : "kernel";
  if (point.provider !== "tracepoint") return "none";
  return point.tracepoint.category === "syscalls" ? "user" : "kernel";
}

/** Puts in the texts that stand for the attach point. */
const nameProbe =
  (name: string, type: string) =>
  (expr: Expr): Expr => {
    const text = isProbeName(expr) ? name : builtinName(expr) === "probetype" ? type : null;
    return text === null ? mapChildren(expr, nameProbe(name, type)) : { kind: "string", span: expr.span, bytes: textToBytes(text) };
  };

export function splitBodies(item: ProbeItem, points: readonly ExpandedPoint[]): ProbeBody[] {
  // The predicate is looked at like the rest of the body.
  const all: Block = item.predicate === null ? item.body : { ...item.body, value: null, stmts: [blockOf(item)] };
  const uses = usesOf(all);
  const groups = new Map<string, ExpandedPoint[]>();
  for (const point of points) {
    const key = groupKey(uses, point);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [point]);
    else group.push(point);
  }
  return [...groups.values()].map((group) => {
    const { point, probeName } = group[0]!;
    const map = nameProbe(probeName, PROBE_TYPES[point.provider] ?? point.provider);
    const names = uses.probeName || uses.provider;
    return {
      points: group.map(({ point }) => point),
      predicate: item.predicate === null || !names ? item.predicate : map(item.predicate),
      block: names ? mapBlock(item.body, map) : item.body,
      span: item.span,
    };
  });
}

const blockOf = (item: ProbeItem): Block["stmts"][number] => ({
  kind: "if",
  span: item.span,
  comptime: false,
  cond: item.predicate!,
  then: item.body,
  else: null,
});
