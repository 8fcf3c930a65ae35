/**
 * Pointers that were followed while recording and not recorded themselves, as numbers: programs have stand-ins for them (probes/probed/recipe.ts),
 * which lead where the pointers led, but say nothing when they are shown, kept, or compared.
 */
import type { HirBlock, HirExpr, HirFunction, HirMapId, HirProgram, HirStmt, LocalId } from "../../lang/hir/hir.ts";
import { blocksOf, expressionsOf, operandsOf, someExpr, someExprOf } from "../../lang/hir/walk.ts";
import { placeOf, standInRead, valueOf, type Followed } from "./pointed-values.ts";
import { recordedPointers, type PointerPath, type RecordedPointers } from "./recorded-pointers.ts";

/** A stand-in that a program shows, keeps or compares. */
export interface StoodIn {
  /** `arg0`, `arg0->next`. */
  readonly name: string;
  /** Where it lies in memory; null: it is a word of the context. */
  readonly read: PointerPath | null;
  /** Set where values of maps are looked for. */
  readonly map?: HirMapId;
  /** It is a key and a value. */
  readonly isEntry?: true;
}

/** What is the same for all programs of a script. */
export interface KeptPointers {
  readonly functions: readonly HirFunction[];
  /** Maps that pointers are taken from and whose values are not seen otherwise: what is kept in them is not said. */
  readonly followed: ReadonlySet<HirMapId>;
}

interface Body {
  /** Words of the context that are stand-ins, by offset. */
  readonly words: ReadonlyMap<number, string>;
  readonly kept: KeptPointers;
  /** Values of maps are looked for, in place of stand-ins. */
  readonly looksForMaps: boolean;
  /** Functions that this is within; whether what they return is seen. */
  readonly within: readonly number[];
  readonly isReturnShown: boolean;
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
function followedMaps({ probes, functions }: Pick<HirProgram, "probes" | "functions">): Set<HirMapId> {
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

/** Stands in `shown` for the values of a map. */
const mapName = (map: HirMapId): string => `@${map}`;

function showMap({ shown }: Body, map: HirMapId): void {
  shown.set(mapName(map), { name: mapName(map), read: null, map });
}

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
      // The key of an entry is no value.
      if (expr.index === 0 && expr.operand.kind === "local" && body.locals.get(expr.operand.local)?.isEntry === true) return;
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
    case "call":
      return call(body, expr, isShown);
    case "map":
      if (isShown && body.looksForMaps) showMap(body, expr.map);
      for (const key of operandsOf(expr)) visit(body, key, true);
      return;
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

const READS: ReadonlySet<HirExpr["kind"]> = new Set(["context_word", "local", "cast", "deref", "member", "index", "call", "map"]);

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

/** What a variable holds: a stand-in, a pointer, a copy. Returns whether it is any of them. */
function bind(from: Body, value: HirExpr, to: Pick<Body, "locals" | "memory">, local: LocalId): boolean {
  const isWhole = value.type.kind === "struct" || value.type.kind === "array";
  const held = isWhole ? null : standInOf(from, value);
  const [pointer, copy] = [valueOf(from.memory, value), isWhole ? placeOf(from.memory, value) : null];
  setOrDelete(to.locals, local, held);
  setOrDelete(to.memory.values, local, pointer);
  setOrDelete(to.memory.copies, local, copy);
  return held !== null || pointer !== null || copy !== null;
}

/** What a function of the script does with what it is given. */
function call(body: Body, { func, args }: Extract<HirExpr, { kind: "call" }>, isShown: boolean): void {
  for (const arg of args) visit(body, arg, false);
  const called = body.kept.functions[func];
  if (called === undefined || body.within.includes(func)) return;
  const inner: Body = {
    ...body,
    words: new Map(),
    locals: new Map(),
    memory: { pointers: body.memory.pointers, values: new Map(), copies: new Map() },
    within: [...body.within, func],
    isReturnShown: isShown,
  };
  const bound = called.params.filter((param, i) => args[i] !== undefined && bind(body, args[i], inner, param));
  // It has nothing of the event but what it is given.
  if (bound.length > 0) run(inner, called.body);
}

function setLocal(body: Body, { local, value }: Extract<HirStmt, { kind: "set_local" }>): void {
  visit(body, value, false);
  bind(body, value, body, local);
}

function execute(body: Body, stmt: HirStmt): void {
  switch (stmt.kind) {
    case "set_local":
      setLocal(body, stmt);
      break;
    case "set_map":
      if (stmt.key !== null) visit(body, stmt.key, true);
      visit(body, stmt.value, !body.kept.followed.has(stmt.map));
      break;
    case "return":
      if (stmt.value !== null) visit(body, stmt.value, body.isReturnShown);
      break;
    case "print_map":
      if (body.looksForMaps) showMap(body, stmt.map);
      break;
    case "for_map":
      if (body.looksForMaps) body.locals.set(stmt.local, { name: mapName(stmt.map), read: null, map: stmt.map, isEntry: true });
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

const bodyOf = (kept: KeptPointers, words: Body["words"], pointers: RecordedPointers): Body => ({
  words,
  kept,
  looksForMaps: false,
  within: [],
  isReturnShown: false,
  locals: new Map(),
  memory: { pointers, values: new Map(), copies: new Map() },
  shown: new Map(),
});

/** Whose values some probe or function shows, keeps elsewhere or compares. */
function seenMaps({ probes, functions }: HirProgram, kept: KeptPointers): ReadonlySet<HirMapId> {
  const seen = new Set<HirMapId>();
  for (const { body: block } of [...probes, ...functions]) {
    const body = { ...bodyOf(kept, new Map(), recordedPointers(null, [])), looksForMaps: true };
    run(body, block);
    for (const { map } of body.shown.values()) if (map !== undefined) seen.add(map);
  }
  return seen;
}

export function keptPointers(hir: HirProgram): KeptPointers {
  const followed = followedMaps(hir);
  const seen = seenMaps(hir, { functions: hir.functions, followed });
  return { functions: hir.functions, followed: new Set([...followed].filter((map) => !seen.has(map))) };
}

/** The stand-ins that a program shows, keeps or compares. `words`: those of its context, by offset; `pointers`: what its records tell. */
export function shownStandIns(block: HirBlock, words: Body["words"], kept: KeptPointers, pointers: RecordedPointers): StoodIn[] {
  const body = bodyOf(kept, words, pointers);
  run(body, block);
  return [...body.shown.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
