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
  readonly pointers: boolean;
  readonly args: "all" | readonly string[];
}

const isProbeName = (expr: Expr): boolean =>
  (expr.kind === "ident" && expr.name === "probe") || (expr.kind === "call" && expr.name.text === "probe" && expr.args.length === 0);

/** `args` or `*args`, which is tolerated (row 3.50). */
export const isArgs = (expr: Expr): boolean =>
  (expr.kind === "ident" && expr.name === "args") || (expr.kind === "unary" && expr.op === "*" && isArgs(expr.operand));

// Functions that read memory: whether it is the kernel's or the user's depends on the attach point.
const READS_MEMORY = new Set(["str", "join", "strlen", "ntop", "buf"]);

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
    pointers: someExpr(block, (expr) => expr.kind === "call" && READS_MEMORY.has(expr.name.text)),
    args: wholes.length > 0 ? "all" : [...fields].sort(),
  };
}

const layoutKey = (field: TracepointField | undefined): string =>
  field === undefined ? "-" : `${field.offset}/${field.sizeBytes}/${typeName(field.type)}/${spaceOf(field)}/${field.loc}`;

const spaceOf = (field: TracepointField): string => (field.type.kind === "pointer" ? field.type.space : "");

function groupKey(uses: Uses, { point, probeName }: ExpandedPoint): string {
  const key: string[] = uses.probeName ? [probeName] : [];
  if (uses.args.length > 0 || uses.pointers) key.push(point.provider === "tracepoint" ? memorySpaceOf(point) : "none");
  if (uses.args === "all") key.push(point.name);
  else if (point.provider === "tracepoint")
    for (const name of uses.args) key.push(layoutKey(point.tracepoint.fields.find((field) => field.name === name)));
  else if (uses.args.length > 0) key.push(point.name);
  return key.join("\n");
}

/** Address space of pointers that have none of their own: syscall tracepoints carry user pointers. */
export function memorySpaceOf(point: ResolvedAttachPoint): "kernel" | "user" | "none" {
  if (point.provider !== "tracepoint") return "none";
  return point.tracepoint.category === "syscalls" ? "user" : "kernel";
}

const nameProbe =
  (name: string) =>
  (expr: Expr): Expr =>
    isProbeName(expr) ? { kind: "string", span: expr.span, bytes: textToBytes(name) } : mapChildren(expr, nameProbe(name));

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
    const map = nameProbe(group[0]!.probeName);
    return {
      points: group.map(({ point }) => point),
      predicate: item.predicate === null || !uses.probeName ? item.predicate : map(item.predicate),
      block: uses.probeName ? mapBlock(item.body, map) : item.body,
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
