/** Types of the Common Trace Format 1.8, as its metadata declare them. */

export interface IntegerType {
  readonly kind: "integer";
  readonly sizeBits: number;
  readonly alignBits: number;
  readonly signed: boolean;
  /** `native`: that of the trace. */
  readonly byteOrder: "le" | "be" | "native";
  /** Its elements are characters. */
  readonly isText: boolean;
  /** Name of the clock whose value it is. */
  readonly clock: string | null;
}

export type CtfType =
  | IntegerType
  | { readonly kind: "float"; readonly sizeBits: number; readonly alignBits: number }
  | { readonly kind: "string" }
  | { readonly kind: "enum"; readonly container: IntegerType; readonly ranges: readonly EnumRange[] }
  | { readonly kind: "struct"; readonly fields: readonly CtfField[]; readonly alignBits: number }
  /** `tag`: the path of the enumeration that chooses; null: it was not said. */
  | { readonly kind: "variant"; readonly tag: string | null; readonly options: readonly CtfField[] }
  | { readonly kind: "array"; readonly of: CtfType; readonly length: number }
  /** `length`: the path of the number of elements. */
  | { readonly kind: "sequence"; readonly of: CtfType; readonly length: string };

export interface CtfField {
  readonly name: string;
  readonly type: CtfType;
}

/** [from, to], both as the number that is stored. */
export interface EnumRange {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export interface CtfClock {
  readonly name: string;
  readonly frequency: bigint;
  /** Of its zero since 1970: seconds, and ticks of the clock. */
  readonly offsetSeconds: bigint;
  readonly offset: bigint;
}

export interface CtfEvent {
  readonly id: number;
  readonly streamId: number;
  readonly name: string;
  readonly context: CtfType | null;
  readonly fields: CtfType | null;
}

export interface CtfStream {
  readonly id: number;
  readonly packetContext: CtfType | null;
  readonly eventHeader: CtfType | null;
  readonly eventContext: CtfType | null;
}

export interface CtfTrace {
  readonly byteOrder: "le" | "be";
  readonly packetHeader: CtfType | null;
  readonly env: ReadonlyMap<string, string>;
  readonly clocks: readonly CtfClock[];
  readonly streams: ReadonlyMap<number, CtfStream>;
  readonly events: readonly CtfEvent[];
}

/** Bits that a value of the type begins at a multiple of. */
export function alignOf(type: CtfType): number {
  switch (type.kind) {
    case "integer":
    case "float":
      return type.alignBits;
    case "enum":
      return type.container.alignBits;
    case "string":
      return 8;
    case "struct":
      return type.fields.reduce((most, { type: own }) => Math.max(most, alignOf(own)), type.alignBits);
    case "variant":
      return 1;
    case "array":
    case "sequence":
      return alignOf(type.of);
  }
}
