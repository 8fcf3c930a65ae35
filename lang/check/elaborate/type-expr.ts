/** Types as scripts write them: `uint8`, `string[16]`, `int8 *` (rows 2.52, 3.01). */
import type { TypeExpr } from "../../ast/ast.ts";
import { suggestion } from "../suggestion.ts";
import { bool, int, type Type } from "../../types/type.ts";
import type { Context } from "./context.ts";

const NAMES: Readonly<Record<string, Type>> = {
  bool,
  int8: int(1, true),
  int16: int(2, true),
  int32: int(4, true),
  int64: int(8, true),
  uint8: int(1, false),
  uint16: int(2, false),
  uint32: int(4, false),
  uint64: int(8, false),
};

/** "string": a string whose size its assignments give. Null: a diagnostic says why. */
export type WrittenType = Type | "string" | null;

function stringType(cx: Context, written: TypeExpr): WrittenType {
  const [suffix, ...rest] = written.suffixes;
  if (suffix === undefined) return "string";
  if (suffix === "*" || rest.length > 0 || suffix.length === null) {
    cx.report.unsupported(written.span, "pointers to and arrays of strings");
    return null;
  }
  const length = suffix.length.kind === "int" ? suffix.length.value : null;
  if (length === null || length < 1n) {
    cx.report.error("outOfRange", written.span, "the size of a string type must be a positive number");
    return null;
  }
  const { maxStrlen } = cx.inference.config;
  if (length > BigInt(maxStrlen)) {
    cx.report.error("tooLong", written.span, `String type is too long (over ${maxStrlen} bytes): string[${String(length)}]`, {
      hint: "Increase BPFTRACE_MAX_STRLEN.",
    });
    return null;
  }
  return { kind: "string", sizeBytes: Number(length) };
}

/** Pointers get the address space of the attach point. */
export function resolveType(cx: Context, written: TypeExpr, space: "kernel" | "user" | "none"): WrittenType {
  const { base } = written;
  if (base.kind === "typeof") {
    cx.report.unsupported(written.span, "typeof");
    return null;
  }
  if (base.kind !== "name") {
    cx.report.unsupported(written.span, `${base.kind} types`);
    return null;
  }
  if (base.name === "string") return stringType(cx, written);
  let type = NAMES[base.name];
  if (type === undefined && base.name === "void" && written.suffixes[0] === "*") type = { kind: "void" };
  if (type === undefined) {
    cx.report.error("invalidCast", written.span, `Cannot resolve unknown type "${base.name}"`, {
      hint: suggestion(base.name, [...Object.keys(NAMES), "string"]),
    });
    return null;
  }
  for (const suffix of written.suffixes) {
    if (suffix !== "*") {
      cx.report.unsupported(written.span, "array types");
      return null;
    }
    type = { kind: "pointer", to: type, space };
  }
  return type;
}
