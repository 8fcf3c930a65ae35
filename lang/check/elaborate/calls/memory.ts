/** Functions about memory: buf, kptr, uptr (rows 3.25, 5.28, 5.46). */
import type { HirExpr } from "../../../hir/hir.ts";
import { kindName } from "../../../types/names.ts";
import { sizeOf, typeName, uint64, type Type } from "../../../types/type.ts";
import { convert } from "../convert.ts";
import type { CallExpr, Context } from "../context.ts";
import { memorySpaceFor } from "../pointers.ts";
import { integerArgument, valueArgument } from "./arguments.ts";
import type { ValueFunctions } from "./call-table.ts";

/** The length that bpftrace stores in front of the bytes counts against max_strlen. */
const LENGTH_BYTES = 4;

interface BufferLength {
  readonly capacity: number;
  /** Null: the capacity. */
  readonly length: HirExpr | null;
}

/** What the second argument says; clipped to what fits. */
function writtenLength(cx: Context, call: CallExpr, limit: number): BufferLength | null {
  const value = integerArgument(cx, call, 1);
  if (value === null) return null;
  if (value.kind !== "int") return { capacity: limit, length: convert(cx, value, uint64) };
  if (value.value < 0n) {
    cx.report.error("invalidArgument", call.span, `buf() cannot use negative length (${String(value.value)})`);
    return null;
  }
  if (value.value <= BigInt(limit)) return { capacity: Number(value.value), length: null };
  const message = `length param (${String(value.value)}) is too long and will be shortened to ${limit} bytes (see BPFTRACE_MAX_STRLEN)`;
  cx.report.warn("shortened", call.span, message);
  return { capacity: limit, length: null };
}

function bufferLength(cx: Context, call: CallExpr, data: Type): BufferLength | null {
  const limit = cx.inference.config.maxStrlen - LENGTH_BYTES;
  if (call.args.length > 1) return writtenLength(cx, call, limit);
  if (data.kind === "array") return { capacity: Math.min(sizeOf(data), limit), length: null };
  cx.report.error("invalidArgument", call.span, `buf() expects a length argument for non-array type ${typeName(data)}`);
  return null;
}

function bufCall(cx: Context, call: CallExpr): HirExpr | null {
  const data = valueArgument(cx, call, 0);
  if (data === null) return null;
  const { kind } = data.type;
  if (kind !== "int" && kind !== "pointer" && kind !== "string" && kind !== "array") {
    cx.report.error(
      "invalidArgument",
      call.span,
      `buf() expects an integer, string, pointer or array argument but saw ${kindName(data.type)}`,
    );
    return null;
  }
  const size = bufferLength(cx, call, data.type);
  if (size === null) return null;
  const bytes: Type = { kind: "pointer", to: { kind: "int", sizeBytes: 1, signed: false }, space: memorySpaceFor(cx, data.type) };
  const source = kind === "int" ? convert(cx, convert(cx, data, uint64), bytes) : data;
  return { kind: "buf_of", span: call.span, data: source, length: size.length, type: { kind: "buffer", sizeBytes: size.capacity } };
}

/** kptr() and uptr(): the address leads into the kernel's or the user's memory, whatever the probe. */
function markCall(cx: Context, call: CallExpr): HirExpr | null {
  const value = valueArgument(cx, call, 0);
  if (value === null) return null;
  const { type, span } = { ...value, span: call.span };
  const space = call.name.text === "uptr" ? "user" : "kernel";
  if (type.kind === "int" || type.kind === "pointer") return { ...value, span, type: { ...type, space } };
  const message = `${call.name.text}() only supports integer or pointer arguments (${kindName(type)} provided)`;
  cx.report.error("invalidArgument", span, message);
  return null;
}

export const memoryFunctions: ValueFunctions = {
  buf: { min: 1, max: 2, elaborate: bufCall },
  kptr: { min: 1, max: 1, elaborate: markCall },
  uptr: { min: 1, max: 1, elaborate: markCall },
};
