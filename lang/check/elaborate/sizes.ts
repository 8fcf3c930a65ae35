/** sizeof, offsetof and typeinfo: what types tell without running anything (rows 2.58, 3.54). */
import type { Expr, Name, TypeExpr } from "../../ast/ast.ts";
import type { HirExpr } from "../../hir/hir.ts";
import { kindName } from "../../types/names.ts";
import { sizeOf, string, typeName, uint64, type Type } from "../../types/type.ts";
import { textToBytes } from "../byte-text.ts";
import { memorySpaceOf } from "../split-bodies.ts";
import { allowUnstable } from "../unstable.ts";
import { intConstant } from "./convert.ts";
import type { Context, ExprOf } from "./context.ts";
import { completed, memberNamed } from "./struct-members.ts";
import { typeOf } from "./type-expr.ts";

type TypeQuestion = ExprOf<"sizeof" | "typeof" | "typeinfo">;

const askedType = (cx: Context, of: Expr | TypeExpr): Type | null => typeOf(cx, of, memorySpaceOf(cx.points[0]!));

export function elaborateSizeof(cx: Context, { of, span }: TypeQuestion): HirExpr | null {
  const type = askedType(cx, of);
  const whole = type === null ? null : completed(cx, type, of.span);
  return whole === null ? null : intConstant(span, BigInt(sizeOf(whole)), uint64);
}

/** Bytes from the start of `type` to the member that the path leads to. */
function offsetOf(cx: Context, type: Type, path: readonly Name[]): bigint | null {
  let at: Type = type;
  let offset = 0;
  for (const name of path) {
    const whole = completed(cx, at, name.span);
    if (whole === null) return null;
    if (whole.kind !== "struct") {
      cx.report.error("invalidOperand", name.span, `offsetof: '${typeName(whole)}' is not a struct or union`);
      return null;
    }
    const found = memberNamed(cx, whole, name);
    if (found === null) return null;
    const { member } = found;
    if (member.bits !== undefined) {
      cx.report.error("invalidOperand", name.span, `cannot compute offset of bit-field '${name.text}'`);
      return null;
    }
    offset += member.offset;
    at = member.type;
  }
  return BigInt(offset);
}

export function elaborateOffsetof(cx: Context, { of, path, span }: ExprOf<"offsetof">): HirExpr | null {
  const type = askedType(cx, of);
  const offset = type === null ? null : offsetOf(cx, type, path);
  return offset === null ? null : intConstant(span, offset, uint64);
}

const text = (value: string, span: Expr["span"]): HirExpr => {
  const bytes = textToBytes(value);
  return { kind: "str", span, bytes, type: string(bytes.length + 1) };
};

/** Unstable, and off by default (rows 7.29 to 7.31): the record that bpftrace makes of a type. There is no BTF, so its id is 0. */
export function elaborateTypeinfo(cx: Context, { of, span }: TypeQuestion): HirExpr | null {
  if (!allowUnstable(cx.inference.config, cx.report, "unstable_typeinfo", "typeinfo", span)) return null;
  const type = askedType(cx, of);
  if (type === null) return null;
  const fields = [
    { name: "btf_id", value: intConstant(span, 0n, uint64) },
    { name: "base_type", value: text(type.kind === "int" ? "int" : kindName(type), span) },
    { name: "full_type", value: text(typeName(type), span) },
  ];
  return { kind: "record", span, fields, type: { kind: "record", fields: fields.map(({ name, value }) => ({ name, type: value.type })) } };
}
