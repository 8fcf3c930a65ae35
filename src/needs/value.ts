/** What is known of a value before the script runs: where it may come from, not what it is. */
import { pathKey, type Origin } from "./needs.ts";

export interface Value {
  /** Sources of a number; of a place, the address of its first byte. */
  readonly origins: readonly Origin[];
  /** Where the value itself still is: in recorded memory, behind a pointer; null: it was read. */
  readonly place: "kernel" | "user" | null;
  /** Members of a tuple or record. */
  readonly parts: readonly Value[] | null;
  /** Computed from an address in a way that is only known while the script runs; what it was computed from. */
  readonly vague: string | null;
  /** A pointer to a task's structure plus this many bytes: its members are not memory that is recorded. Null: no such pointer. */
  readonly task: bigint | null;
}

/** Nothing that leads to memory. */
export const nothing: Value = { origins: [], place: null, parts: null, vague: null, task: null };

export const number = (origin: Origin): Value => ({ ...nothing, origins: [origin] });

export const ofParts = (parts: readonly Value[]): Value => ({ ...nothing, parts });

/** Lists and trees in recorded memory have no end: a path of more reads than this is not fetched by any kernel. */
const MAX_DEREFS = 8;

/** A value that comes from more places than this is one that a loop walks through. */
const MAX_ORIGINS = 32;

const MAX_OFFSET = 1n << 31n;

const originKey = ({ probe, base, derefs, add }: Origin): string => `${probe} ${pathKey(base, derefs)} +${add}`;

function distinct(origins: readonly Origin[]): readonly Origin[] {
  const known = new Map(origins.map((origin) => [originKey(origin), origin]));
  return [...known.values()];
}

export function merged(a: Value, b: Value): Value {
  if (a === b || b === nothing) return a;
  if (a === nothing) return b;
  const origins = distinct([...a.origins, ...b.origins]);
  const tooMany = origins.length > MAX_ORIGINS;
  const count = Math.max(a.parts?.length ?? 0, b.parts?.length ?? 0);
  const parts = Array.from({ length: count }, (_, i) => merged(a.parts?.[i] ?? nothing, b.parts?.[i] ?? nothing));
  return {
    origins: tooMany ? a.origins : origins,
    place: a.place ?? b.place,
    parts: count === 0 ? null : parts,
    vague: a.vague ?? b.vague ?? (tooMany ? "an address that a loop computes" : null),
    task: a.task === b.task ? a.task : null,
  };
}

/** Enough to see whether anything was added. */
export function sizeOfValue(value: Value): number {
  const own = value.origins.length + (value.place === null ? 0 : 1) + (value.vague === null ? 0 : 1);
  return own + (value.parts ?? []).reduce((sum, part) => sum + 1 + sizeOfValue(part), 0);
}

/** `value + offset`. */
export function moved(value: Value, offset: bigint): Value {
  if (offset === 0n) return value;
  const origins = value.origins
    .map((origin) => ({ ...origin, add: BigInt.asIntN(64, origin.add + offset) }))
    .filter(({ add }) => add > -MAX_OFFSET && add < MAX_OFFSET);
  return { ...value, origins, task: value.task === null ? null : value.task + offset };
}

/** The number behind an address: what a pointer in memory leads to can be followed again. */
export function loaded(address: Value, user: boolean): Value {
  const near = address.origins.filter(({ derefs }) => derefs.length < MAX_DEREFS);
  const origins = near.map(({ probe, base, derefs, add }): Origin => ({
    probe,
    base,
    derefs: [...derefs, { offset: add, user }],
    add: 0n,
  }));
  const far = near.length < address.origins.length ? "the end of a chain of pointers" : null;
  return { ...nothing, origins, vague: address.vague ?? far };
}

export const vague = (what: string): Value => ({ ...nothing, vague: what });

export const taskPointer: Value = { ...vague("curtask"), task: 0n };

/** Something was computed from it that is no address any more, or one nobody can name. */
export function blurred(...values: readonly Value[]): Value {
  const known = values.find((value) => value.vague !== null)?.vague ?? null;
  return known !== null || values.some(({ origins }) => origins.length > 0) ? vague(known ?? "a computed address") : nothing;
}
