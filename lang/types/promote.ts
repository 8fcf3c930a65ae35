/** The type that two types agree on when values of both go to one place: a variable, a map, the branches of a ternary. */
import { int, int64, sameType, type EnumType, type IntType, type Type } from "./type.ts";

const signedOfBytes = (bytes: number): IntType => ({ kind: "int", sizeBytes: bytes as IntType["sizeBytes"], signed: true });

/** Rows 3.03 and 3.05: a flexible literal adopts the other sign; mixed signs need a signed type that holds both, else int64. */
export function promoteIntegers(a: IntType, b: IntType): IntType {
  const sizeBytes = Math.max(a.sizeBytes, b.sizeBytes) as IntType["sizeBytes"];
  if (a.flexible && b.flexible) return { kind: "int", sizeBytes, signed: true, flexible: true };
  if (a.flexible) return { kind: "int", sizeBytes, signed: b.signed };
  if (b.flexible) return { kind: "int", sizeBytes, signed: a.signed };
  if (a.signed === b.signed) return { kind: "int", sizeBytes, signed: a.signed };
  const [plus, minus] = a.signed ? [b, a] : [a, b];
  if (minus.sizeBytes > plus.sizeBytes) return signedOfBytes(minus.sizeBytes);
  return plus.sizeBytes < 8 ? signedOfBytes(plus.sizeBytes * 2) : int64;
}

function promoteAll(a: readonly Type[], b: readonly Type[]): Type[] | null {
  if (a.length !== b.length) return null;
  const types: Type[] = [];
  for (const [i, type] of a.entries()) {
    const common = promote(type, b[i]!);
    if (common === null) return null;
    types.push(common);
  }
  return types;
}

const withClock = (type: IntType, a: IntType, b: IntType): IntType =>
  a.clock !== undefined && a.clock === b.clock ? { ...type, clock: a.clock } : type;

const isNumber = (type: Type): type is IntType | EnumType => type.kind === "int" || type.kind === "enum";

const asInteger = (type: IntType | EnumType): IntType => (type.kind === "int" ? type : int(type.sizeBytes, false));

/** With anything but itself an enum is an integer (row 3.31). */
function promoteEnums(a: IntType | EnumType, b: IntType | EnumType): Type {
  if (a.kind === "enum" && b.kind === "enum" && a.name === b.name) return a.sizeBytes >= b.sizeBytes ? a : b;
  return promoteIntegers(asInteger(a), asInteger(b));
}

/** Null: values of the two types cannot share a place. Records may order their fields differently; the order of `a` stays (row 3.41). */
export function promote(a: Type, b: Type): Type | null {
  if (a.kind === "int" && b.kind === "int") return withClock(promoteIntegers(a, b), a, b);
  if (isNumber(a) && isNumber(b)) return promoteEnums(a, b);
  if (a.kind === "string" && b.kind === "string") return a.sizeBytes >= b.sizeBytes ? a : b;
  if (a.kind === "buffer" && b.kind === "buffer") return a.sizeBytes >= b.sizeBytes ? a : b;
  if (a.kind === "tuple" && b.kind === "tuple") {
    const elems = promoteAll(a.elems, b.elems);
    return elems === null ? null : { kind: "tuple", elems };
  }
  if (a.kind === "record" && b.kind === "record") {
    const others = a.fields.map((field) => b.fields.find((other) => other.name === field.name)?.type);
    if (a.fields.length !== b.fields.length || others.includes(undefined)) return null;
    const types = promoteAll(
      a.fields.map((field) => field.type),
      others as Type[],
    );
    return types === null ? null : { kind: "record", fields: a.fields.map((field, i) => ({ name: field.name, type: types[i]! })) };
  }
  // What the variable behind both has become in the meantime.
  if (a.kind === "pointer" && b.kind === "pointer" && a.origin !== undefined && a.origin === b.origin) return b;
  if (a.kind === "timestamp" && b.kind === "timestamp") return a.format === b.format && a.clock === b.clock ? a : null;
  return sameType(a, b) ? a : null;
}

/** Whether every value of `from` is a value of `to`; a flexible sign never loses. */
export function fitsInto(from: IntType, to: IntType): boolean {
  if (from.flexible || from.signed === to.signed) return from.sizeBytes <= to.sizeBytes;
  return to.signed && from.sizeBytes < to.sizeBytes;
}

/** Equal, the open sign of literals included. */
export function identical(a: Type, b: Type): boolean {
  if (a.kind === "int" && b.kind === "int") return a.sizeBytes === b.sizeBytes && a.signed === b.signed && a.flexible === b.flexible;
  if (a.kind === "tuple" && b.kind === "tuple")
    return a.elems.length === b.elems.length && a.elems.every((elem, i) => identical(elem, b.elems[i]!));
  if (a.kind === "record" && b.kind === "record")
    return sameType(a, b) && a.fields.every((field, i) => identical(field.type, b.fields[i]!.type));
  return sameType(a, b);
}

/** The type without open signs, as the finished program has it. */
export function settle(type: Type): Type {
  if (type.kind === "int") return int(type.sizeBytes, type.signed);
  if (type.kind === "pointer") return { kind: "pointer", to: settle(type.to), space: type.space };
  if (type.kind === "tuple") return { kind: "tuple", elems: type.elems.map(settle) };
  if (type.kind === "record") return { kind: "record", fields: type.fields.map((field) => ({ ...field, type: settle(field.type) })) };
  return type;
}
