/** The type by which user space prints a value: what keeps the bytes of a big-endian machine says so. */
import { bigEndian } from "../types/recorded-order.ts";
import type { Type } from "../types/type.ts";
import type { LowerOptions } from "./lowering.ts";

export const shownType = ({ byteOrder }: Pick<LowerOptions, "byteOrder">, type: Type): Type =>
  byteOrder === "big" ? bigEndian(type) : type;
