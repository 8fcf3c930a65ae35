/** Comparing and searching bytes: strstr, strcontains, memcmp (rows 5.31, 5.33). Loops of the language, so that any length verifies. */
import type { Span } from "../../../diagnostics/diagnostic.ts";
import type { HirCompareOp, HirExpr, HirStmt } from "../../../hir/hir.ts";
import { kindName } from "../../../types/names.ts";
import { bool, int, int64, sizeOf, string, uint64, type Type } from "../../../types/type.ts";
import { convert, intConstant } from "../convert.ts";
import type { CallExpr, Context } from "../context.ts";
import { countTo, reusedTemporary, temporary } from "../temporaries.ts";
import { integerArgument, stringArgument, valueArgument } from "./arguments.ts";
import type { ValueFunctions } from "./call-table.ts";

const uint8 = int(1, false);

const whole = (span: Span, value: bigint): HirExpr => intConstant(span, value, int64);

const compare = (span: Span, op: HirCompareOp, left: HirExpr, right: HirExpr): HirExpr => ({
  kind: "compare",
  span,
  type: bool,
  op,
  left,
  right,
});

const when = (span: Span, cond: HirExpr, then: readonly HirStmt[], otherwise: readonly HirStmt[] = []): HirStmt => ({
  kind: "if",
  span,
  cond,
  then,
  else: otherwise,
});

/** The byte at `index` as a number; zero beyond the end. */
function byteAt(cx: Context, operand: HirExpr, index: HirExpr): HirExpr {
  const type: Type = operand.type.kind === "string" ? int(1, true) : uint8;
  const byte: HirExpr = { kind: "index", span: index.span, type, operand, index: convert(cx, index, uint64), quiet: true };
  return convert(cx, convert(cx, byte, uint8), int64);
}

/** Values whose evaluation runs no loop of ours. */
const SIMPLE: ReadonlySet<HirExpr["kind"]> = new Set(["str", "local", "builtin", "field", "str_of"]);

/** Capacities of a few sizes only, so that few temporaries are enough for all calls. */
const roomFor = (bytes: number): Type => string(2 ** Math.max(4, Math.ceil(Math.log2(bytes))));

/** Position of the needle, or -1; nothing is found beyond a NUL. An empty needle is at 0. */
function find(cx: Context, span: Span, haystackValue: HirExpr, needleValue: HirExpr): HirExpr {
  const make = SIMPLE.has(haystackValue.kind) && SIMPLE.has(needleValue.kind) ? reusedTemporary : temporary;
  const [haystackBytes, needleBytes] = [sizeOf(haystackValue.type), sizeOf(needleValue.type)];
  const haystack = make(cx, "haystack", roomFor(haystackBytes), span);
  const needle = make(cx, "needle", roomFor(needleBytes), span);
  const found = make(cx, "found", int64, span);
  const differs = make(cx, "differs", int64, span);
  const wanted = make(cx, "wanted", int64, span);
  const stop: HirStmt = { kind: "break", span };

  const compareFrom = (start: HirExpr): HirStmt =>
    countTo(
      cx,
      span,
      needleBytes,
      (offset) => {
        const at: HirExpr = { kind: "binary", span, type: int64, op: "+", left: start, right: offset };
        return [
          wanted.set(byteAt(cx, needle.read, offset)),
          when(span, compare(span, "==", wanted.read, whole(span, 0n)), [stop]),
          when(span, compare(span, "!=", byteAt(cx, haystack.read, at), wanted.read), [differs.set(whole(span, 1n)), stop]),
        ];
      },
      make(cx, "offset", int64, span),
    );

  const search = (start: HirExpr): HirStmt[] => [
    differs.set(whole(span, 0n)),
    compareFrom(start),
    when(span, compare(span, "==", differs.read, whole(span, 0n)), [found.set(start), stop]),
    when(span, compare(span, "==", byteAt(cx, haystack.read, start), whole(span, 0n)), [stop]),
  ];

  const body: HirStmt[] = [
    haystack.set(convert(cx, haystackValue, roomFor(haystackBytes))),
    needle.set(convert(cx, needleValue, roomFor(needleBytes))),
    found.set(whole(span, -1n)),
    countTo(cx, span, haystackBytes, search, make(cx, "start", int64, span)),
  ];
  return { kind: "block", span, body, value: found.read, type: int64 };
}

function strstrCall(cx: Context, call: CallExpr): HirExpr | null {
  const haystack = stringArgument(cx, call, 0);
  const needle = stringArgument(cx, call, 1);
  return haystack === null || needle === null ? null : find(cx, call.span, haystack, needle);
}

function strcontainsCall(cx: Context, call: CallExpr): HirExpr | null {
  const position = strstrCall(cx, call);
  return position === null ? null : compare(call.span, ">=", position, whole(call.span, 0n));
}

/** Bytes that can be indexed; an integer as those that it is stored as. */
function bytesArgument(cx: Context, call: CallExpr, index: number): HirExpr | null {
  const value = valueArgument(cx, call, index);
  if (value === null) return null;
  const { type } = value;
  if (type.kind === "string" || (type.kind === "array" && sizeOf(type.elem) === 1)) return value;
  if (type.kind === "int") return convert(cx, value, { kind: "array", elem: uint8, length: type.sizeBytes });
  const message = `memcmp() only supports strings, integers and arrays of bytes (${kindName(type)} provided)`;
  cx.report.error("invalidArgument", call.span, message);
  return null;
}

/** The difference of the first bytes that differ. */
function memcmpCall(cx: Context, call: CallExpr): HirExpr | null {
  const { span } = call;
  const left = bytesArgument(cx, call, 0);
  const right = bytesArgument(cx, call, 1);
  const count = integerArgument(cx, call, 2);
  if (left === null || right === null || count === null) return null;
  const capacity = Math.min(sizeOf(left.type), sizeOf(right.type));
  if (count.kind === "int" && (count.value < 0n || count.value > BigInt(capacity))) {
    cx.report.error("outOfRange", count.span, `memcmp() cannot compare ${String(count.value)} bytes: the shorter value has ${capacity}`);
    return null;
  }
  const [a, b] = [temporary(cx, "left", left.type, span), temporary(cx, "right", right.type, span)];
  const limit = temporary(cx, "count", uint64, span);
  const order = temporary(cx, "order", int64, span);
  const stop: HirStmt = { kind: "break", span };
  const body: HirStmt[] = [
    a.set(left),
    b.set(right),
    limit.set(convert(cx, count, uint64)),
    order.set(whole(span, 0n)),
    countTo(cx, span, capacity, (index) => [
      when(span, compare(span, ">=", convert(cx, index, uint64), limit.read), [stop]),
      order.set({ kind: "binary", span, type: int64, op: "-", left: byteAt(cx, a.read, index), right: byteAt(cx, b.read, index) }),
      when(span, compare(span, "!=", order.read, whole(span, 0n)), [stop]),
    ]),
  ];
  return { kind: "block", span, body, value: order.read, type: int64 };
}

export const searchFunctions: ValueFunctions = {
  memcmp: { min: 3, max: 3, elaborate: memcmpCall },
  strcontains: { min: 2, max: 2, elaborate: strcontainsCall },
  strstr: { min: 2, max: 2, elaborate: strstrCall },
};
