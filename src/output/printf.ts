/** printf: arguments of an output record through a parsed format (rows 5.61–5.74). */
import type { Type } from "../../lang/types/type.ts";
import type { ActionArg } from "../../lang/ir/ir.ts";
import { gfpText } from "./gfp.ts";
import type { Conversion, Segment } from "./printf-format.ts";
import { bufferAt, escapeBuffer, integerAt, valueText, type PrintContext } from "./value-text.ts";

/** Bits that an integer conversion keeps: 32 unless the length says otherwise; unknown combinations fall back to 32 (row 5.62). */
const LENGTH_BITS: Readonly<Record<string, number>> = { hh: 8, h: 16, l: 64, ll: 64, j: 64, z: 64, t: 64 };

function pad(conversion: Conversion, text: string): string {
  if (text.length >= conversion.width) return text;
  const fill = conversion.zero ? "0" : " ";
  return conversion.left ? text.padEnd(conversion.width, fill) : text.padStart(conversion.width, fill);
}

const BASES: Readonly<Record<string, { radix: number; prefix: string }>> = {
  o: { radix: 8, prefix: "0" },
  x: { radix: 16, prefix: "0x" },
  X: { radix: 16, prefix: "0X" },
};

function integerText(conversion: Conversion, value: bigint): string {
  const bits = LENGTH_BITS[conversion.length] ?? 32;
  if (conversion.conv === "d" || conversion.conv === "i") {
    const signed = BigInt.asIntN(bits, value);
    return conversion.plus && signed >= 0n ? `+${String(signed)}` : String(signed);
  }
  const cut = BigInt.asUintN(bits, value);
  const base = BASES[conversion.conv];
  if (base === undefined) return String(cut);
  const digits = cut.toString(base.radix);
  return (conversion.alternate && cut !== 0n ? base.prefix : "") + (conversion.conv === "X" ? digits.toUpperCase() : digits);
}

const hexBytes = (bytes: Uint8Array, prefix: string, separator: string): string =>
  Array.from(bytes, (byte) => prefix + byte.toString(16).padStart(2, "0")).join(separator);

/** `%s`: width and fill apply to plain texts; of a composite value only to its first piece, which is empty (row 5.66). */
function stringText(conversion: Conversion, type: Type, text: string): string {
  if (type.kind === "tuple" || type.kind === "record" || type.kind === "array" || type.kind === "struct") return pad(conversion, "") + text;
  const sign = conversion.plus && type.kind === "int" && type.signed && !text.startsWith("-") ? "+" : "";
  return pad(conversion, sign + text);
}

function convert(conversion: Conversion, arg: ActionArg, record: DataView, ctx: PrintContext): string {
  const { type, offset } = arg;
  switch (conversion.conv) {
    case "s":
      return stringText(conversion, type, valueText(type, record, offset, ctx));
    case "r":
    case "rx":
    case "rh": {
      const bytes = type.kind === "buffer" ? bufferAt(record, offset, type.sizeBytes) : new Uint8Array();
      if (conversion.conv === "r") return pad(conversion, escapeBuffer(bytes));
      return pad(conversion, conversion.conv === "rx" ? hexBytes(bytes, "\\x", "") : hexBytes(bytes, "", " "));
    }
    case "gr":
      if (type.kind === "bool") return `!{invalid GFP flags conversion: ${valueText(type, record, offset, ctx)}}`;
      return pad(conversion, gfpText(BigInt.asUintN(64, integerAt(type, record, offset))));
    case "c":
      return pad(conversion, String.fromCharCode(Number(integerAt(type, record, offset) & 0xffn)));
    case "p": {
      const value = BigInt.asUintN(64, integerAt(type, record, offset));
      return pad(conversion, value === 0n ? "0" : `0x${value.toString(16)}`);
    }
    default:
      return pad(conversion, integerText(conversion, integerAt(type, record, offset)));
  }
}

/** Text of one record; the number and types of the arguments were checked at compile time. */
export function printfText(segments: readonly Segment[], args: readonly ActionArg[], record: DataView, ctx: PrintContext): string {
  let text = "";
  let next = 0;
  for (const segment of segments) {
    if (typeof segment === "string") text += segment;
    else {
      const arg = args[next++];
      if (arg !== undefined) text += convert(segment, arg, record, ctx);
    }
  }
  return text;
}
