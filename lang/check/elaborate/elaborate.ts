/** Types of the whole program by rounds to a fixed point, and the typed program of the last round. */
import type { FunctionItem } from "../../ast/ast.ts";
import type { HirExpr, HirFunction, HirMap, HirProbe, HirProgram, HirStmt } from "../../hir/hir.ts";
import { settle } from "../../types/promote.ts";
import type { MapValueType, Type } from "../../types/type.ts";
import type { ScriptConfig } from "../config.ts";
import type { CheckEnv } from "../env.ts";
import { checkDeclarations, type MapDeclaration } from "../map-declarations.ts";
import { makeReport, type Report } from "../report.ts";
import { suggestion } from "../suggestion.ts";
import type { ProbeBody } from "../split-bodies.ts";
import { iteratedTask } from "./access.ts";
import { elaborateCondition } from "./branches.ts";
import { toBool } from "./convert.ts";
import type { Context, FunctionState, Inference, MapState } from "./context.ts";
import { elaborateExpr } from "./expressions.ts";
import { checkCalls, declareFunctions, elaborateFunction } from "./functions.ts";
import { elaborateBlock, elaborateBlockWithValue } from "./statements.ts";

// Types only widen, and no type has a chain of more than a dozen wider ones; a round that widens nothing is the last.
const MAX_ROUNDS = 10_000;

function newContext(inference: Inference, report: Report, points: Context["points"], fn: FunctionState | null): Context {
  const cx: Context = {
    inference,
    report,
    points,
    fn,
    locals: [],
    reused: new Map(),
    scopes: [],
    ended: new Set(),
    loops: [],
    copies: 1,
    dead: false,
    expr: (expr): HirExpr | null => {
      const built = elaborateExpr(cx, expr);
      if (built === null) inference.unresolved ??= expr.span;
      return built;
    },
    block: (block): HirStmt[] => elaborateBlock(cx, block),
    valueBlock: (block) => elaborateBlockWithValue(cx, block),
  };
  return cx;
}

/** A kernel runs the program once more behind the last task, without one. */
function whileIterating(then: readonly HirStmt[], span: HirProbe["span"]): HirStmt[] {
  return [{ kind: "if", span, cond: toBool(iteratedTask(span)), then: [...then], else: [] }];
}

function elaborateBody(inference: Inference, report: Report, body: ProbeBody): HirProbe {
  const cx = newContext(inference, report, body.points, null);
  const cond = body.predicate === null ? null : elaborateCondition(cx, body.predicate);
  const block = cx.block(body.block);
  const filtered: HirStmt[] = cond === null ? block : [{ kind: "if", span: cond.span, cond, then: block, else: [] }];
  const whole = body.points[0]?.provider === "iter" ? whileIterating(filtered, body.span) : filtered;
  return {
    attach: body.points,
    locals: cx.locals.map(({ name, types }) => ({ name, type: settle(types.type ?? { kind: "none" }) })),
    body: whole,
    span: body.span,
  };
}

/** What the literal 0 would make of a map or variable that only feeds itself (`@x++`, `@x += 1`, `let $x;`). */
const ZERO: Type = { kind: "int", sizeBytes: 1, signed: true, flexible: true };

/** Asked when a round neither widened anything nor found a mistake: maps first, since variables may be read from them. True if it helped. */
function giveDefaults(inference: Inference): boolean {
  const maps = [...inference.maps.values()].filter((map) => map.value === null);
  for (const map of maps) map.value = { kind: "plain", type: ZERO };
  const variables = maps.length > 0 ? [] : [...inference.varTypes.values()].filter((types) => types.type === null);
  for (const types of variables) types.type = ZERO;
  const given = maps.length + variables.length > 0;
  if (given) inference.changed = true;
  return given;
}

function reportUndefinedMaps(inference: Inference, report: Report): void {
  const defined = [...inference.maps.values()].filter(({ written }) => written).map(({ name }) => name);
  for (const map of inference.maps.values())
    if (map.value === null && !map.written)
      report.error("undefinedMap", map.span, `Undefined map: ${map.name}`, { hint: suggestion(map.name, defined) });
}

const settleValue = (value: MapValueType): MapValueType => (value.kind === "plain" ? { kind: "plain", type: settle(value.type) } : value);

function finishMap(map: MapState, config: ScriptConfig, declared: MapDeclaration | undefined): HirMap {
  const isBucketed = map.value?.kind === "hist" || map.value?.kind === "lhist" || map.value?.kind === "tseries";
  return {
    name: map.name,
    key: map.key === null || map.keyed !== true ? null : settle(map.key),
    value: settleValue(map.value!),
    // A histogram has an entry for each bucket, a series one for each interval (row 6.58).
    maxEntries: map.keyed === true || isBucketed ? (declared?.maxEntries ?? config.maxMapKeys) : 1,
    kind: declared?.kind ?? "default",
    span: map.span,
  };
}

interface Round {
  readonly report: Report;
  readonly probes: readonly HirProbe[];
  readonly functions: readonly HirFunction[];
}

/** Functions run for any probe, so they see of the event as little as begin does. */
const NO_EVENT: Context["points"] = [{ provider: "begin", name: "begin" }];

function elaborateFunctions(inference: Inference, report: Report): HirFunction[] {
  const functions = [...inference.functions.values()];
  for (const fn of functions) fn.calls.length = 0;
  const bodies = functions.map((fn) => elaborateFunction(newContext(inference, report, NO_EVENT, fn), fn));
  checkCalls(inference.functions.values(), report);
  return bodies;
}

function startRound(inference: Inference): void {
  inference.changed = false;
  inference.unresolved = null;
  for (const map of inference.maps.values()) map.written = false;
}

/** One walk over all bodies; `inference.changed` says whether another one is needed. */
function runRound(inference: Inference, bodies: readonly ProbeBody[]): Round {
  startRound(inference);
  const report = makeReport();
  const functions = elaborateFunctions(inference, report);
  const probes = bodies.map((body) => elaborateBody(inference, report, body));
  const round: Round = { report, probes, functions };
  if (inference.changed) return round;
  reportUndefinedMaps(inference, report);
  if (report.hasErrors() || giveDefaults(inference)) return round;
  // Nothing may be left out of a program without a word.
  if (inference.unresolved !== null) report.error("typeMismatch", inference.unresolved, "Could not resolve the type of this expression");
  return round;
}

/** What a script runs. */
export interface Bodies {
  readonly bodies: readonly ProbeBody[];
  readonly functions: readonly FunctionItem[];
  readonly maps: ReadonlyMap<string, MapDeclaration>;
}

/** Null if there are errors; then `report` has them. Warnings are those of the final types. */
export function elaborate(
  { bodies, functions: items, maps: declared }: Bodies,
  env: CheckEnv,
  config: ScriptConfig,
  report: Report,
): HirProgram | null {
  const inference: Inference = {
    env,
    config,
    maps: new Map(),
    functions: new Map(),
    varTypes: new Map(),
    changed: false,
    unresolved: null,
  };
  declareFunctions(newContext(inference, report, NO_EVENT, null), items);
  let last: Round;
  let rounds = 0;
  do {
    if (++rounds > MAX_ROUNDS) throw new Error("type inference does not come to an end");
    last = runRound(inference, bodies);
  } while (inference.changed);
  const { report: round, probes, functions } = last;
  for (const diagnostic of round.diagnostics) report.add(diagnostic);
  if (round.hasErrors()) return null;
  const maps = [...inference.maps.values()].map((map) => finishMap(map, config, declared.get(map.name)));
  checkDeclarations(declared.values(), maps, report);
  return { probes, functions, maps };
}
