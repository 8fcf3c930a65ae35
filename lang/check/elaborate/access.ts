/** Members and elements: `args.x`, tuple `.0`, record `.x`, `e[i]` (rows 1.27, 2.48–2.51, 3.24, 3.50). */
import type { Expr } from "../../ast/ast.ts";
import type { TracepointField } from "../../catalogue.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import { ITERATED_TASK } from "../attach/iterator.ts";
import { suggestion } from "../suggestion.ts";
import type { HirExpr } from "../../hir/hir.ts";
import { int, sameType, sizeOf, string, typeName } from "../../types/type.ts";
import { MAX_TYPED_ARGUMENTS } from "../../registers.ts";
import { isArgs } from "../split-bodies.ts";
import { TASK_POINTER } from "./builtins.ts";
import { convert, withoutEnum } from "./convert.ts";
import type { Context, ExprOf } from "./context.ts";
import { refusedInFunction } from "./in-function.ts";
import { isCell, readCell } from "./maps.ts";
import { memberValue } from "./member-value.ts";
import { movedPointer } from "./pointers.ts";
import { completed, dereference, readable, structMember, throughPointers } from "./struct-members.ts";

// Common fields (type, flags, preempt count, pid) end here in every tracepoint record; the kernel's verifier refuses to read them.
const COMMON_FIELDS_END = 8;

const WITH_ARGS: ReadonlySet<string> = new Set(["tracepoint", "fentry", "fexit", "rawtracepoint"]);

/** False (and a diagnostic) where the probe or the place has no `args`. */
export function requireArgs(cx: Context, span: Span): boolean {
  if (refusedInFunction(cx, "args", span)) return false;
  const other = cx.points.find(({ provider }) => !WITH_ARGS.has(provider));
  if (other !== undefined) {
    cx.report.error("unavailableHere", span, `args can not be used with "${other.provider}" probes`);
    return false;
  }
  if (cx.loops.includes("for")) {
    cx.report.error("unavailableHere", span, "'args' builtin is not allowed in a for-loop", {
      hint: "copy the field to a variable before the loop",
    });
    return false;
  }
  return true;
}

/** A pointer to it, as the context of the program has it. */
export const iteratedTask = (span: Span): HirExpr => ({ kind: "context_word", span, ...ITERATED_TASK, type: TASK_POINTER });

const NUMBERS: ReadonlySet<string> = new Set(["int", "pointer", "bool", "enum"]);

/** An argument of fentry, by its name in the record; words of the context in that order. */
function typedArgument(
  cx: Context,
  expr: ExprOf<"member">,
  point: Extract<Context["points"][number], { readonly site: unknown }>,
): HirExpr | null {
  const { name, span } = expr;
  const { fields, returnIndex, words } = point.site.records;
  const index = fields.findIndex((field) => field.name === name.text);
  const field = fields[index];
  const word = words?.[index] ?? index;
  const isNumber = ({ type, loc }: TracepointField): boolean => NUMBERS.has(type.kind) && loc === "inline";
  if (field !== undefined && isNumber(field) && index !== returnIndex && word < MAX_TYPED_ARGUMENTS)
    return { kind: "context_word", span, offset: 8 * word, what: `args.${name.text}`, type: field.type };
  const names = fields.filter((candidate, i) => i !== returnIndex && isNumber(candidate)).map((candidate) => candidate.name);
  const { func } = point.site;
  const [where, needs] =
    point.provider === "fexit" ? [`${func}%return`, "entry arguments at a return need Linux 6.10"] : [func, "Linux 6.5 or newer"];
  const letter = point.provider === "rawtracepoint" ? "t" : "f";
  cx.report.error("notRecorded", name.span, `the recording does not hold the argument ${name.text} of ${func}`, {
    hint: `${names.length === 0 ? "it holds no arguments" : `it holds ${names.join(", ")}`}; record all by name with: echo '${letter}:hs/${func} ${where} $arg*' >> /sys/kernel/tracing/dynamic_events (${needs})`,
  });
  return null;
}

