/** Values that programs cannot hold: a per-CPU map's value, where copies lie, has 32 KiB (linux include/linux/percpu.h). */
import type { HirBlock, HirExpr, HirProgram, HirStmt } from "../hir/hir.ts";
import { blocksOf, expressionsOf, operandsOf } from "../hir/walk.ts";
import { sizeOf, typeName } from "../types/type.ts";
import type { Report } from "./report.ts";

// Room is left for a record's header, and for the bucket number behind a key.
const MAX_BYTES = 32_768 - 256;

const padTo8 = (n: number): number => Math.ceil(n / 8) * 8;

/** Read in place: of what a pointer leads to or a variable holds, only the part that is asked for is copied. */
const IN_PLACE: ReadonlySet<HirExpr["kind"]> = new Set(["deref", "member", "index", "local"]);

const isPart = (parent: HirExpr, child: HirExpr): boolean =>
  (parent.kind === "member" || parent.kind === "index") && child === parent.operand && IN_PLACE.has(child.kind);

function checkExpr(report: Report, expr: HirExpr, use: "copied" | "in place"): void {
  const sizeBytes = sizeOf(expr.type);
  if (use === "copied" && sizeBytes > MAX_BYTES) {
    const message = `value of type '${typeName(expr.type)}' has ${sizeBytes} bytes: at most ${MAX_BYTES} can be copied`;
    report.error("tooLong", expr.span, message, { hint: "read the members or elements that are needed" });
    return;
  }
  if (expr.kind === "block") checkBlock(report, expr.body);
  for (const operand of operandsOf(expr)) checkExpr(report, operand, isPart(expr, operand) ? "in place" : "copied");
}

/** What is printed at once lies in one record. */
function checkRecord(report: Report, stmt: HirStmt): void {
  if (!("args" in stmt)) return;
  const sizeBytes = stmt.args.reduce((sum, arg) => sum + padTo8(sizeOf(arg.type)), 0);
  if (sizeBytes > MAX_BYTES)
    report.error(
      "tooLong",
      stmt.span,
      `the arguments of ${stmt.kind}() have ${sizeBytes} bytes: at most ${MAX_BYTES} can be printed at once`,
    );
}

function checkBlock(report: Report, block: HirBlock): void {
  for (const stmt of block) {
    checkRecord(report, stmt);
    for (const expr of expressionsOf(stmt)) checkExpr(report, expr, "copied");
    for (const inner of blocksOf(stmt)) checkBlock(report, inner);
  }
}

export function reportLargeValues(program: HirProgram, report: Report): void {
  for (const { locals, body, span } of [...program.probes, ...program.functions]) {
    checkBlock(report, body);
    for (const { name, type } of locals)
      if (sizeOf(type) > MAX_BYTES)
        report.error("tooLong", span, `variable ${name} of type '${typeName(type)}' has more than ${MAX_BYTES} bytes`);
  }
}
