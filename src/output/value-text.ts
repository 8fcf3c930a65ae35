/** Typed values as bpftrace prints them (rows 6.29–6.39). Text is a byte string: every character is one byte. */
import { layoutOf, PROBED_CODE, type StackType, type Type } from "../../lang/types/type.ts";
import type { CodeOwner, StackValue, SymbolName } from "../session/code-owner.ts";
import type { UnitLabels } from "./buckets.ts";
import { inetText } from "./inet.ts";
import { structMembers } from "./struct-members.ts";
import { timestampText, type Clock } from "./strftime.ts";

/** What printing needs besides the value. */
export interface PrintContext {
  /** Appended to a string that fills its buffer (row 3.21). */
  readonly truncTrailer: string;
  readonly clock: Clock;
  readonly unitLabels: UnitLabels;
  readonly symbol: SymbolName;
  /** Frames of a stack, as text; absent: there are no stacks. */
  readonly stack?: (type: StackType, stack: StackValue) => string;
}

export const stackAt = (view: DataView, at: number): StackValue => ({
  id: view.getBigInt64(at, true),
  owner: { pid: view.getUint32(at + 8, true), space: view.getUint16(at + 14, true) },
});

const ANYBODY: CodeOwner = { pid: 0, space: 0 };

function ownerAt(view: DataView, at: number): CodeOwner {
  const [pid, number] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
  return pid === PROBED_CODE ? { probe: number } : { pid, space: number };
}

/** Integer, bool, enum, pointer, timestamp or symbol as a number: sign- or zero-extended by its type. */
export function integerAt(type: Type, view: DataView, at: number): bigint {
  switch (type.kind) {
    case "int":
      return type.signed ? signedAt(view, at, type.sizeBytes) : unsignedAt(view, at, type.sizeBytes);
    case "enum":
      return unsignedAt(view, at, type.sizeBytes);
    case "bool":
      return BigInt(view.getUint8(at));
    case "pointer":
    case "timestamp":
    case "username":
    case "ksym":
    case "usym":
      return view.getBigUint64(at, true);
    default:
      return 0n;
  }
}

function signedAt(view: DataView, at: number, size: 1 | 2 | 4 | 8): bigint {
  if (size === 8) return view.getBigInt64(at, true);
  return BigInt(size === 4 ? view.getInt32(at, true) : size === 2 ? view.getInt16(at, true) : view.getInt8(at));
}

function unsignedAt(view: DataView, at: number, size: 1 | 2 | 4 | 8): bigint {
  if (size === 8) return view.getBigUint64(at, true);
  return BigInt(size === 4 ? view.getUint32(at, true) : size === 2 ? view.getUint16(at, true) : view.getUint8(at));
}

/** Bytes up to the first NUL; without one the buffer was too small and the trailer says so. */
export function stringAt(view: DataView, at: number, sizeBytes: number, trailer: string): string {
  let text = "";
  for (let i = 0; i < sizeBytes; i++) {
    const byte = view.getUint8(at + i);
    if (byte === 0) return text;
    text += String.fromCharCode(byte);
  }
  return text + (sizeBytes > 0 ? trailer : "");
}

export function bufferAt(view: DataView, at: number, capacity: number): Uint8Array {
  const length = Math.min(view.getUint32(at, true), capacity);
  return new Uint8Array(view.buffer, view.byteOffset + at + 4, length);
}

const hexText = (value: bigint): string => `0x${value.toString(16)}`;

const hex2 = (byte: number): string => byte.toString(16).padStart(2, "0");

/** `%r`: printable ASCII kept, the rest `\xNN`; a backslash is not escaped (row 5.67). */
export const escapeBuffer = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => (byte >= 32 && byte <= 126 ? String.fromCharCode(byte) : `\\x${hex2(byte)}`)).join("");

/** Upper case, unlike all other hexadecimal output (row 5.39). */
const macText = (view: DataView, at: number): string =>
  Array.from({ length: 6 }, (_, i) => hex2(view.getUint8(at + i)).toUpperCase()).join(":");

const braces = (inner: string): string => (inner === "" ? "{}" : `{ ${inner} }`);

export function valueText(type: Type, view: DataView, at: number, ctx: PrintContext): string {
  switch (type.kind) {
    case "int":
      return String(integerAt(type, view, at));
    case "bool":
      return view.getUint8(at) === 0 ? "false" : "true";
    case "string":
      return stringAt(view, at, type.sizeBytes, ctx.truncTrailer);
    case "buffer":
      return escapeBuffer(bufferAt(view, at, type.sizeBytes));
    case "pointer":
      return hexText(integerAt(type, view, at));
    case "enum": {
      const value = integerAt(type, view, at);
      const bits = type.sizeBytes * 8;
      return type.values.find(([, v]) => BigInt.asUintN(bits, v) === value)?.[0] ?? String(value);
    }
    case "timestamp":
      return timestampText(type.format, integerAt(type, view, at), type.clock === "tai" ? "epoch" : "boot", ctx.clock);
    case "ksym": {
      const address = integerAt(type, view, at);
      return ctx.symbol("ksym", address, ANYBODY) ?? hexText(address);
    }
    case "usym": {
      const address = integerAt(type, view, at);
      return ctx.symbol("usym", address, ownerAt(view, at + 8)) ?? hexText(address);
    }
    case "username":
      // Recordings have no user database (row 4.04).
      return "";
    case "mac":
      return macText(view, at);
    case "stack":
      return ctx.stack?.(type, stackAt(view, at)) ?? "";
    case "inet":
      return inetText(view, at);
    case "array":
      return `[${members(repeat(type.elem, type.length), view, at, ctx).join(",")}]`;
    case "tuple":
      return `(${members(type.elems, view, at, ctx).join(", ")})`;
    case "record": {
      const texts = members(
        type.fields.map((f) => f.type),
        view,
        at,
        ctx,
      );
      return braces(type.fields.map((f, i) => `.${f.name} = ${texts[i] ?? ""}`).join(", "));
    }
    case "struct": {
      // Char arrays of C end where they are full: nothing was cut off them.
      const whole = { ...ctx, truncTrailer: "" };
      const texts = structMembers(type, view, at).map((m) => `.${m.name} = ${valueText(m.type, m.view, m.at, whole)}`);
      return braces(texts.join(", "));
    }
    case "opaque":
    case "incomplete":
    case "none":
    case "void":
      return "null";
  }
}

export const repeat = (type: Type, length: number): Type[] => Array.from({ length }, () => type);

function members(types: readonly Type[], view: DataView, at: number, ctx: PrintContext): string[] {
  const { offsets } = layoutOf(types);
  return types.map((type, i) => valueText(type, view, at + (offsets[i] ?? 0), ctx));
}
