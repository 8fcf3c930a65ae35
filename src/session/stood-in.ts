/**
 * Pointers that were followed while recording and not recorded themselves, as numbers: programs have stand-ins for them (probes/probed/recipe.ts),
 * which lead where the pointers led, but say nothing when they are shown, kept, or compared.
 */
import type { HirBlock, HirExpr, HirMapId, HirProgram, HirStmt, LocalId } from "../../lang/hir/hir.ts";
import { blocksOf, expressionsOf, operandsOf, someExpr, someExprOf } from "../../lang/hir/walk.ts";
import { placeOf, standInRead, valueOf, type Followed } from "./pointed-values.ts";
import type { PointerPath, RecordedPointers } from "./recorded-pointers.ts";

/** A stand-in that a program shows, keeps or compares. */
export interface StoodIn {
  /** `arg0`, `arg0->next`. */
  readonly name: string;
  /** Where it lies in memory; null: it is a word of the context. */
  readonly read: PointerPath | null;
}

interface Body {
  /** Words of the context that are stand-ins, by offset. */
  readonly words: ReadonlyMap<number, string>;
  /** Maps whose values are followed: what they keep are pointers. */
  readonly followed: ReadonlySet<HirMapId>;
  /** Variables that were set to one. */
  readonly locals: Map<LocalId, StoodIn>;
  readonly memory: Followed;
  /** By name. */
  readonly shown: Map<string, StoodIn>;
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

/** Bytes of recorded memory, or of a copy of them. */
function showRead(body: Body, expr: HirExpr): void {
  const found = standInRead(body.memory, expr);
  if (found !== null) body.shown.set(found.name, { name: found.name, read: found.at.path });
}

/** `isShown`: the value itself is seen by somebody. */
function visit(body: Body, expr: HirExpr, isShown: boolean): void {
  switch (expr.kind) {
    case "context_word": {
      const name = body.words.get(expr.offset);
      if (isShown && name !== undefined) body.shown.set(name, { name, read: null });
      return;
    }
    case "local": {
      const one = body.locals.get(expr.local);
      if (isShown && one !== undefined) body.shown.set(one.name, one);
      if (isShown) showRead(body, expr);
      return;
    }
    case "deref":
      if (isShown) showRead(body, expr);
      return visit(body, expr.pointer, false);
    case "index":
      if (isShown) showRead(body, expr);
      visit(body, expr.index, false);
      return visit(body, expr.operand, false);
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
    case "member":
      if (isShown) showRead(body, expr);
      // Of a tuple, whose members are values; a struct's other members are not looked at.
      return visit(body, expr.operand, isShown && expr.operand.type.kind !== "struct");
    case "cast":
    case "binary":
    case "tuple":
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

const READS: ReadonlySet<HirExpr["kind"]> = new Set(["context_word", "local", "cast", "deref", "member", "index"]);

/** The stand-in that a value is. */
function standInOf(body: Body, value: HirExpr): StoodIn | null {
  if (!READS.has(value.kind) && valueOf(body.memory, value) === null) return null;
  const probe: Body = { ...body, shown: new Map() };
  visit(probe, value, true);
  return [...probe.shown.values()][0] ?? null;
}

function setOrDelete<T>(map: Map<LocalId, T>, local: LocalId, value: T | null): void {
  if (value === null) map.delete(local);
  else map.set(local, value);
}

function setLocal(body: Body, { local, value }: Extract<HirStmt, { kind: "set_local" }>): void {
  visit(body, value, false);
  const { memory } = body;
  const isWhole = value.type.kind === "struct" || value.type.kind === "array";
  const [held, pointer, copy] = [isWhole ? null : standInOf(body, value), valueOf(memory, value), isWhole ? placeOf(memory, value) : null];
  setOrDelete(body.locals, local, held);
  setOrDelete(memory.values, local, pointer);
  setOrDelete(memory.copies, local, copy);
}

function execute(body: Body, stmt: HirStmt): void {
  switch (stmt.kind) {
    case "set_local":
      setLocal(body, stmt);
      break;
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

/** The stand-ins that a program shows, keeps or compares. `words`: those of its context, by offset; `pointers`: what its records tell. */
export function shownStandIns(block: HirBlock, words: Body["words"], followed: Body["followed"], pointers: RecordedPointers): StoodIn[] {
  const shown = new Map<string, StoodIn>();
  run({ words, followed, locals: new Map(), memory: { pointers, values: new Map(), copies: new Map() }, shown }, block);
  return [...shown.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
