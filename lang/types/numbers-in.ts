/** Where the numbers of a value lie in its bytes, which a machine of another byte order has the other way round. */
import { sizeOf, type StructMember, type StructType, type Type } from "./type.ts";

export interface NumberPlace {
  readonly offset: number;
  readonly sizeBytes: 2 | 4 | 8;
}

/** More than any struct has; an array as long is for functions that look at bytes. */
export const MAX_NUMBERS = 8192;

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

/** Numbers of more than one byte (one more than MAX_NUMBERS at most); not bit-fields and members of unions, whose bytes copies keep as they were. */
export function numbersIn(type: Type, offset = 0, found: NumberPlace[] = []): NumberPlace[] {
  if (found.length > MAX_NUMBERS) return found;
  if (NUMBERS.has(type.kind)) {
    const sizeBytes = sizeOf(type);
    if (sizeBytes === 2 || sizeBytes === 4 || sizeBytes === 8) found.push({ offset, sizeBytes });
  } else if (type.kind === "array") {
    const step = sizeOf(type.elem);
    for (let i = 0; i < Math.min(type.length, MAX_NUMBERS + 1); i++) numbersIn(type.elem, offset + i * step, found);
  } else if (type.kind === "struct") {
    type.members.forEach((member, i) => {
      if (member.bits === undefined && !isOverlaid(type, i)) numbersIn(member.type, offset + member.offset, found);
    });
  }
  return found;
}
