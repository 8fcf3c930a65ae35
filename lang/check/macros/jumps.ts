/** A macro is no place to leave a probe or a loop from: its body does not show where it is (rows 2.24, 2.25). */
import type { Block, Expr, Stmt } from "../../ast/ast.ts";
import type { Report } from "../report.ts";

const LOOPS = new Set(["while", "for_range", "for_each"]);

/** `break` and `continue` belong to loops of the macro itself; `return` is nowhere allowed. */
export function checkJumps(body: Block, report: Report): void {
  const visit = (node: object, inLoop: boolean): void => {
    const { kind, span } = node as Partial<Stmt | Expr>;
    const isJump = kind === "return" || (!inLoop && (kind === "break" || kind === "continue"));
    if (isJump) report.error("misplaced", span!, `'${kind}' statement is not allowed in a macro`);
    for (const [key, child] of Object.entries(node) as [string, unknown][]) {
      if (typeof child !== "object" || child === null || key === "span" || key === "bytes") continue;
      visit(child, inLoop || (key === "body" && kind !== undefined && LOOPS.has(kind)));
    }
  };
  visit(body, false);
}
