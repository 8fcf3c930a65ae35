/**
 * BTF, the kernel's type data (linux Documentation/bpf/btf.rst, read in 6.18): version 1, kinds up to 19, both byte orders, split BTF.
 * A kernel has 100,000 types and more. One pass looks at each when the blob is opened; a type becomes an object when it is asked for.
 */
import { decodeType } from "./decode.ts";
import { readHeader, refused, type BtfParts, type Refused } from "./header.ts";
import { KIND, TYPE_WORDS } from "./kinds.ts";
import { nameIndex, type NameIndex } from "./name-index.ts";
import { kindOfInfo, scanTypes, vlenOfInfo } from "./scan.ts";
import { VOID, type BtfId, type BtfType } from "./type.ts";

export type { BtfId, BtfMember, BtfParam, BtfType } from "./type.ts";

export interface Btf {
  readonly byteOrder: "little" | "big";
  /** Ids are 0 (void) to `count` - 1, those of the base included. */
  readonly count: number;
  /** RangeError: there is no such id, which is our bug, as the ids in a type have been looked at. */
  type(id: BtfId): BtfType;
  /** Ids of every type and function of that name, in order: a struct and a typedef may share one, and so may static functions. */
  named(name: string): readonly BtfId[];
  /** The enumeration that has a constant of that name; null: none has. */
  withConstant(name: string): BtfId | null;
}

/** What a split BTF needs of the one that it extends. */
interface Layer extends Btf {
  readonly stringBytes: number;
  /** Of a string offset below `stringBytes`. */
  readonly stringPlace: (offset: number) => Place;
}

interface Place {
  readonly strings: Uint8Array;
  readonly at: number;
}

export type OpenedBtf = { readonly ok: true; readonly btf: Btf } | Refused;

const utf8 = new TextDecoder();

function text({ strings, at }: Place): string {
  return utf8.decode(strings.subarray(at, strings.indexOf(0, at)));
}

function places(parts: BtfParts, base: Layer | null): (offset: number) => Place {
  const { strings } = parts;
  const below = base?.stringBytes ?? 0;
  return (offset) => (base !== null && offset < below ? base.stringPlace(offset) : { strings, at: offset - below });
}

/** Of enumerations: each constant's string offset, and the type that has it. */
function constantsOf({ words }: BtfParts, places: Uint32Array): { readonly names: readonly number[]; readonly owners: readonly number[] } {
  const names: number[] = [];
  const owners: number[] = [];
  for (let i = 0; i < places.length; i++) {
    const at = places[i]!;
    const info = words[at + 1]!;
    const kind = kindOfInfo(info);
    if (kind !== KIND.enum && kind !== KIND.enum64) continue;
    const step = kind === KIND.enum ? 2 : 3;
    for (let n = 0; n < vlenOfInfo(info); n++) {
      names.push(words[at + TYPE_WORDS + n * step]!);
      owners.push(i);
    }
  }
  return { names, owners };
}

function layer(parts: BtfParts, starts: Uint32Array, base: Layer | null): Layer {
  const firstId = base?.count ?? 1;
  const { words, little } = parts;
  const stringPlace = places(parts, base);
  const nameAt = (offset: number): string => (offset === 0 ? "" : text(stringPlace(offset)));
  const placeOrNull = (offset: number): Place | null => (offset === 0 ? null : stringPlace(offset));
  let names: NameIndex | null = null;
  let constants: { readonly index: NameIndex; readonly owners: readonly number[] } | null = null;
  const count = firstId + starts.length;
  return {
    byteOrder: little ? "little" : "big",
    count,
    stringBytes: (base?.stringBytes ?? 0) + parts.strings.length,
    stringPlace,
    type(id) {
      if (id === VOID) return { kind: "void" };
      if (base !== null && id < firstId) return base.type(id);
      const at = starts[id - firstId];
      if (at === undefined) throw new RangeError(`no BTF type ${id}`);
      return decodeType(parts, at, nameAt);
    },
    named(name) {
      names ??= nameIndex({ count: starts.length, place: (i) => placeOrNull(words[starts[i]!]!) });
      return [...(base?.named(name) ?? []), ...names.find(name).map((index) => (firstId + index) as BtfId)];
    },
    withConstant(name) {
      if (constants === null) {
        const { names: offsetsOfNames, owners } = constantsOf(parts, starts);
        constants = { index: nameIndex({ count: owners.length, place: (i) => placeOrNull(offsetsOfNames[i]!) }), owners };
      }
      const [found] = constants.index.find(name);
      return base?.withConstant(name) ?? (found === undefined ? null : ((firstId + constants.owners[found]!) as BtfId));
    },
  };
}

/** `base`: what a module's BTF extends, of exactly the same kernel. The bytes are kept and must not change. */
export function readBtf(bytes: Uint8Array, base: Btf | null = null): OpenedBtf {
  const header = readHeader(bytes);
  if (!header.ok) return header;
  const { parts } = header;
  const under = base as Layer | null;
  if (under !== null && (under.byteOrder === "little") !== parts.little) return refused("BTF and its base have different byte orders");
  const stringsEnd = (under?.stringBytes ?? 0) + parts.strings.length;
  const scanned = scanTypes(parts, { firstId: under?.count ?? 1, stringsEnd });
  return scanned.ok ? { ok: true, btf: layer(parts, scanned.places, under) } : scanned;
}
