/**
 * Which values may be addresses of the script's own variables and map values (`&$x`, `&@m`): memory of the machine that replays, whose numbers
 * are not in the byte order of the recorded one.
 */
import type { HirBlock, HirExpr, HirMapId, HirProgram, HirStmt, LocalId } from "../hir/hir.ts";
import { blocksOf, someExpr, someExprOf } from "../hir/walk.ts";

export interface OwnAddresses {
  /** Of each probe's and each function's body. */
  readonly locals: ReadonlyMap<HirBlock, ReadonlySet<LocalId>>;
  readonly maps: ReadonlySet<HirMapId>;
  /** What functions get and give back. */
  readonly inCalls: boolean;
}

type Known = Pick<OwnAddresses, "maps" | "inCalls">;

const isAddress = ({ kind }: HirExpr): boolean => kind === "address_of_local" || kind === "address_of_map";

/** `locals`: of the body that the expression is in. */
export const mayBeOwnAddress = (expr: HirExpr, locals: ReadonlySet<LocalId>, { maps, inCalls }: Known): boolean =>
  someExpr(
    expr,
    (part) =>
      isAddress(part) ||
      (part.kind === "local" && locals.has(part.local)) ||
      (part.kind === "map" && maps.has(part.map)) ||
      (part.kind === "call" && inCalls),
  );

/** All statements, those within expressions too, some of them twice. */
function eachStatement(body: HirBlock, visit: (stmt: HirStmt) => void): void {
  for (const stmt of body) {
    visit(stmt);
    someExprOf(stmt, (expr) => {
      if (expr.kind === "block") eachStatement(expr.body, visit);
      return false;
    });
    for (const block of blocksOf(stmt)) eachStatement(block, visit);
  }
}

/** Adds what one statement may put somewhere. */
function note(stmt: HirStmt, locals: Set<LocalId>, maps: Set<HirMapId>, inCalls: boolean): void {
  const isOwn = (expr: HirExpr | null): boolean => expr !== null && mayBeOwnAddress(expr, locals, { maps, inCalls });
  if (stmt.kind === "set_local" && isOwn(stmt.value)) locals.add(stmt.local);
  if (stmt.kind === "set_map" && (isOwn(stmt.value) || isOwn(stmt.key))) maps.add(stmt.map);
  if (stmt.kind === "aggregate" && (isOwn(stmt.arg) || isOwn(stmt.key))) maps.add(stmt.map);
  if (stmt.kind === "for_map" && maps.has(stmt.map)) locals.add(stmt.local);
}

export function findOwnAddresses({ probes, functions }: Pick<HirProgram, "probes" | "functions">): OwnAddresses {
  const bodies = [...probes, ...functions].map(({ body }) => body);
  const inCalls = bodies.some((body) => body.some((stmt) => someExprOf(stmt, isAddress)));
  const maps = new Set<HirMapId>();
  if (!inCalls) return { locals: new Map(bodies.map((body) => [body, new Set<LocalId>()])), maps, inCalls };
  const locals = new Map(bodies.map((body) => [body, new Set<LocalId>()]));
  for (const { body, params } of functions) for (const param of params) locals.get(body)!.add(param);
  const size = (): number => [...locals.values()].reduce((sum, set) => sum + set.size, maps.size);
  for (let before = -1; before !== size();) {
    before = size();
    for (const body of bodies) eachStatement(body, (stmt) => note(stmt, locals.get(body)!, maps, inCalls));
  }
  return { locals, maps, inCalls };
}
