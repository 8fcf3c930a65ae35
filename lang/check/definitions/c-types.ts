/** Types as C writes them: `const struct foo *`, `unsigned long`, `u32`. */
import type { StructType, Type } from "../../types/type.ts";
import { basicType, headerTypes, withoutQualifiers, type CType } from "./c-names.ts";
import type { Scope } from "./scope.ts";

/** Null: not defined, or nothing but its name. */
export const compoundNamed = (scope: Scope, tag: "struct" | "union", name: string): StructType | null =>
  scope.compounds.get(`${tag} ${name}`) ?? scope.outer.compound(tag, name);

const enumNamed = (scope: Scope, name: string): CType | null => {
  const type = scope.enums.get(name) ?? scope.outer.enumeration(name);
  return type === null ? null : { type };
};

/** A macro may stand for a type: `#define addr_t unsigned long`. */
function macroType(scope: Scope, name: string, depth: number): CType | null {
  const define = scope.defines.get(name);
  if (define === undefined || depth > 8 || !/^[\w\s]+\**$/.test(define.body)) return null;
  const pointers = define.body.length - define.body.trimEnd().replace(/\*+$/, "").length;
  const written = wordsType(scope, define.body.replace(/\*+\s*$/, ""), pointers > 0, depth + 1);
  return written === null ? null : { type: pointersTo(written.type, pointers) };
}

/** A type of one word: a typedef, a name from a header, a basic type. */
export function typeNamed(scope: Scope, name: string, depth = 0): CType | null {
  const known = scope.typedefs.get(name) ?? basicType([name]) ?? macroType(scope, name, depth);
  if (known !== null) return known;
  const type = scope.outer.typedef(name) ?? (scope.hasHeader ? headerTypes.get(name) : undefined);
  return type === undefined ? null : { type };
}

/**
 * A type without the `*` and `[]` of its declarators. `behindPointer`: only a pointer leads to it, so a struct needs its name alone.
 * Null: not known.
 */
export function wordsType(scope: Scope, text: string, behindPointer: boolean, depth = 0): CType | null {
  // A pointer to a function: nothing is known of what it leads to.
  if (text.includes("(")) return { type: { kind: "opaque", name: "function", sizeBytes: 0, align: 1 } };
  const words = withoutQualifiers(text);
  const [first = "", name = ""] = words;
  if (first === "enum") return enumNamed(scope, name);
  if (first !== "struct" && first !== "union") return basicType(words) ?? (words.length === 1 ? typeNamed(scope, first, depth) : null);
  if (behindPointer) return { type: { kind: "incomplete", tag: first, name } };
  const type = compoundNamed(scope, first, name);
  return type === null ? null : { type };
}

/** Address spaces are those of where the pointer itself was read. */
export function pointersTo(type: Type, count: number): Type {
  let pointer = type;
  for (let i = 0; i < count; i++) pointer = { kind: "pointer", to: pointer, space: "none" };
  return pointer;
}
