/** Structs, unions, enums and typedefs of C definitions become types (rows 2.06, 2.07). */
import type { CMember, Definition, Expr } from "../../ast/ast.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import { layOutStruct, type CField } from "../../types/c-layout.ts";
import { depthOf, MAX_TYPE_DEPTH, sizeOf, type StructType, type Type } from "../../types/type.ts";
import { layoutOptions, MAX_BYTES } from "./attributes.ts";
import { headerTypes, type CType } from "./c-names.ts";
import { pointersTo, wordsType } from "./c-types.ts";
import { constantValue } from "./constants.ts";
import { declareEnum } from "./declare-enum.ts";
import { newName, wrong, type Scope } from "./scope.ts";

type StructDefinition = Extract<Definition, { readonly kind: "struct" | "union" }>;

function arrayOf(scope: Scope, elem: CType, lengths: readonly (Expr | null)[], span: Span): Type | null {
  let type = elem.type;
  for (const [i, length] of [...lengths].reverse().entries()) {
    // A flexible array at the end of a struct takes no room.
    const count = length === null ? 0n : constantValue(scope, length);
    if (count === null || count < 0n)
      return wrong(scope, length?.span ?? span, "the length of an array must be a constant that is not negative");
    const sizeBytes = BigInt(sizeOf(type)) * count;
    if (sizeBytes > MAX_BYTES) return wrong(scope, length?.span ?? span, `array of ${sizeBytes} bytes is too large`);
    const isText = i === 0 && elem.isChar === true && count > 0n;
    type = isText ? { kind: "string", sizeBytes: Number(count) } : { kind: "array", elem: type, length: Number(count) };
  }
  return type;
}

/** The type that a declarator makes of the one before it. */
function declaredType(scope: Scope, base: CType, member: CMember): Type | null {
  const { type } = base;
  if (member.pointers + member.lengths.length + depthOf(type) > MAX_TYPE_DEPTH)
    return wrong(scope, member.span, `type of more than ${MAX_TYPE_DEPTH} levels`);
  const pointed: CType = member.pointers > 0 ? { type: pointersTo(type, member.pointers) } : base;
  return arrayOf(scope, pointed, member.lengths, member.span);
}

function unknownType(scope: Scope, member: Extract<CMember, { kind: "field" }>): null {
  const text = member.type.trim();
  const isCompound = /^(?:.* )?(struct|union|enum) (\w+)$/.exec(text);
  if (isCompound !== null) return wrong(scope, member.span, `field has incomplete type '${text}'`, "define it before it is used");
  const hint = headerTypes.has(text) ? "#include <linux/types.h> makes the names of C's and the kernel's integer types known" : null;
  return wrong(scope, member.span, `unknown type name '${text}'`, hint);
}

/** Types of what a member is made of; null with a diagnostic. */
function memberType(scope: Scope, member: CMember): Type | null {
  if (member.kind === "nested") {
    const type = declareType(scope, member.definition);
    return type === null ? null : declaredType(scope, { type }, member);
  }
  const base = wordsType(scope, member.type, member.pointers > 0);
  return base === null ? unknownType(scope, member) : declaredType(scope, base, member);
}

function bitsOf(scope: Scope, member: CMember, type: Type): number | null {
  if (member.bits === null) return null;
  const bits = constantValue(scope, member.bits);
  const isInteger = type.kind === "int" || type.kind === "enum" || type.kind === "bool";
  if (!isInteger) wrong(scope, member.span, "only integers can be bit-fields");
  else if (bits === null || bits < 0n) wrong(scope, member.bits.span, "the width of a bit-field must be a constant that is not negative");
  else if (bits > BigInt(sizeOf(type) * 8))
    wrong(scope, member.bits.span, `width of bit-field (${bits} bits) exceeds the width of its type (${sizeOf(type) * 8} bits)`);
  else if (bits === 0n && member.name !== null && member.name.text !== "") wrong(scope, member.bits.span, "named bit-field has zero width");
  else return Number(bits);
  return null;
}

function fieldOf(scope: Scope, member: CMember): CField | null {
  const type = memberType(scope, member);
  if (type === null) return null;
  const { packed, aligned } = layoutOptions(scope, member.attributes, member.span);
  const name = member.name?.text ?? "";
  // A nested definition with a tag and without a member's name declares the type only.
  if (
    member.kind === "nested" &&
    member.name === null &&
    (type.kind !== "struct" || member.definition.kind === "enum" || isTagged(member.definition))
  )
    return null;
  return { name, type, bits: bitsOf(scope, member, type), packed, aligned };
}

const isTagged = (definition: Definition): boolean => "name" in definition && definition.name !== null;

function declareStruct(scope: Scope, definition: StructDefinition): StructType | null {
  const { kind: tag, span } = definition;
  const name = definition.name?.text ?? newName(scope);
  const key = `${tag} ${name}`;
  if (scope.compounds.has(key)) return wrong(scope, definition.name?.span ?? span, `redefinition of '${name}'`);
  const fields = definition.members.map((member) => fieldOf(scope, member)).filter((field) => field !== null);
  const type = layOutStruct({ tag, name, ...layoutOptions(scope, definition.attributes, span) }, fields);
  const seen = new Set<string>();
  for (const { name: memberName } of type.members) {
    if (seen.has(memberName)) return wrong(scope, span, `duplicate member '${memberName}'`);
    seen.add(memberName);
  }
  if (type.sizeBytes > MAX_BYTES) return wrong(scope, definition.name?.span ?? span, `${key} of ${type.sizeBytes} bytes is too large`);
  scope.compounds.set(key, type);
  return type;
}

/** Declares it and what it contains, once; null with a diagnostic. */
function declareType(scope: Scope, definition: Definition): Type | null {
  const known = scope.declared.get(definition);
  if (known !== undefined) return known;
  const type = declareNew(scope, definition);
  scope.declared.set(definition, type);
  return type;
}

function declareNew(scope: Scope, definition: Definition): Type | null {
  switch (definition.kind) {
    case "struct":
    case "union":
      return declareStruct(scope, definition);
    case "enum":
      return declareEnum(scope, definition);
    default:
      return null;
  }
}

function declareTypedef(scope: Scope, definition: Extract<Definition, { readonly kind: "typedef" }>): void {
  for (const member of definition.members) {
    const base = member.kind === "field" ? wordsType(scope, member.type, true) : null;
    const type =
      member.kind === "field" && base?.type.kind === "incomplete" ? completeOrName(scope, base.type, member) : memberType(scope, member);
    const name = member.name?.text ?? "";
    if (type === null || name === "") continue;
    const isPlain = member.pointers === 0 && member.lengths.length === 0;
    scope.typedefs.set(name, { type, ...(isPlain && base?.isChar && { isChar: true }) });
  }
}

/** `typedef struct foo foo_t;` may come before the struct. */
function completeOrName(scope: Scope, type: Type & { kind: "incomplete" }, member: CMember): Type | null {
  const complete = wordsType(scope, `${type.tag} ${type.name}`, false)?.type ?? type;
  return declaredType(scope, { type: member.pointers > 0 ? type : complete }, member);
}

export function declare(scope: Scope, definition: Definition): void {
  if (definition.kind === "typedef") declareTypedef(scope, definition);
  else declareType(scope, definition);
}
