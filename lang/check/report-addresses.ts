/**
 * Dynamic fields (`__data_loc`) as numbers: where their data lies while the event is handled. As a value to keep or to show that means
 * nothing, and mostly their text was meant.
 */
import type { HirBlock, HirExpr, HirLocal, HirProgram, HirStmt, LocalId } from "../hir/hir.ts";
import { blocksOf, expressionsOf, operandsOf } from "../hir/walk.ts";
import { int, sameType } from "../types/type.ts";
import type { Report } from "./report.ts";

interface Found {
  readonly expr: HirExpr;
  readonly name: string;
  readonly isText: boolean;
}

type Addresses = Map<LocalId, boolean>;

interface Body {
  readonly report: Report;
  readonly locals: readonly HirLocal[];
  /** Variables that were set to such an address, and whether it is that of a text. */
  readonly addresses: Addresses;
}

/** The addresses that a value consists of, but for those that it only computes with. */
function addressesIn(body: Body, expr: HirExpr): readonly Found[] {
  switch (expr.kind) {
    case "field": {
      const { loc, name, type } = expr.field;
      if (loc === "inline" || type.kind !== "pointer") return [];
      return [{ expr, name: `args.${name}`, isText: sameType(type.to, int(1, true)) }];
    }
    case "local": {
      const isText = body.addresses.get(expr.local);
      return isText === undefined || expr.type.kind !== "pointer" ? [] : [{ expr, name: body.locals[expr.local]!.name, isText }];
    }
    case "cast":
      return addressesIn(body, expr.operand);
    case "tuple":
      return expr.elems.flatMap((elem) => addressesIn(body, elem));
    case "cond":
      return [...addressesIn(body, expr.then), ...addressesIn(body, expr.else)];
    default:
      return [];
  }
}

/** Keys of maps within an expression. */
function checkKeys(body: Body, expr: HirExpr): void {
  if ("key" in expr && expr.key !== null) checkShown(body, expr.key);
  if (expr.kind === "block") checkBlock(body, expr.body);
  for (const operand of operandsOf(expr)) checkKeys(body, operand);
}

function checkShown({ report, ...body }: Body, expr: HirExpr): void {
  for (const { expr: at, name, isText } of addressesIn({ report, ...body }, expr))
    report.warn("address", at.span, `the value of ${name} is an address, not ${isText ? "its text" : "what it leads to"}`, {
      hint: isText ? `str(${name}) is the text` : `buf(${name}, LENGTH) is what it leads to`,
    });
}

/** What of a statement is kept or shown. */
function shownBy(stmt: HirStmt): readonly HirExpr[] {
  switch (stmt.kind) {
    case "print_value":
    case "set_map":
    case "aggregate":
    case "printf":
    case "errorf":
    case "warnf":
    case "debugf":
      return expressionsOf(stmt);
    default:
      return [];
  }
}

function checkBlock(body: Body, block: HirBlock): void {
  for (const stmt of block) {
    for (const expr of expressionsOf(stmt)) checkKeys(body, expr);
    for (const expr of shownBy(stmt)) checkShown(body, expr);
    if (stmt.kind === "set_local") {
      const [found] = addressesIn(body, stmt.value);
      if (found !== undefined) body.addresses.set(stmt.local, found.isText);
    }
    for (const inner of blocksOf(stmt)) checkBlock(body, inner);
  }
}

export function reportAddresses(program: HirProgram, report: Report): void {
  for (const { locals, body } of program.probes) checkBlock({ report, locals, addresses: new Map() }, body);
}
