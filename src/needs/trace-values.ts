/**
 * Follows values through the typed program, to learn which memory behind which pointers its reads want. Outcomes of conditions do not count:
 * what may be read is wanted. A pointer that one probe saves in a map may be followed by another, whatever the key.
 */
import type { Span } from "../../lang/diagnostics/diagnostic.ts";
import type { BuiltinName, HirExpr, HirMapId, HirProgram, HirStmt } from "../../lang/hir/hir.ts";
import { blocksOf, expressionsOf, operandsOf } from "../../lang/hir/walk.ts";
import { sizeOf } from "../../lang/types/type.ts";
import type { FetchBase } from "../../probes/probed/fetch.ts";
import { constantOf } from "./constant-of.ts";
import { contextBase } from "./context-base.ts";
import { baseKey, type Extra, type Needs, type ProbeNeeds } from "./needs.ts";
import { isParentAt, taskMemberAt } from "./task-members.ts";
import { isUser, mapOf, want, type Frame, type Tracer } from "./tracer.ts";
import { blurred, loaded, merged, moved, nothing, number, ofParts, sizeOfValue, taskPointer, type Value } from "./value.ts";

const MAX_CALL_DEPTH = 8;
const MAX_ROUNDS = 12;
/** Arguments that join() prints (bpftrace docs/language.md "join"). */
const JOIN_MAX_ARGUMENTS = 16;

/** The value itself, read from recorded memory if it is still there. */
function use(frame: Frame, expr: HirExpr): Value {
  const value = evaluate(frame, expr);
  if (value.place === null) return value;
  const user = value.place === "user";
  want(frame, value, sizeOf(expr.type), user, expr.span);
  if (value.task !== null && isParentAt(frame.tracer.program, value.task)) frame.tracer.probes[frame.probe]!.extras.add("parents");
  if (value.task !== null && taskMemberAt(frame.tracer.program, value.task) === "task") return taskPointer;
  return expr.type.kind === "struct" || expr.type.kind === "array" ? value : loaded(value, user);
}

const place = (address: Value, user: boolean): Value => ({ ...address, place: user ? "user" : "kernel" });

function arithmetic(frame: Frame, expr: Extract<HirExpr, { kind: "binary" }>): Value {
  const left = use(frame, expr.left);
  const right = use(frame, expr.right);
  const [leftNumber, rightNumber] = [constantOf(expr.left), constantOf(expr.right)];
  if ((expr.op === "+" || expr.op === "-") && rightNumber !== null) return moved(left, expr.op === "+" ? rightNumber : -rightNumber);
  if (expr.op === "+" && leftNumber !== null) return moved(right, leftNumber);
  return blurred(left, right);
}

function member(frame: Frame, expr: Extract<HirExpr, { kind: "member" }>): Value {
  const operand = evaluate(frame, expr.operand);
  const { type } = expr.operand;
  if (type.kind !== "struct" || operand.place === null) return operand.parts?.[expr.index] ?? nothing;
  const at = type.members[expr.index];
  return at === undefined ? nothing : moved(operand, BigInt(at.offset));
}

function element(frame: Frame, expr: Extract<HirExpr, { kind: "index" }>): Value {
  const operand = evaluate(frame, expr.operand);
  use(frame, expr.index);
  if (operand.place === null) return nothing;
  const user = operand.place === "user";
  const index = constantOf(expr.index);
  if (index !== null) return moved(operand, index * BigInt(sizeOf(expr.type)));
  // Any of them may be asked for.
  want(frame, operand, sizeOf(expr.operand.type), user, expr.span);
  return blurred(operand);
}

/** Bytes that a pointer, an address or a value in recorded memory leads to. */
function bytesBehind(frame: Frame, expr: HirExpr, bytes: number): void {
  const { kind } = expr.type;
  if (kind === "pointer" || kind === "int") return want(frame, use(frame, expr), bytes, isUser(expr.type), expr.span);
  use(frame, expr);
}

function buffer(frame: Frame, expr: Extract<HirExpr, { kind: "buf_of" }>): Value {
  const capacity = expr.type.kind === "buffer" ? expr.type.sizeBytes : 0;
  const wanted = expr.length === null ? null : constantOf(expr.length);
  if (expr.length !== null) use(frame, expr.length);
  bytesBehind(frame, expr.data, wanted === null ? capacity : Math.min(capacity, Number(wanted)));
  return nothing;
}

