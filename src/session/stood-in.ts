/**
 * Pointers that were followed while recording and not recorded themselves, as numbers: programs have stand-ins for them (probes/probed/recipe.ts),
 * which lead where the pointers led, but say nothing when they are shown, kept, or compared.
 */
import type { HirBlock, HirExpr, HirMapId, HirProgram, HirStmt, LocalId } from "../../lang/hir/hir.ts";
import { blocksOf, expressionsOf, operandsOf, someExpr, someExprOf } from "../../lang/hir/walk.ts";

interface Body {
  /** Words of the context that are stand-ins, by offset. */
  readonly words: ReadonlyMap<number, string>;
  /** Maps whose values are followed: what they keep are pointers. */
  readonly followed: ReadonlySet<HirMapId>;
  /** Variables that were set to one, and its name. */
  readonly locals: Map<LocalId, string>;
  readonly shown: Set<string>;
}

/** What of an expression is an address that it goes to. */
function pointerOf(expr: HirExpr): HirExpr | null {
  switch (expr.kind) {
    case "deref":
    case "str_of":
      return expr.pointer;
    case "buf_of":
      return expr.data;
    case "macaddr":
      return expr.source;
    default:
      return null;
  }
}

/** Maps that pointers are taken from, also by way of a variable. */
export function followedMaps({ probes, functions }: Pick<HirProgram, "probes" | "functions">): Set<HirMapId> {
  const followed = new Set<HirMapId>();
  const note = (expr: HirExpr): boolean => {
    if (expr.kind === "map") followed.add(expr.map);
    return false;
  };
  const look = (stmt: HirStmt): void => {
    if (stmt.kind === "set_local") someExpr(stmt.value, note);
    if (stmt.kind === "join") someExpr(stmt.pointer, note);
    someExprOf({ ...stmt }, (expr) => {
      const pointer = pointerOf(expr);
      if (pointer !== null) someExpr(pointer, note);
      if (expr.kind === "call") for (const arg of expr.args) someExpr(arg, note);
      if (expr.kind === "block") for (const inner of expr.body) look(inner);
      return false;
    });
    for (const block of blocksOf(stmt)) for (const inner of block) look(inner);
  };
  for (const { body } of [...probes, ...functions]) for (const stmt of body) look(stmt);
  return followed;
}

/** Whether there is a pointer at all does not ask which one. */
const isNull = (expr: HirExpr): boolean => (expr.kind === "cast" ? isNull(expr.operand) : expr.kind === "int" && expr.value === 0n);

/** `isShown`: the value itself is seen by somebody. */
function visit(body: Body, expr: HirExpr, isShown: boolean): void {
  switch (expr.kind) {
    case "context_word": {
      const name = body.words.get(expr.offset);
      if (isShown && name !== undefined) body.shown.add(name);
      return;
    }
    case "local": {
      const name = body.locals.get(expr.local);
      if (isShown && name !== undefined) body.shown.add(name);
      return;
    }
    case "compare":
    case "equal": {
      const asks = !isNull(expr.left) && !isNull(expr.right);
      visit(body, expr.left, asks);
      return visit(body, expr.right, asks);
    }
    case "cond":
      visit(body, expr.cond, false);
      visit(body, expr.then, isShown);
      return visit(body, expr.else, isShown);
    case "cast":
    case "binary":
    case "tuple":
    case "member":
      for (const operand of operandsOf(expr)) visit(body, operand, isShown);
      return;
    case "record":
      for (const { value } of expr.fields) visit(body, value, isShown);
      return;
    case "block":
      run(body, expr.body);
      return visit(body, expr.value, isShown);
    case "ksym":
    case "usym":
      return visit(body, expr.address, true);
    case "map":
    case "delete":
    case "has_key":
    case "aggregate_value":
    case "increment_map":
      for (const key of operandsOf(expr)) visit(body, key, true);
      return;
    default:
      for (const operand of operandsOf(expr)) visit(body, operand, false);
  }
}

/** The name of the stand-in that a value is. */
function nameOf(body: Body, value: HirExpr): string | null {
  const probe: Body = { ...body, shown: new Set() };
  if (value.kind === "context_word" || value.kind === "local" || value.kind === "cast") visit(probe, value, true);
  return [...probe.shown][0] ?? null;
}

function execute(body: Body, stmt: HirStmt): void {
  switch (stmt.kind) {
    case "set_local": {
      visit(body, stmt.value, false);
      const name = nameOf(body, stmt.value);
      if (name === null) body.locals.delete(stmt.local);
      else body.locals.set(stmt.local, name);
      break;
    }
    case "set_map":
      if (stmt.key !== null) visit(body, stmt.key, true);
      visit(body, stmt.value, !body.followed.has(stmt.map));
      break;
    case "print_value":
    case "aggregate":
    case "printf":
    case "errorf":
    case "warnf":
    case "debugf":
    case "cat":
    case "system":
      for (const expr of expressionsOf(stmt)) visit(body, expr, true);
      break;
    default:
      for (const expr of expressionsOf(stmt)) visit(body, expr, false);
  }
  for (const block of blocksOf(stmt)) run(body, block);
}

function run(body: Body, block: HirBlock): void {
  for (const stmt of block) execute(body, stmt);
}

/** Names of the stand-ins that a program shows, keeps or compares. `words`: its stand-ins by their offset in the context. */
export function shownStandIns(block: HirBlock, words: Body["words"], followed: Body["followed"]): string[] {
  if (words.size === 0) return [];
  const shown = new Set<string>();
  run({ words, followed, locals: new Map(), shown }, block);
  return [...shown].sort();
}
