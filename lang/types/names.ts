/** Names of types in messages that typeName does not give: map value types and kinds without their size. */
import { typeName, type MapValueType, type Type } from "./type.ts";

/** `count_t`, `usum_t` for unsigned sums, `hist_t`, or the plain type (row 3.55). */
export function mapValueName(value: MapValueType): string {
  switch (value.kind) {
    case "plain":
      return typeName(value.type);
    case "count":
    case "hist":
    case "lhist":
    case "tseries":
      return `${value.kind}_t`;
    default:
      return `${value.signed ? "" : "u"}${value.kind}_t`;
  }
}

/** `integer`, `string`, `tuple`…: the kind alone, as argument checks name it. */
export const kindName = (type: Type): string => (type.kind === "int" ? "integer" : type.kind);
