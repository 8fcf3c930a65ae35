/** print(@m, top, div): truncating division of integers, also inside tuples, records and arrays (row 5.09). */
import { layoutOf, sizeOf, type Type } from "../../lang/types/type.ts";
import { integerAt, repeat } from "./value-text.ts";

function divideAt(type: Type, view: DataView, at: number, div: bigint): void {
  switch (type.kind) {
    case "int": {
      const value = integerAt(type, view, at) / div;
      if (type.sizeBytes === 8) view.setBigUint64(at, BigInt.asUintN(64, value), true);
      else if (type.sizeBytes === 4) view.setUint32(at, Number(BigInt.asUintN(32, value)), true);
      else if (type.sizeBytes === 2) view.setUint16(at, Number(BigInt.asUintN(16, value)), true);
      else view.setUint8(at, Number(BigInt.asUintN(8, value)));
      return;
    }
    case "tuple":
      return divideMembers(type.elems, view, at, div);
    case "record":
      return divideMembers(
        type.fields.map((f) => f.type),
        view,
        at,
        div,
      );
    case "array":
      return divideMembers(repeat(type.elem, type.length), view, at, div);
    default:
      return;
  }
}

function divideMembers(types: readonly Type[], view: DataView, at: number, div: bigint): void {
  const { offsets } = layoutOf(types);
  for (const [i, type] of types.entries()) divideAt(type, view, at + (offsets[i] ?? 0), div);
}

/** The value with its integers divided: a copy, unless div is 1. */
export function divided(type: Type, value: DataView, div: bigint): DataView {
  if (div === 1n) return value;
  const size = sizeOf(type);
  const copy = new Uint8Array(size);
  copy.set(new Uint8Array(value.buffer, value.byteOffset, size));
  const view = new DataView(copy.buffer);
  divideAt(type, view, 0, div);
  return view;
}
