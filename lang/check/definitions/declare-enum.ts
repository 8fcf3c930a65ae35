/** Enumerations (row 2.07). */
import type { Definition } from "../../ast/ast.ts";
import type { EnumType } from "../../types/type.ts";
import { layoutOptions } from "./attributes.ts";
import { constantValue } from "./constants.ts";
import { newName, wrong, type Scope } from "./scope.ts";

type EnumDefinition = Extract<Definition, { readonly kind: "enum" }>;

/** Bytes that C takes for it: an int where that holds every constant, 8 else; as few as do if it is packed. */
function enumBytes(values: readonly bigint[], packed: boolean): 1 | 2 | 4 | 8 {
  const isSigned = values.some((value) => value < 0n);
  const fits = (bits: number): boolean =>
    values.every((value) => (isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)) === value);
  const sizes = packed ? ([1, 2, 4] as const) : ([4] as const);
  return sizes.find((size) => fits(size * 8)) ?? 8;
}

const isWord = (value: bigint): boolean => value >= -(1n << 63n) && value < 1n << 64n;

export function declareEnum(scope: Scope, definition: EnumDefinition): EnumType | null {
  const name = definition.name?.text ?? newName(scope);
  if (scope.enums.has(name)) return wrong(scope, definition.name?.span ?? definition.span, `redefinition of '${name}'`);
  const values: [string, bigint][] = [];
  // Its list grows below: constants may refer to the ones before them.
  const own: EnumType = { kind: "enum", name, sizeBytes: 8, values };
  let next = 0n;
  for (const constant of definition.constants) {
    const value = constant.value === null ? next : constantValue(scope, constant.value);
    if (value === null || !isWord(value))
      return wrong(scope, constant.value?.span ?? constant.name.span, "the value of an enumerator must be a constant integer");
    const { text, span } = constant.name;
    if (scope.constants.has(text)) return wrong(scope, span, `redefinition of enumerator '${text}'`);
    scope.constants.set(text, { type: own, value });
    values.push([text, value]);
    next = value + 1n;
  }
  const { packed } = layoutOptions(scope, definition.attributes, definition.span);
  const sizeBytes = enumBytes(
    values.map(([, value]) => value),
    packed,
  );
  const type: EnumType = { ...own, sizeBytes };
  scope.enums.set(name, type);
  return type;
}
