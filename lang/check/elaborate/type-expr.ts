/** Types as scripts write them: `uint8`, `string[16]`, `struct foo *`, `enum e`, `int32*[4]`, `typeof($x)` (rows 2.52, 2.58, 3.01). */
import type { Expr, TypeExpr } from "../../ast/ast.ts";
import { suggestion } from "../suggestion.ts";
import { headerTypes } from "../definitions/c-names.ts";
import { settle } from "../../types/promote.ts";
import { bool, depthOf, int, MAX_TYPE_DEPTH, sizeOf, typeName, type AddressSpace, type Type } from "../../types/type.ts";
import { noTypes, type TypeSource } from "../../types/type-source.ts";
import type { Context } from "./context.ts";
import { mapNamed } from "./maps.ts";

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
  inet: { kind: "inet" },
  mac_address: { kind: "mac" },
  username: { kind: "username" },
  void: { kind: "void" },
};

const MAX_ARRAY_BYTES = 65_536;

export const typesOf = (cx: Context): TypeSource => cx.inference.env.types ?? noTypes;

/** `T[]`: an array whose length the value that is cast gives. */
export interface Unsized {
  readonly kind: "unsized";
  readonly elem: Type;
}

/** "string": a string whose size its assignments give. Null: a diagnostic says why, or it is not known yet. */
export type WrittenType = Type | "string" | null;

type Suffix = TypeExpr["suffixes"][number];

function wrongLength(cx: Context, written: TypeExpr, what: string): null {
  cx.report.error("outOfRange", written.span, `the size of ${what} must be a positive number`);
  return null;
}

const lengthOf = (length: Expr | null): bigint | null => (length?.kind === "int" ? length.value : null);

/** `string[n]` and `buffer[n]`: the first suffix is the capacity. */
function byteType(cx: Context, written: TypeExpr, kind: "string" | "buffer", suffix: Suffix | undefined): Type | null {
  const length = suffix === undefined || suffix === "*" ? null : lengthOf(suffix.length);
  if (length === null || length < 1n) return wrongLength(cx, written, `a ${kind} type`);
  const { maxStrlen } = cx.inference.config;
  if (length <= BigInt(maxStrlen)) return { kind, sizeBytes: Number(length) };
  const name = kind === "string" ? "String" : "Buffer";
  cx.report.error("tooLong", written.span, `${name} type is too long (over ${maxStrlen} bytes): ${kind}[${String(length)}]`, {
    hint: "Increase BPFTRACE_MAX_STRLEN.",
  });
  return null;
}

/** `typeof(e)` and `typeof(e)[n]` where an expression could stand too: the type that is meant; null if it is none. */
function writtenType(of: Expr): TypeExpr | null {
  if (of.kind === "typeof") return { kind: "type", span: of.span, base: { kind: "typeof", of: of.of }, suffixes: [] };
  const elem = of.kind === "index" ? writtenType(of.operand) : null;
  if (of.kind !== "index" || elem === null) return null;
  return { ...elem, span: of.span, suffixes: [...elem.suffixes, ...of.indices.map((length) => ({ length }))] };
}

/** What typeof names: a type, or that of an expression, which is never evaluated. Of a keyed map without a key: its key's. */
export function typeOf(cx: Context, of: Expr | TypeExpr, space: AddressSpace): Type | null {
  if (of.kind === "type") {
    const type = resolveType(cx, of, space);
    return type === "string" ? { kind: "string", sizeBytes: cx.inference.config.maxStrlen } : type;
  }
  const type = writtenType(of);
  if (type !== null) return typeOf(cx, type, space);
  if (of.kind === "ident") {
    const named = typesOf(cx).typedef(of.name);
    if (named !== null) return named;
  }
  if (of.kind === "map") {
    const map = mapNamed(cx.inference, of.name, of.span);
    if (map.keyed === true) return map.key === null ? null : settle(map.key);
  }
  const value = cx.expr(of);
  return value === null ? null : settle(value.type);
}

