/** How to read values of a type, worked out once: steps, with where each value is wanted. */
import { MetadataError } from "./lexer.ts";
import { alignOf, type CtfType, type EnumRange, type IntegerType } from "./types.ts";

/** What a value becomes in a record. */
export type LeafShape =
  | { readonly kind: "number"; readonly sizeBytes: 1 | 2 | 4 | 8; readonly signed: boolean }
  | { readonly kind: "numbers"; readonly sizeBytes: 1 | 2 | 4 | 8; readonly signed: boolean; readonly count: number | null }
  /** `count`: of characters; null: text that ends somewhere. */
  | { readonly kind: "text"; readonly count: number | null };

export interface Leaf {
  readonly name: string;
  readonly shape: LeafShape;
  /** What the tracer took off the kernel's number. */
  readonly less?: number;
}

export interface Integer {
  readonly sizeBits: number;
  readonly alignBits: number;
  readonly signed: boolean;
  readonly little: boolean;
}

/** `leaf`: number of the value among the plan's leaves, -1: it is not wanted. `slot`: where it is kept for others, -1: nowhere. */
export type Step =
  | { readonly op: "integer"; readonly integer: Integer; readonly leaf: number; readonly slot: number; readonly isClock: boolean }
  | { readonly op: "string"; readonly leaf: number }
  | { readonly op: "skip"; readonly bits: number; readonly alignBits: number }
  | { readonly op: "struct"; readonly alignBits: number; readonly steps: readonly Step[] }
  | { readonly op: "variant"; readonly slot: number; readonly options: readonly Option[] }
  /** `length` or, when that is null, what is in `slot`. */
  | {
      readonly op: "numbers" | "text";
      readonly integer: Integer;
      readonly leaf: number;
      readonly length: number | null;
      readonly slot: number;
    }
  | { readonly op: "repeat"; readonly step: Step; readonly alignBits: number; readonly length: number | null; readonly slot: number };

export interface Option {
  readonly ranges: readonly EnumRange[];
  readonly step: Step;
}

interface Known {
  readonly slot: number;
  readonly ranges: readonly EnumRange[];
}

const MOST_LEAVES = 512;

/** The names that are in sight: those of what is read before. */
export class Names {
  readonly #parent: Names | null;
  readonly #own = new Map<string, Known>();

  constructor(parent: Names | null) {
    this.#parent = parent;
  }

  set(name: string, known: Known): void {
    this.#own.set(name, known);
  }

  /** By a path, of which the last name counts. */
  find(path: string): Known {
    const name = path.slice(path.lastIndexOf(".") + 1);
    const known = this.#own.get(name);
    if (known !== undefined) return known;
    if (this.#parent === null) throw new MetadataError(`${path} is no number that is read before it is needed`);
    return this.#parent.find(path);
  }

  /** Where the number of that name is kept; -1: there is none. */
  slotOf(name: string): number {
    return this.#own.get(name)?.slot ?? this.#parent?.slotOf(name) ?? -1;
  }
}

export interface Planner {
  readonly byteOrder: "le" | "be";
  /** Takes the next place for a number. */
  newSlot(): number;
}

/** LTTng puts an underscore before names that programs chose. */
const plain = (name: string): string => (name.startsWith("_") ? name.slice(1) : name);

const bytesOf = (bits: number): 1 | 2 | 4 | 8 => (bits <= 8 ? 1 : bits <= 16 ? 2 : bits <= 32 ? 4 : 8);

export class Plan {
  readonly leaves: Leaf[] = [];
  /** Fields that have no like in a record, by what they are. */
  readonly left = new Set<string>();
  readonly #planner: Planner;
  readonly #wantsLeaves: boolean;
  #isOption = false;

  constructor(planner: Planner, wants: "leaves" | "numbers") {
    this.#planner = planner;
    this.#wantsLeaves = wants === "leaves";
  }

