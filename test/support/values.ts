/** Little-endian values for output tests. */
import { layoutOf, sizeOf, type Type } from "../../lang/types/type.ts";

export type Value = bigint | number | string | boolean | Uint8Array | readonly Value[];

function write(type: Type, value: Value, view: DataView, at: number): void {
  if (type.kind === "string") {
    const bytes = Buffer.from(value as string, "latin1");
    bytes.copy(new Uint8Array(view.buffer), at, 0, type.sizeBytes);
  } else if (type.kind === "buffer") {
    view.setUint32(at, (value as Uint8Array).length, true);
    new Uint8Array(view.buffer).set(value as Uint8Array, at + 4);
  } else if (type.kind === "inet") {
    view.setUint32(at, (value as Uint8Array).length, true);
    new Uint8Array(view.buffer).set(value as Uint8Array, at + 4);
  } else if (type.kind === "tuple" || type.kind === "record" || type.kind === "array") {
    const types =
      type.kind === "tuple"
        ? type.elems
        : type.kind === "record"
          ? type.fields.map((f) => f.type)
          : Array.from({ length: type.length }, () => type.elem);
    const { offsets } = layoutOf(types);
    for (const [i, t] of types.entries()) write(t, (value as readonly Value[])[i]!, view, at + offsets[i]!);
  } else {
    const bits = BigInt.asUintN(64, BigInt(value as bigint | number | boolean));
    for (let i = 0; i < sizeOf(type); i++) view.setUint8(at + i, Number((bits >> BigInt(8 * i)) & 0xffn));
  }
}

export function encode(type: Type, value: Value): DataView {
  const view = new DataView(new ArrayBuffer(Math.max(sizeOf(type), 8)));
  write(type, value, view, 0);
  return view;
}

export function bytesOf(type: Type, value: Value): Uint8Array {
  return new Uint8Array(encode(type, value).buffer).slice(0, sizeOf(type));
}