function unknownType(cx: Context, written: TypeExpr, name: string): null {
  const hint = headerTypes.has(name)
    ? "#include <linux/types.h> makes the names of C's and the kernel's integer types known"
    : suggestion(name, [...Object.keys(NAMES), "string", "buffer"]);
  cx.report.error("invalidCast", written.span, `Cannot resolve unknown type "${name}"`, { hint });
  return null;
}

export function unknownCompound(cx: Context, span: TypeExpr["span"], name: string): null {
  cx.report.error("unknownType", span, `Unknown struct/union: '${name}'`, {
    hint: "define it before the first probe, with the members that are needed at their places",
  });
  return null;
}

/** The type in front of the suffixes. `pointed`: only a pointer leads to it, so a struct needs no definition. */
function baseType(cx: Context, written: TypeExpr, pointed: boolean, space: AddressSpace): Type | null {
  const { base, span } = written;
  const types = typesOf(cx);
  switch (base.kind) {
    case "typeof":
      return typeOf(cx, base.of, space);
    case "enum": {
      const type = types.enumeration(base.name);
      if (type !== null) return pointed ? type : { ...type, sizeBytes: 8 };
      cx.report.error("unknownType", span, `Unknown enum: ${base.name}`);
      return null;
    }
    case "struct":
    case "union":
      if (pointed) return { kind: "incomplete", tag: base.kind, name: base.name };
      return types.compound(base.kind, base.name) ?? unknownCompound(cx, span, `${base.kind} ${base.name}`);
    case "name":
      return NAMES[base.name] ?? types.typedef(base.name) ?? unknownType(cx, written, base.name);
  }
}

function arrayType(cx: Context, written: TypeExpr, elem: Type, length: Expr): Type | null {
  const count = lengthOf(length);
  if (count === null || count < 1n) return wrongLength(cx, written, "an array type");
  if (count * BigInt(sizeOf(elem)) <= MAX_ARRAY_BYTES) return { kind: "array", elem, length: Number(count) };
  cx.report.error("tooLong", written.span, `array type is too large (at most ${MAX_ARRAY_BYTES} bytes)`);
  return null;
}

/** For casts: `T[]` takes its length from the value. */
export function resolveCastType(cx: Context, written: TypeExpr, space: AddressSpace): WrittenType | Unsized {
  const { base } = written;
  let suffixes = written.suffixes;
  let type: Type | null;
  if (base.kind === "name" && (base.name === "string" || base.name === "buffer")) {
    if (base.name === "string" && suffixes.length === 0) return "string";
    type = byteType(cx, written, base.name, suffixes[0]);
    suffixes = suffixes.slice(1);
  } else type = baseType(cx, written, suffixes[0] === "*", space);
  if (type !== null && depthOf(type) + suffixes.length > MAX_TYPE_DEPTH) {
    cx.report.error("tooLong", written.span, `type of more than ${MAX_TYPE_DEPTH} levels`);
    return null;
  }
  for (const [i, suffix] of suffixes.entries()) {
    if (type === null) return null;
    if (suffix === "*") type = { kind: "pointer", to: type, space };
    else if (suffix.length !== null) type = arrayType(cx, written, type, suffix.length);
    else if (i === suffixes.length - 1) return { kind: "unsized", elem: type };
    else return wrongLength(cx, written, "an array type");
  }
  if (type?.kind !== "void") return type;
  cx.report.error("invalidCast", written.span, `Cannot use type "${typeName(type)}" here`);
  return null;
}

/** Pointers get the address space of the attach point. */
export function resolveType(cx: Context, written: TypeExpr, space: AddressSpace): WrittenType {
  const type = resolveCastType(cx, written, space);
  return type !== null && type !== "string" && type.kind === "unsized" ? wrongLength(cx, written, "an array type") : type;
}
