/** How the arguments of one event are laid into its records. */
import type { EventFormat, FormatField } from "../event-format.ts";
import { byteNames, type ByteNames } from "../../lines/byte-names.ts";

export const fieldKinds = {
  integer: 0,
  text: 1,
  integers: 2,
  dynamicText: 3,
  dynamicIntegers: 4,
  restText: 5,
  restIntegers: 6,
  bytes: 7,
} as const;

export interface PlannedField {
  readonly kind: number;
  readonly offset: number;
  readonly sizeBytes: number;
  /** Of arrays. */
  readonly elementBytes: number;
  /** Dynamic: where the offset in the location word counts from. */
  readonly from: number;
  /** Of a pointer: where the location of what it leads to is; -1: nowhere. */
  readonly pointed: number;
  /** A line gives its value by its name. */
  readonly isOwn: boolean;
}

export interface EventPlan {
  readonly id: number;
  /** Bytes of what is no dynamic data. */
  readonly fixedBytes: number;
  readonly names: ByteNames;
  readonly fields: readonly PlannedField[];
  /** How many of them a line may give: all that stand for themselves. */
  readonly given: number;
}

const ELEMENT_BYTES: readonly (readonly [RegExp, number])[] = [
  [/char|bool|8(_t)?$/, 1],
  [/short|16(_t)?$/, 2],
  [/long|64(_t)?$|size_t|\*/, 8],
];

function elementBytesOf({ type, length, sizeBytes }: FormatField): number {
  if (typeof length === "number" && length > 0 && sizeBytes % length === 0) return sizeBytes / length;
  return ELEMENT_BYTES.find(([pattern]) => pattern.test(type))?.[1] ?? 4;
}

const isChar = ({ type }: FormatField): boolean => /^(const )?char$/.test(type);
const isInt = (sizeBytes: number): boolean => sizeBytes === 1 || sizeBytes === 2 || sizeBytes === 4 || sizeBytes === 8;

function kindOf(field: FormatField): number {
  if (field.loc !== "inline") return isChar(field) ? fieldKinds.dynamicText : fieldKinds.dynamicIntegers;
  if (field.length === "flexible") return isChar(field) ? fieldKinds.restText : fieldKinds.restIntegers;
  if (field.length !== null) return isChar(field) ? fieldKinds.text : fieldKinds.integers;
  return isInt(field.sizeBytes) ? fieldKinds.integer : fieldKinds.bytes;
}

/** Where the convention of kernels (since 6.19) and of probes has what a pointer leads to. */
function pointedName(name: string): string {
  if (name === "retval") return "rs";
  return /^arg[0-9]$/.test(name) ? `s${name.slice(3)}` : `__${name}_val`;
}

export function planEvent(format: EventFormat): EventPlan {
  const own = format.fields.filter(({ common }) => !common);
  const pointers = new Map(own.map(({ name, offset }) => [name, offset]));
  const pointed = new Set(own.map(({ name }) => pointedName(name)));
  const isOwn = (name: string): boolean => !name.startsWith("__") && !pointed.has(name);
  return {
    id: format.id,
    fixedBytes: format.fields.reduce((most, field) => Math.max(most, field.offset + field.sizeBytes), 8),
    names: byteNames(own.map(({ name }) => name)),
    fields: own.map((field) => {
      const kind = kindOf(field);
      return {
        kind,
        offset: field.offset,
        sizeBytes: field.sizeBytes,
        elementBytes: kind === fieldKinds.integer ? field.sizeBytes : elementBytesOf(field),
        from: field.loc === "rel_loc" ? field.offset + 4 : 0,
        pointed: pointers.get(pointedName(field.name)) ?? -1,
        isOwn: isOwn(field.name),
      };
    }),
    given: own.filter(({ name }) => isOwn(name)).length,
  };
}