function call(frame: Frame, expr: Extract<HirExpr, { kind: "call" }>): Value {
  const func = frame.tracer.program.functions[expr.func];
  const args = expr.args.map((arg) => use(frame, arg));
  if (func === undefined || frame.depth === MAX_CALL_DEPTH) return nothing;
  const inner: Frame = { ...frame, depth: frame.depth + 1, locals: new Map(), returned: nothing };
  func.params.forEach((param, i) => inner.locals.set(param, args[i] ?? nothing));
  run(inner, func.body);
  return inner.returned;
}

function cell(frame: Frame, id: HirMapId, key: HirExpr | null, value: Value): void {
  const map = mapOf(frame, id);
  if (key !== null) map.key = merged(map.key, use(frame, key));
  map.value = merged(map.value, value);
}

function contextWord(frame: Frame, expr: Extract<HirExpr, { kind: "context_word" }>): Value {
  const point = frame.tracer.program.probes[frame.probe]?.attach[0];
  const base = point === undefined ? null : contextBase(point, expr.offset);
  if (base === null) return nothing;
  const { words, wordSpans } = frame.tracer.probes[frame.probe]!;
  words.set(baseKey(base), base);
  if (!wordSpans.has(baseKey(base))) wordSpans.set(baseKey(base), expr.span);
  return number({ probe: frame.probe, base, derefs: [], add: 0n });
}

const isMeasured = (length: HirExpr | null): boolean => length !== null && constantOf(length) === null;

/** Where programs are probed, the kernel has no stack but that of the probe's handler, which no script gets. */
const isInPrograms = ({ tracer, probe }: Frame): boolean =>
  tracer.program.probes[probe]!.attach.every((point) => "site" in point && (point.site.code === "user" || point.site.code === "usdt"));

function evaluate(frame: Frame, expr: HirExpr): Value {
  const notes = frame.tracer.probes[frame.probe]!;
  switch (expr.kind) {
    case "context_word":
      return contextWord(frame, expr);
    case "field":
      notes.fields.add(expr.field.name);
      // Texts of the record itself are in it.
      return expr.field.loc === "inline" && sizeOf(expr.type) === 8
        ? number({ probe: frame.probe, base: { kind: "field", name: expr.field.name }, derefs: [], add: 0n })
        : nothing;
    case "builtin":
      notes.builtins.add(expr.name);
      return expr.name === "curtask" ? taskPointer : nothing;
    case "local":
      return frame.locals.get(expr.local) ?? nothing;
    case "increment_local": {
      const value = blurred(frame.locals.get(expr.local) ?? nothing);
      frame.locals.set(expr.local, value);
      return value;
    }
    case "map":
      if (expr.key !== null) use(frame, expr.key);
      return mapOf(frame, expr.map).value;
    case "stack":
      if (expr.type.kind !== "stack" || expr.type.space !== "kernel") notes.extras.add("ustack");
      else if (!isInPrograms(frame)) notes.extras.add("kstack");
      return nothing;
    case "ksym":
    case "usym":
      // The function of a probe is known from the probe's place.
      if (expr.probe === undefined) notes.extras.add(expr.kind);
      return use(frame, expr.address);
    case "task_parent":
      notes.extras.add("parents");
      return use(frame, expr.pid);
    case "strftime":
      notes.extras.add("wall clock");
      use(frame, expr.ns);
      return nothing;
    case "cast": {
      const value = use(frame, expr.operand);
      return value.place === null ? value : nothing;
    }
    case "binary":
      return arithmetic(frame, expr);
    case "cond":
      use(frame, expr.cond);
      return merged(evaluate(frame, expr.then), evaluate(frame, expr.else));
    case "tuple":
      return ofParts(expr.elems.map((elem) => use(frame, elem)));
    case "record":
      return ofParts(expr.fields.map(({ value }) => use(frame, value)));
    case "member":
      return member(frame, expr);
    case "index":
      return element(frame, expr);
    case "deref":
      return place(use(frame, expr.pointer), isUser(expr.pointer.type));
    case "str_of":
      if (expr.length !== null) use(frame, expr.length);
      if (expr.pointer.type.kind === "string") use(frame, expr.pointer);
      else want(frame, use(frame, expr.pointer), isMeasured(expr.length) ? "measured" : null, isUser(expr.pointer.type), expr.span);
      return nothing;
    case "buf_of":
      return buffer(frame, expr);
    case "macaddr":
      bytesBehind(frame, expr.source, 6);
      return nothing;
    case "block":
      run(frame, expr.body);
      return evaluate(frame, expr.value);
    case "call":
      return call(frame, expr);
    default:
      for (const operand of operandsOf(expr)) use(frame, operand);
      return nothing;
  }
}