function elaborateField(cx: Context, expr: ExprOf<"member">): HirExpr | null {
  const { name, span } = expr;
  if (!requireArgs(cx, expr.operand.span)) return null;
  const point = cx.points[0]!;
  if ("site" in point) return typedArgument(cx, expr, point);
  if (point.provider !== "tracepoint") return null;
  const { category, name: event, fields } = point.tracepoint;
  const field: TracepointField | undefined = fields.find((candidate) => candidate.name === name.text);
  if (field === undefined) {
    const struct = `struct _tracepoint_${category}_${event}`;
    cx.report.error("unknownField", name.span, `Struct/union of type '${struct}' does not contain a field named '${name.text}'`, {
      hint: suggestion(
        name.text,
        fields.map((candidate) => candidate.name),
      ),
    });
    return null;
  }
  if (field.offset < COMMON_FIELDS_END) {
    cx.report.error("unknownField", span, "BPF does not support accessing common tracepoint fields");
    return null;
  }
  return { kind: "field", span, field, type: field.type };
}

/** Text of a dynamic field: its address alone would mean nothing outside of the event. */
function wholeField(cx: Context, field: TracepointField, span: Span): HirExpr {
  const value: HirExpr = { kind: "field", span, field, type: field.type };
  const isText = field.loc !== "inline" && field.type.kind === "pointer" && sameType(field.type.to, int(1, true));
  return isText ? { kind: "str_of", span, pointer: value, length: null, type: string(cx.inference.config.maxStrlen) } : value;
}

/** `args` as a whole: a record of the event's own fields (row 3.50). */
export function wholeArgs(cx: Context, span: Span): HirExpr | null {
  const [point] = cx.points;
  if (!requireArgs(cx, span)) return null;
  if (point?.provider !== "tracepoint") {
    cx.report.unsupported(span, `args as a whole in ${point?.provider ?? "a"} probe`);
    return null;
  }
  const fields = point.tracepoint.fields
    .filter((field) => field.offset >= COMMON_FIELDS_END && sizeOf(field.type) > 0)
    .map((field): { name: string; value: HirExpr } => ({ name: field.name, value: wholeField(cx, field, span) }));
  return { kind: "record", span, fields, type: { kind: "record", fields: fields.map(({ name, value }) => ({ name, type: value.type })) } };
}

function memberAt(cx: Context, operand: HirExpr, index: bigint, span: Span): HirExpr | null {
  const { type } = operand;
  if (type.kind !== "tuple") {
    cx.report.error("invalidOperand", span, `Can not access index '${String(index)}' on expression of type '${typeName(type)}'`);
    return null;
  }
  const elem = index < BigInt(type.elems.length) ? type.elems[Number(index)] : undefined;
  if (elem === undefined) {
    const message = `Invalid tuple index: ${String(index)}. Found ${type.elems.length} elements in tuple.`;
    cx.report.error("outOfRange", span, message);
    return null;
  }
  return memberValue(operand, Number(index), elem, span);
}

const isIterator = (cx: Context, operand: Expr): boolean =>
  cx.points[0]?.provider === "iter" && operand.kind === "ident" && operand.name.replace(/^__builtin_/, "") === "ctx";

/** What an iterator is at (row 1.45). */
function iteratorMember(cx: Context, { name, span }: ExprOf<"member">): HirExpr | null {
  if (name.text === "task") return iteratedTask(span);
  cx.report.error("unknownField", name.span, `Struct/union of type 'struct bpf_iter__task' does not contain a field named '${name.text}'`, {
    hint: suggestion(name.text, ["task"]),
  });
  return null;
}