  step(type: CtfType, name: string, names: Names): Step {
    switch (type.kind) {
      case "integer":
        return this.#integer(type, name);
      case "enum":
        return this.#integer(type.container, name);
      case "float":
        if (this.#wantsLeaves) this.left.add("floating-point numbers");
        return { op: "skip", bits: type.sizeBits, alignBits: type.alignBits };
      case "string":
        return { op: "string", leaf: this.#leaf(name, { kind: "text", count: null }) };
      case "struct": {
        const inner = new Names(names);
        const prefix = name === "" ? "" : `${plain(name)}_`;
        const steps = type.fields.map((field) => {
          const own = prefix === "" ? field.name : `${prefix}${plain(field.name)}`;
          return this.#named(field.type, own, field.name, inner, names);
        });
        return { op: "struct", alignBits: alignOf(type), steps };
      }
      case "variant":
        return this.#variant(type, name, names);
      case "array":
        return this.#elements(type.of, type.length, -1, name, names);
      case "sequence":
        return this.#elements(type.of, null, names.find(type.length).slot, name, names);
    }
  }

  /** A field: what it is called in the record, and what other fields call it, those behind the structure too. */
  #named(type: CtfType, own: string, called: string, inner: Names, outer: Names): Step {
    const read = this.step(type, own, inner);
    // `id` of an extended header is what `id` of the header is then.
    const same = this.#isOption && !this.#wantsLeaves ? outer.slotOf(called) : -1;
    const step = read.op === "integer" && same >= 0 ? { ...read, slot: same } : read;
    if (step.op === "integer") {
      const known = { slot: step.slot, ranges: type.kind === "enum" ? type.ranges : [] };
      for (const name of [called, plain(called)]) {
        inner.set(name, known);
        outer.set(name, known);
      }
    }
    return step;
  }

  #order({ byteOrder, sizeBits, alignBits, signed }: IntegerType): Integer {
    const order = byteOrder === "native" ? this.#planner.byteOrder : byteOrder;
    return { sizeBits, alignBits, signed, little: order === "le" };
  }

  #integer(type: IntegerType, name: string): Step {
    const { sizeBits, signed, clock } = type;
    const leaf = this.#leaf(name, { kind: "number", sizeBytes: bytesOf(sizeBits), signed });
    return { op: "integer", integer: this.#order(type), leaf, slot: this.#planner.newSlot(), isClock: clock !== null };
  }

  #leaf(name: string, shape: LeafShape): number {
    if (!this.#wantsLeaves || name === "") return -1;
    if (this.leaves.length >= MOST_LEAVES) {
      this.left.add(`fields beyond the first ${MOST_LEAVES}`);
      return -1;
    }
    return this.leaves.push({ name: plain(name), shape }) - 1;
  }

  #variant({ tag, options }: CtfType & { kind: "variant" }, name: string, names: Names): Step {
    if (tag === null) throw new MetadataError(`the variant ${name} has no tag`);
    const { slot, ranges } = names.find(tag);
    const wasOption = this.#isOption;
    this.#isOption = true;
    const chosen = options.map(({ name: option, type }): Option => {
      const own = name === "" ? option : `${plain(name)}_${plain(option)}`;
      // What an option holds is known to the ones that come behind the variant.
      const step = this.step(type, type.kind === "struct" && !this.#wantsLeaves ? "" : own, names);
      return { ranges: ranges.filter((range) => range.name === option || plain(range.name) === plain(option)), step };
    });
    this.#isOption = wasOption;
    return { op: "variant", slot, options: chosen };
  }

  #elements(of: CtfType, length: number | null, slot: number, name: string, names: Names): Step {
    const element = of.kind === "enum" ? of.container : of;
    if (element.kind === "integer") {
      const integer = this.#order(element);
      const { sizeBits, signed, isText, alignBits } = element;
      if (isText && sizeBits === 8 && alignBits === 8)
        return { op: "text", integer, leaf: this.#leaf(name, { kind: "text", count: length }), length, slot };
      const leaf = this.#leaf(name, { kind: "numbers", sizeBytes: bytesOf(sizeBits), signed, count: length });
      return { op: "numbers", integer, leaf, length, slot };
    }
    if (this.#wantsLeaves) this.left.add("arrays of structures");
    const step = new Plan(this.#planner, "numbers").step(of, "", new Names(names));
    return { op: "repeat", step, alignBits: alignOf(of), length, slot };
  }
}