function join(frame: Frame, { pointer, span }: Extract<HirStmt, { kind: "join" }>): void {
  const list = use(frame, pointer);
  const user = isUser(pointer.type);
  for (let i = 0; i < JOIN_MAX_ARGUMENTS; i++) {
    const at = moved(list, BigInt(8 * i));
    want(frame, at, 8, user, span);
    want(frame, loaded(at, user), null, user, span);
  }
}

function execute(frame: Frame, stmt: HirStmt): void {
  switch (stmt.kind) {
    case "set_local":
      frame.locals.set(stmt.local, use(frame, stmt.value));
      return;
    case "set_map":
      return cell(frame, stmt.map, stmt.key, use(frame, stmt.value));
    case "aggregate":
      for (const expr of expressionsOf(stmt)) use(frame, expr);
      return cell(frame, stmt.map, stmt.key, nothing);
    case "if":
      use(frame, stmt.cond);
      return branches(frame, stmt.then, stmt.else);
    case "unroll":
      for (let i = 0; i < stmt.count; i++) run(frame, stmt.body);
      return;
    case "while":
      return loop(frame, () => {
        use(frame, stmt.cond);
        run(frame, stmt.body);
      });
    case "for_range":
      for (const expr of expressionsOf(stmt)) use(frame, expr);
      return loop(frame, () => run(frame, stmt.body));
    case "for_map":
      return loop(frame, () => {
        const { key, value } = mapOf(frame, stmt.map);
        frame.locals.set(stmt.local, ofParts([key, value]));
        run(frame, stmt.body);
      });
    case "join":
      return join(frame, stmt);
    case "time":
      frame.tracer.probes[frame.probe]!.extras.add("wall clock");
      return;
    case "return":
      if (stmt.value !== null) frame.returned = merged(frame.returned, use(frame, stmt.value));
      return;
    case "expr":
      use(frame, stmt.expr);
      return;
    default:
      for (const expr of expressionsOf(stmt)) use(frame, expr);
  }
  for (const block of blocksOf(stmt)) run(frame, block);
}

function run(frame: Frame, body: readonly HirStmt[]): void {
  for (const stmt of body) execute(frame, stmt);
}

const totalSize = (values: Iterable<Value>): number => Array.from(values, sizeOfValue).reduce((sum, size) => sum + size, 0);

function mergedLocals(a: ReadonlyMap<number, Value>, b: ReadonlyMap<number, Value>): Map<number, Value> {
  const both = new Map(a);
  for (const [local, value] of b) both.set(local, merged(both.get(local) ?? nothing, value));
  return both;
}

function branches(frame: Frame, then: readonly HirStmt[], otherwise: readonly HirStmt[]): void {
  const before = new Map(frame.locals);
  run(frame, then);
  const afterThen = frame.locals;
  frame.locals = before;
  run(frame, otherwise);
  frame.locals = mergedLocals(afterThen, frame.locals);
}

/** Values are carried back to the start, until nothing new is. */
function loop(frame: Frame, once: () => void): void {
  let size = -1;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = new Map(frame.locals);
    once();
    frame.locals = mergedLocals(before, frame.locals);
    const now = totalSize(frame.locals.values());
    if (now === size) return;
    size = now;
  }
}

export function traceNeeds(program: HirProgram): Needs {
  const probes = program.probes.map(() => ({
    words: new Map<string, FetchBase>(),
    wordSpans: new Map<string, Span>(),
    fields: new Set<string>(),
    builtins: new Set<BuiltinName>(),
    extras: new Set<Extra>(),
  }));
  const tracer: Tracer = { program, maps: new Map(), probes, memory: new Map(), vagueReads: new Map() };
  let before = -1;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    program.probes.forEach(({ body }, probe) => run({ tracer, probe, locals: new Map(), depth: 0, returned: nothing }, body));
    const after = totalSize([...tracer.maps.values()].flatMap(({ key, value }) => [key, value]));
    if (after === before) break;
    before = after;
  }
  const found: readonly ProbeNeeds[] = probes;
  return { probes: found, memory: [...tracer.memory.values()], vague: [...tracer.vagueReads.values()] };
}
