/** The one pass over all types of a blob: where each begins, and that nothing in it leads out of it. */
import { refused, type BtfParts, type Refused } from "./header.ts";
import { KIND, TYPE_WORDS } from "./kinds.ts";

/** Kinds whose third word is the id of another type. */
const REFERRING: ReadonlySet<number> = new Set([
  KIND.pointer,
  KIND.typedef,
  KIND.volatile,
  KIND.const,
  KIND.restrict,
  KIND.func,
  KIND.funcProto,
  KIND.variable,
  KIND.declTag,
  KIND.typeTag,
]);

interface Element {
  readonly words: number;
  /** Where in an element a name and an id are; -1: it has none. */
  readonly name: number;
  readonly type: number;
}

const ELEMENTS: readonly (Element | undefined)[] = (() => {
  const elements: (Element | undefined)[] = [];
  elements[KIND.struct] = elements[KIND.union] = { words: 3, name: 0, type: 1 };
  elements[KIND.enum] = { words: 2, name: 0, type: -1 };
  elements[KIND.funcProto] = { words: 2, name: 0, type: 1 };
  elements[KIND.dataSection] = { words: 3, name: -1, type: 0 };
  elements[KIND.enum64] = { words: 3, name: 0, type: -1 };
  return elements;
})();

export const kindOfInfo = (info: number): number => (info >>> 24) & 0x1f;
export const vlenOfInfo = (info: number): number => info & 0xffff;

/** The first id that is not the base's, and the bytes of all strings, those of the base included. */
interface Bounds {
  readonly firstId: number;
  readonly stringsEnd: number;
}

type Places = { readonly ok: true; /** Of each type, in words. */ readonly places: Uint32Array } | Refused;

function placesOf({ words, layouts }: BtfParts, firstId: number): Places {
  const places = new Uint32Array(Math.floor(words.length / TYPE_WORDS));
  let count = 0;
  let at = 0;
  while (at + TYPE_WORDS <= words.length) {
    const info = words[at + 1]!;
    const layout = layouts[kindOfInfo(info)];
    if (layout === undefined) return refused(`BTF type ${firstId + count} is of kind ${kindOfInfo(info)}, which is not known`);
    places[count++] = at;
    at += TYPE_WORDS + layout.fixed + (layout.each === 0 ? 0 : layout.each * vlenOfInfo(info));
  }
  if (at !== words.length) return refused(`the types of the BTF do not end where their section does (type ${firstId + count - 1})`);
  return { ok: true, places: places.subarray(0, count) };
}

function badElement(words: Uint32Array, at: number, ids: number, stringsEnd: number): string | null {
  const info = words[at + 1]!;
  const element = ELEMENTS[kindOfInfo(info)];
  if (element === undefined) return null;
  const from = at + TYPE_WORDS;
  const end = from + vlenOfInfo(info) * element.words;
  for (let item = from; item < end; item += element.words) {
    const name = element.name < 0 ? 0 : words[item + element.name]!;
    if (name >= stringsEnd && name !== 0) return "the name of a member is none of the strings";
    if (element.type >= 0 && words[item + element.type]! >= ids) return `a member refers to type ${words[item + element.type]}`;
  }
  return null;
}

function badType(words: Uint32Array, at: number, ids: number, stringsEnd: number): string | null {
  const name = words[at]!;
  if (name >= stringsEnd && name !== 0) return "its name is none of the strings";
  const kind = kindOfInfo(words[at + 1]!);
  const refersTo = REFERRING.has(kind) ? words[at + 2]! : kind === KIND.array ? words[at + TYPE_WORDS]! : 0;
  return refersTo >= ids ? `it refers to type ${refersTo}` : badElement(words, at, ids, stringsEnd);
}

export function scanTypes(parts: BtfParts, { firstId, stringsEnd }: Bounds): Places {
  const scanned = placesOf(parts, firstId);
  if (!scanned.ok) return scanned;
  const { places } = scanned;
  const ids = firstId + places.length;
  for (let i = 0; i < places.length; i++) {
    const bad = badType(parts.words, places[i]!, ids, stringsEnd);
    if (bad !== null) return refused(`BTF type ${firstId + i} is damaged: ${bad}; there are ${ids - 1} types`);
  }
  return scanned;
}
