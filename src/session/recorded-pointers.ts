/** Pointers of an event, followed through the memory that its records hold: which are stand-ins for ones that were not recorded. */
import type { ContextRecipe, RecordedMemory, RecordedValue } from "../../lang/catalogue.ts";
import { isStandIn, turnedStandIns } from "../../probes/probed/recipe.ts";

const POINTER_BYTES = 8n;

/** A pointer of the context, and the offsets at which memory was read from it on. */
export interface PointerPath {
  /** `arg0`, `args.request`. */
  readonly word: string;
  /** The register that has it; null: a field of the record. */
  readonly slot: number | null;
  readonly derefs: readonly bigint[];
}

/** A value, or a place in memory: `add` bytes behind a pointer. */
export interface Pointed {
  /** Which pointer of the recipe: values of one key are the same number. */
  readonly key: string;
  readonly add: bigint;
  readonly path: PointerPath;
}

/** What is read at a place. */
export interface PointedRead {
  /** Some byte of it is of a stand-in. */
  readonly isStandIn: boolean;
  /** The pointer that it is, where it is one of the recipe. */
  readonly value: Pointed | null;
}

export interface RecordedPointers {
  /** The word of the context at that offset; null: nothing is known of it. */
  word(offset: number, name: string): Pointed | null;
  field(offset: number, name: string): Pointed;
  read(place: Pointed, sizeBytes: number): PointedRead;
}

function keyOf(value: RecordedValue): string {
  switch (value.kind) {
    case "slot":
      return `slot ${value.slot}`;
    case "field":
      return `field ${value.offset}`;
    case "constant":
      return `stand-in ${value.value}`;
  }
}

/** Of programs whose context is rebuilt. */
export interface RebuiltContext {
  readonly recipe: Pick<ContextRecipe, "registers" | "typed">;
  readonly isTyped: boolean;
}

/** Memory is relative to registers, where a value is in one. */
function sourceOf({ recipe, isTyped }: RebuiltContext, offset: number): RecordedValue | null {
  const { registers, typed } = recipe;
  if (!isTyped) return registers.some(({ slot }) => slot === offset) ? { kind: "slot", slot: offset } : null;
  const from = typed.find(({ index }) => 8 * index === offset)?.from ?? null;
  const register = from === null ? undefined : registers.find((one) => keyOf(one.from) === keyOf(from));
  return register === undefined ? from : { kind: "slot", slot: register.slot };
}

function piecesByPointer(memory: readonly RecordedMemory[]): ReadonlyMap<string, readonly RecordedMemory[]> {
  const found = new Map<string, RecordedMemory[]>();
  for (const piece of memory) {
    const key = keyOf(piece.base);
    const known = found.get(key);
    if (known === undefined) found.set(key, [piece]);
    else known.push(piece);
  }
  return found;
}

/** In our byte order. */
const standInOf = (piece: RecordedMemory): RecordedMemory =>
  piece.data.kind === "pointer" && !isStandIn(piece.data.value) ? turnedStandIns([piece])[0]! : piece;

/** The pointer of the recipe that lies in a piece of memory. */
function pointerIn({ data }: RecordedMemory): RecordedValue | null {
  if (data.kind === "pointer") return { kind: "constant", value: data.value };
  return data.kind === "inline" && data.sizeBytes === 8 ? { kind: "field", offset: data.offset, sizeBytes: 8, signed: false } : null;
}

/** Texts are as long as they are: nobody knows how much of the memory behind them a record has. */
const bytesOf = ({ data }: RecordedMemory): bigint =>
  data.kind === "inline" ? BigInt(data.sizeBytes) : data.kind === "pointer" ? POINTER_BYTES : 0n;

/** Whether every byte is there: else the read fails as a whole. */
function isCovered(pieces: readonly RecordedMemory[], from: bigint, end: bigint): boolean {
  for (let at = from; at < end;) {
    const piece = pieces.find((one) => one.delta <= at && at < one.delta + bytesOf(one));
    if (piece === undefined) return false;
    at = piece.delta + bytesOf(piece);
  }
  return true;
}

/** `context`: null where programs get the record itself. */
export function recordedPointers(context: RebuiltContext | null, memory: readonly RecordedMemory[]): RecordedPointers {
  const pieces = piecesByPointer(memory.map(standInOf));
  const start = (from: RecordedValue, word: string): Pointed => ({
    key: keyOf(from),
    add: 0n,
    path: { word, slot: from.kind === "slot" ? from.slot : null, derefs: [] },
  });
  return {
    word(offset, name) {
      const from = context === null ? null : sourceOf(context, offset);
      return from === null ? null : start(from, name);
    },
    field: (offset, name) => start({ kind: "field", offset, sizeBytes: 8, signed: false }, name),
    read({ key, add, path }, sizeBytes) {
      const there = pieces.get(key) ?? [];
      const end = add + BigInt(sizeBytes);
      const pointers = there.filter(({ delta, data }) => data.kind === "pointer" && delta < end && add < delta + POINTER_BYTES);
      const whole = sizeBytes === 8 ? there.filter(({ delta }) => delta === add).flatMap((piece) => pointerIn(piece) ?? []) : [];
      const value = whole[0] === undefined ? null : { key: keyOf(whole[0]), add: 0n, path: { ...path, derefs: [...path.derefs, add] } };
      return { isStandIn: pointers.length > 0 && isCovered(there, add, end), value };
    },
  };
}