export function elaborateMember(cx: Context, expr: ExprOf<"member">): HirExpr | null {
  if (isArgs(expr.operand)) return elaborateField(cx, expr);
  if (isIterator(cx, expr.operand)) return iteratorMember(cx, expr);
  const { name, span } = expr;
  const written = cx.expr(expr.operand);
  const operand = written === null ? null : throughPointers(cx, written, span);
  if (operand === null) return null;
  const { type } = operand;
  if (/^[0-9]+$/.test(name.text)) return memberAt(cx, operand, BigInt(name.text), span);
  if (type.kind === "struct") return structMember(cx, { ...operand, type }, name, span);
  if (type.kind !== "record") {
    cx.report.error("invalidOperand", span, `Can not access field '${name.text}' on expression of type '${typeName(type)}'`);
    return null;
  }
  const index = type.fields.findIndex((field) => field.name === name.text);
  const field = type.fields[index];
  if (field === undefined) {
    cx.report.error("unknownField", span, `Record does not contain a field named '${name.text}'`, {
      hint: suggestion(
        name.text,
        type.fields.map((candidate) => candidate.name),
      ),
    });
    return null;
  }
  return memberValue(operand, index, field.type, span);
}

/** The element type and how many there are; null if `type` cannot be indexed. */
function elementsOf(type: HirExpr["type"]): { readonly type: HirExpr["type"]; readonly count: number } | null {
  if (type.kind === "array") return { type: type.elem, count: type.length };
  return type.kind === "string" ? { type: int(1, true), count: type.sizeBytes } : null;
}

/** Index as uint64; null with a diagnostic. `count` 0: how many elements there are is not known. */
function elaborateIndexValue(cx: Context, expr: Expr, count: number, span: Span): HirExpr | null {
  const written = cx.expr(expr);
  if (written === null) return null;
  const index = withoutEnum(written);
  if (count > 0 && index.kind === "int" && index.value >= BigInt(count)) {
    const message = `the index ${String(index.value)} is out of bounds for array of size ${count}`;
    cx.report.error("outOfRange", span, message);
    return null;
  }
  if (index.type.kind !== "int" || (index.type.signed && !index.type.flexible)) {
    const message = `The array index operator [] only accepts non-negative integer indices. Got: ${typeName(index.type)}`;
    cx.report.error("invalidOperand", span, message);
    return null;
  }
  return convert(cx, index, int(8, false));
}

/** `p[i]` is `*(p + i)`. */
function indexPointer(cx: Context, pointer: HirExpr, position: Expr, span: Span): HirExpr | null {
  const to = pointer.type.kind === "pointer" ? completed(cx, pointer.type.to, span) : null;
  if (to === null) return null;
  if (sizeOf(to) === 0) {
    cx.report.error("invalidOperand", span, "The array index operator [] cannot be used on a pointer to an unsized type (void *).");
    return null;
  }
  const index = elaborateIndexValue(cx, position, 0, span);
  return index === null ? null : dereference(cx, movedPointer(cx, pointer, "+", index, sizeOf(to), span), span);
}

export function elaborateIndex(cx: Context, expr: ExprOf<"index">): HirExpr | null {
  if (isCell(expr)) return readCell(cx, expr);
  const { span } = expr;
  const operand = cx.expr(expr.operand);
  const [position, ...more] = expr.indices;
  if (operand === null || position === undefined) return null;
  if (more.length > 0) {
    cx.report.error("invalidOperand", span, "Only maps take several keys in []");
    return null;
  }
  if (operand.type.kind === "tuple") {
    const at = position.kind === "int" ? position.value : null;
    if (at !== null && at >= 0n) return memberAt(cx, operand, at, span);
    cx.report.error("invalidOperand", span, "Tuples take only a literal index");
    return null;
  }
  if (operand.type.kind === "pointer") return indexPointer(cx, operand, position, span);
  const elements = elementsOf(operand.type);
  if (elements === null) {
    const message = `The array index operator [] can only be used on arrays, pointers, and tuples, found ${typeName(operand.type)}.`;
    cx.report.error("invalidOperand", span, message);
    return null;
  }
  const index = elaborateIndexValue(cx, position, elements.count, span);
  return index === null ? null : readable({ kind: "index", span, operand, index, type: elements.type });
}
