/** printf of constants, for messages of the compiler: conversions are written plainly, without widths and lengths. */
import type { Type } from "../../../types/type.ts";
import { bytesToText } from "../../byte-text.ts";
import type { Constant } from "../constant.ts";
import { CONVERSION } from "./format.ts";

const BASES: Readonly<Record<string, (digits: bigint) => string>> = {
  x: (value) => value.toString(16),
  X: (value) => value.toString(16).toUpperCase(),
  o: (value) => value.toString(8),
  p: (value) => `0x${value.toString(16)}`,
  c: (value) => String.fromCharCode(Number(value & 0xffn)),
};

function textOf(value: Constant, type: Type, conversion: string): string {
  if (value instanceof Uint8Array) return bytesToText(value);
  if (typeof value !== "bigint") {
    const types = type.kind === "tuple" ? type.elems : type.kind === "record" ? type.fields.map((field) => field.type) : [];
    return `(${value.map((member, i) => textOf(member, types[i]!, "s")).join(", ")})`;
  }
  if (conversion === "s" && type.kind === "bool") return String(value !== 0n);
  return BASES[conversion]?.(BigInt.asUintN(64, value)) ?? String(value);
}

/** As many values as the format has conversions. */
export function formatConstants(format: string, values: readonly Constant[], types: readonly Type[]): string {
  let next = 0;
  return format.replaceAll(CONVERSION, (_, conversion: string) => {
    if (conversion === "%") return "%";
    const i = next++;
    return textOf(values[i]!, types[i]!, conversion);
  });
}
