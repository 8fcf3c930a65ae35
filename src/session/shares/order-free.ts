/**
 * Whether a script gives the same whatever order its events are handled in: its programs only add to aggregates, with keys and values of the
 * event's own. Parts of the recording may then be counted by themselves, at once, and added up.
 */
import type { HirBlock, HirExpr, HirMapId, HirProbe, HirProgram, HirStmt } from "../../../lang/hir/hir.ts";
import { blocksOf, expressionsOf, operandsOf } from "../../../lang/hir/walk.ts";

/** `rand` goes on from call to call; what is behind an address comes with other events. */
const ORDERED_BUILTINS: ReadonlySet<string> = new Set(["rand", "curtask"]);
/** Kept by following the tasks from event to event, unless nothing in the recording changes them. */
const TASK_BUILTINS: ReadonlySet<string> = new Set(["pid", "comm", "uid", "gid", "username", "cgroup"]);

const ORDERED: ReadonlySet<HirExpr["kind"]> = new Set([
  // What other events left in a map.
  "map",
  "aggregate_value",
  "increment_map",
  "address_of_map",
  "has_key",
  "delete",
  "map_len",
  // Stacks are numbered as they come; arguments of function probes may be those of an earlier entry.
  "stack",
  "stack_len",
  "context_word",
  "task_parent",
  "task_comm",
  // Named by the process that the address is of.
  "usym",
  // Functions may do any of it.
  "call",
]);

const FREE_STATEMENTS: ReadonlySet<HirStmt["kind"]> = new Set([
  "set_local",
  "aggregate",
  "expr",
  "if",
  "while",
  "for_range",
  "unroll",
  "block",
  "break",
  "continue",
  "return",
]);

interface Question {
  readonly program: HirProgram;
  /** Tasks keep their names and processes all through the recording. */
  readonly tasksStay: boolean;
}

function isFreeExpr(question: Question, expr: HirExpr): boolean {
  if (ORDERED.has(expr.kind)) return false;
  if (expr.kind === "builtin" && (ORDERED_BUILTINS.has(expr.name) || (!question.tasksStay && TASK_BUILTINS.has(expr.name)))) return false;
  if (expr.kind === "block" && !isFreeBlock(question, expr.body)) return false;
  return operandsOf(expr).every((operand) => isFreeExpr(question, operand));
}

/** The least recently used key goes when there is no room: that is a matter of order. */
function isFreeMap({ program }: Question, id: HirMapId): boolean {
  const { kind, value } = program.maps[id]!;
  return !kind.startsWith("lru") && kind !== "percpulruhash" && value.kind !== "tseries";
}

const isFreeBlock = (question: Question, block: HirBlock): boolean => block.every((stmt) => isFreeStatement(question, stmt));

function isFreeStatement(question: Question, stmt: HirStmt): boolean {
  if (!FREE_STATEMENTS.has(stmt.kind)) return false;
  if (stmt.kind === "aggregate" && !isFreeMap(question, stmt.map)) return false;
  return expressionsOf(stmt).every((expr) => isFreeExpr(question, expr)) && blocksOf(stmt).every((block) => isFreeBlock(question, block));
}

const providersOf = (probe: HirProbe): string[] => probe.attach.map(({ provider }) => provider);

/** What runs before the events must leave no trace in maps; what runs after them sees everything added up. */
function isFreeProbe(question: Question, probe: HirProbe): boolean {
  return providersOf(probe).every((provider) => {
    // Everything is added up by then, but keys are not in the order in which they came.
    if (provider === "end") return !walksMaps(probe.body);
    if (provider === "begin") return !touchesMaps(probe.body);
    return provider === "tracepoint" && isFreeBlock(question, probe.body);
  });
}

/** Any part of a tree, whatever its kind, that names a map. */
function touchesMaps(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(touchesMaps);
  if (typeof node !== "object" || node === null || ArrayBuffer.isView(node)) return false;
  if ("kind" in node && (("map" in node && typeof node.map === "number") || node.kind === "call")) return true;
  return Object.entries(node).some(([name, part]) => name !== "type" && name !== "span" && touchesMaps(part));
}

const walksMaps = (block: HirBlock): boolean =>
  block.some((stmt) => stmt.kind === "for_map" || blocksOf(stmt).some(walksMaps) || expressionsOf(stmt).some(walksMapsInside));

const walksMapsInside = (expr: HirExpr): boolean =>
  expr.kind === "call" || (expr.kind === "block" && walksMaps(expr.body)) || operandsOf(expr).some(walksMapsInside);

export const isOrderFree = (program: HirProgram, tasksStay: boolean): boolean =>
  program.probes.some((probe) => providersOf(probe).includes("tracepoint")) &&
  program.probes.every((probe) => isFreeProbe({ program, tasksStay }, probe));
