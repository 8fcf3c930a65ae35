/** Where the values of an event go in its records, and the `format` text that says so. */
import type { EventSource } from "../../catalogue.ts";
import type { EventFormat, FormatField } from "../event-format.ts";
import { COMMON_BYTES, formatText, type FormatLine } from "../text/format-text.ts";
import type { Leaf, LeafShape } from "./plan.ts";

export interface Place {
  readonly name: string;
  readonly storage: "number" | "numbers" | "chars" | "string" | "elements";
  readonly offset: number;
  /** Of a number or element, or of all characters. */
  readonly sizeBytes: number;
  /** Of numbers. */
  readonly count: number;
  /** What is added to a number. */
  readonly plus: number;
}

export interface EventLayout {
  readonly type: number;
  readonly sizeBytes: number;
  /** By number of the leaf; undefined: it is left out. */
  readonly places: readonly Place[];
  readonly source: EventSource;
}

interface Declared extends Omit<Place, "offset" | "name" | "plus"> {
  readonly decl: string;
  readonly signed: boolean;
}

/** Longer arrays are put behind the fields. */
const MOST_INLINE_BYTES = 4096;

const typeOf = (sizeBytes: number, signed: boolean): string => `${signed ? "s" : "u"}${sizeBytes * 8}`;

function ownDeclaration(name: string, shape: LeafShape): Declared {
  switch (shape.kind) {
    case "number": {
      const { sizeBytes, signed } = shape;
      return { decl: `${typeOf(sizeBytes, signed)} ${name}`, storage: "number", sizeBytes, count: 1, signed };
    }
    case "numbers": {
      const { sizeBytes, signed, count } = shape;
      const type = typeOf(sizeBytes, signed);
      if (count === null || count === 0 || count * sizeBytes > MOST_INLINE_BYTES)
        return { decl: `__data_loc ${type}[] ${name}`, storage: "elements", sizeBytes, count: 0, signed };
      return { decl: `${type} ${name}[${count}]`, storage: "numbers", sizeBytes, count, signed };
    }
    case "text": {
      const { count } = shape;
      if (count === null || count === 0 || count > MOST_INLINE_BYTES)
        return { decl: `__data_loc char[] ${name}`, storage: "string", sizeBytes: 4, count: 1, signed: true };
      // One byte more, as the kernel's own ends with a zero.
      return { decl: `char ${name}[${count + 1}]`, storage: "chars", sizeBytes: count + 1, count: 1, signed: true };
    }
  }
}

/** As the kernel declares it, where that holds the value; null: it has another one under that name. */
function knownDeclaration(shape: LeafShape, { decl, sizeBytes, loc, length, type, signed }: FormatField): Declared | null {
  const isSigned = signed === true;
  if (shape.kind === "text") {
    if (type !== "char" || loc !== "inline" || typeof length !== "number") return null;
    return { decl, storage: "chars", sizeBytes, count: 1, signed: isSigned };
  }
  if (loc !== "inline" || shape.kind !== "number" || length !== null) return null;
  const holds = sizeBytes === 1 || sizeBytes === 2 || sizeBytes === 4 || sizeBytes === 8;
  return holds && sizeBytes >= shape.sizeBytes ? { decl, storage: "number", sizeBytes, count: 1, signed: isSigned } : null;
}

/** `category`, `name`: as scripts name it. */
export function layOutEvent(
  { category, name, type }: { readonly category: string; readonly name: string; readonly type: number },
  leaves: readonly Leaf[],
  known: EventFormat | null,
): EventLayout {
  let at = COMMON_BYTES;
  const places: Place[] = [];
  const lines: FormatLine[] = [];
  const used = new Set(known?.fields.filter(({ common }) => common).map((field) => field.name) ?? []);
  for (const { name: wanted, shape, less = 0 } of leaves) {
    let own = wanted.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?=\d|$)/, "_");
    while (used.has(own)) own = `${own}_`;
    used.add(own);
    const field = known?.fields.find((one) => one.name === own);
    const declared = (field === undefined ? null : knownDeclaration(shape, field)) ?? ownDeclaration(own, shape);
    const { decl, storage, sizeBytes, count, signed } = declared;
    const inRecord = storage === "elements" ? 4 : storage === "numbers" ? sizeBytes * count : sizeBytes;
    const align = storage === "chars" ? 1 : storage === "elements" ? 4 : sizeBytes;
    const offset = Math.ceil(at / align) * align;
    places.push({ name: own, storage, offset, sizeBytes, count, plus: less });
    lines.push({ decl, offset, sizeBytes: inRecord, signed });
    at = offset + inRecord;
  }
  const text = (): string => formatText({ name, id: type, fields: lines, printFormat: '""' });
  return { type, sizeBytes: at, places, source: { category, name, id: type, formatText: text } };
}
