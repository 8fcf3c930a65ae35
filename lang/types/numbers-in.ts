/** Which bytes of a value are numbers, that a machine of another byte order has the other way round. */
import { sizeOf, type StructMember, type StructType, type Type } from "./type.ts";

const NUMBERS: ReadonlySet<string> = new Set(["int", "bool", "enum", "pointer"]);

const bytesOf = ({ type, offset, bits }: StructMember): readonly [number, number] => [
  offset,
  offset + (bits === undefined ? sizeOf(type) : Math.ceil((bits.shift + bits.count) / 8)),
];

const overlaid = new WeakMap<StructType, ReadonlySet<number>>();

/** In order of where they begin, a member shares bytes with the one that reaches farthest before it, if with any. */
function findOverlaid({ members }: StructType): ReadonlySet<number> {
  const found = new Set<number>();
  const places = members.map((member, index) => ({ index, start: bytesOf(member)[0], end: bytesOf(member)[1] }));
  let farthest: (typeof places)[number] | null = null;
  for (const place of places.filter(({ start, end }) => start < end).sort((a, b) => a.start - b.start)) {
    if (farthest !== null && place.start < farthest.end) found.add(place.index).add(farthest.index);
    if (farthest === null || place.end > farthest.end) farthest = place;
  }
  return found;
}

/** Whether a member shares its bytes with others, as in a union: what the bytes are is not known before one of them is read. */
export function isOverlaid(type: StructType, index: number): boolean {
  let found = overlaid.get(type);
  if (found === undefined) overlaid.set(type, (found = findOverlaid(type)));
  return found.has(index);
}

/** Bytes of a number that has a byte order; 0: the type is none. */
export function numberBytes(type: Type): 0 | 2 | 4 | 8 {
  const sizeBytes = NUMBERS.has(type.kind) ? sizeOf(type) : 0;
  return sizeBytes === 2 || sizeBytes === 4 || sizeBytes === 8 ? sizeBytes : 0;
}

/** Members whose bytes are turned with the whole; those of unions and bit-fields are in copies as they were recorded. */
export const turnedMembers = (type: StructType): readonly StructMember[] =>
  type.members.filter((member, i) => member.bits === undefined && !isOverlaid(type, i));

const withNumbers = new WeakMap<StructType, boolean>();

/** Whether turning a value changes anything. */
export function hasNumbers(type: Type): boolean {
  if (type.kind === "array") return type.length > 0 && hasNumbers(type.elem);
  if (type.kind !== "struct") return numberBytes(type) > 0;
  let known = withNumbers.get(type);
  if (known === undefined) withNumbers.set(type, (known = turnedMembers(type).some((member) => hasNumbers(member.type))));
  return known;
}
