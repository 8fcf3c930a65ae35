/** Addresses of networks and byte orders: ntop, pton, macaddr, bswap (rows 5.37–5.40). */
import type { HirExpr } from "../../../hir/hir.ts";
import { kindName } from "../../../types/names.ts";
import { int, sizeOf, uint64, type IntType, type Type } from "../../../types/type.ts";
import { bytesToText } from "../../byte-text.ts";
import { memorySpaceOf } from "../../split-bodies.ts";
import { convert, intConstant } from "../convert.ts";
import type { CallExpr, Context } from "../context.ts";
import { integerArgument, stringLiteral, valueArgument } from "./arguments.ts";
import type { ValueFunctions } from "./call-table.ts";
import { parseAddress } from "./inet-text.ts";

const uint8 = int(1, false);

/** Strings and arrays of bytes: how many there are; 0 for other types. */
function byteCount(type: Type): number {
  if (type.kind === "string") return type.sizeBytes;
  return type.kind === "array" && type.elem.kind === "int" && type.elem.sizeBytes === 1 ? type.length : 0;
}

/** The address family decides how many bytes of the address count; without one its type does. */
function ntopCall(cx: Context, call: CallExpr): HirExpr | null {
  const { span } = call;
  const written = call.args.length > 1 ? integerArgument(cx, call, 0) : null;
  const address = valueArgument(cx, call, call.args.length - 1);
  if (address === null || (call.args.length > 1 && written === null)) return null;
  const family = written === null ? null : convert(cx, written, uint64);
  const { type } = address;
  if (type.kind === "int") return { kind: "ntop", span, family, address: convert(cx, address, int(4, false)), type: { kind: "inet" } };
  if (type.kind !== "string" && type.kind !== "array") {
    cx.report.error("invalidArgument", span, `ntop() expects an integer or array argument, got ${kindName(type)}`);
    return null;
  }
  const bytes = byteCount(type);
  if (bytes !== 4 && bytes !== 16) {
    cx.report.error("invalidArgument", span, "ntop() argument must be 4 or 16 bytes in size");
    return null;
  }
  return { kind: "ntop", span, family, address, type: { kind: "inet" } };
}

function ptonCall(cx: Context, call: CallExpr): HirExpr | null {
  const literal = stringLiteral(cx, call, 0);
  if (literal === null) return null;
  const text = bytesToText(literal);
  const bytes = parseAddress(text);
  if (bytes !== null) return { kind: "str", span: call.span, bytes, type: { kind: "array", elem: uint8, length: bytes.length } };
  cx.report.error("invalidArgument", call.span, `pton() expects a valid IPv4/IPv6 address, got ${text}`);
  return null;
}

const MAC_BYTES = 6;

function macaddrCall(cx: Context, call: CallExpr): HirExpr | null {
  const { span } = call;
  const source = valueArgument(cx, call, 0);
  if (source === null) return null;
  const { type } = source;
  if (type.kind === "pointer" || byteCount(type) >= MAC_BYTES) return { kind: "macaddr", span, source, type: { kind: "mac" } };
  if (type.kind === "int") {
    const pointer: Type = { kind: "pointer", to: uint8, space: memorySpaceOf(cx.points[0]!) };
    return { kind: "macaddr", span, source: convert(cx, convert(cx, source, uint64), pointer), type: { kind: "mac" } };
  }
  const message =
    type.kind === "string" || type.kind === "array"
      ? `macaddr() argument must be at least ${MAC_BYTES} bytes in size, got ${sizeOf(type)}`
      : `macaddr() expects an array, pointer or integer argument, got ${kindName(type)}`;
  cx.report.error("invalidArgument", span, message);
  return null;
}

function swapBytes(value: bigint, sizeBytes: number): bigint {
  let swapped = 0n;
  for (let i = 0; i < sizeBytes; i++) swapped = (swapped << 8n) | ((value >> BigInt(8 * i)) & 0xffn);
  return swapped;
}

function bswapCall(cx: Context, call: CallExpr): HirExpr | null {
  const { span } = call;
  const value = integerArgument(cx, call, 0);
  if (value === null) return null;
  const { sizeBytes } = value.type as IntType;
  const type = int(sizeBytes, false);
  if (value.kind === "int") return intConstant(span, swapBytes(value.value, sizeBytes), type);
  return { kind: "bswap", span, operand: convert(cx, value, type), type };
}

export const networkFunctions: ValueFunctions = {
  bswap: { min: 1, max: 1, elaborate: bswapCall },
  macaddr: { min: 1, max: 1, elaborate: macaddrCall },
  ntop: { min: 1, max: 2, elaborate: ntopCall },
  pton: { min: 1, max: 1, elaborate: ptonCall },
};
