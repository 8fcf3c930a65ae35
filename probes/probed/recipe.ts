/** From what the fields of an event mean to how registers and memory are rebuilt from its records. */
import type { ContextRecipe, RecordedMemory, RecordedValue, TracepointField } from "../../lang/catalogue.ts";
import { argumentSlot, registerSlots, RETURN_SLOT } from "../../lang/registers.ts";
import type { FetchBase, FetchPath } from "./fetch.ts";

/**
 * Stand-ins for pointers that were followed while recording but not recorded themselves. No x86-64 or arm64 pointer looks like this, so
 * nothing else is ever read through one; the same path has the same one at a function's entry and at its return.
 */
export interface StandIns {
  /** `place`: of the function, so that no other one has its pointers. */
  of(path: FetchPath, place: string): bigint;
}

const FIRST_STAND_IN = 0x4853_0000_0000_0000n;
/** Room for what lies behind and before the pointer. */
const STAND_IN_STEP = 1n << 24n;

/** Numbers that the machine that was recorded can have had nowhere. */
export const isStandIn = (value: bigint): boolean => BigInt.asUintN(64, value) >> 48n === FIRST_STAND_IN >> 48n;

const keyOf = ({ base, derefs }: FetchPath): string => `${JSON.stringify(base)} ${derefs.join()}`;

export function makeStandIns(): StandIns {
  const known = new Map<string, bigint>();
  return {
    of(path, place) {
      const key = `${place} ${keyOf(path)}`;
      let value = known.get(key);
      if (value === undefined) known.set(key, (value = FIRST_STAND_IN + STAND_IN_STEP * BigInt(known.size + 1)));
      return value;
    },
  };
}

export interface MeaningfulField {
  readonly field: TracepointField;
  readonly path: FetchPath;
}

function slotOf(base: FetchBase): number | undefined {
  switch (base.kind) {
    case "argument":
      return argumentSlot(base.index);
    case "return":
      return RETURN_SLOT;
    case "register":
      return registerSlots[base.name];
    case "place":
    case "field":
      return undefined;
  }
}

export function numberIn(field: TracepointField): RecordedValue | null {
  const { offset, sizeBytes, loc } = field;
  if (loc !== "inline" || (sizeBytes !== 1 && sizeBytes !== 2 && sizeBytes !== 4 && sizeBytes !== 8)) return null;
  if (field.type.kind === "array" || field.type.kind === "string") return null;
  return { kind: "field", offset, sizeBytes, signed: field.type.kind === "int" && field.type.signed };
}

/** `isText`: of strings. */
export type IsSteady = (path: FetchPath, isText: boolean) => boolean;

const reversed = (value: bigint): bigint => {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value, true);
  return view.getBigUint64(0, false);
};

/** Stand-ins in memory are numbers of the other byte order, and back: they lie there as the machine would have them. */
export const turnedStandIns = (memory: readonly RecordedMemory[]): readonly RecordedMemory[] =>
  memory.map((one) => (one.data.kind === "pointer" ? { ...one, data: { kind: "pointer", value: reversed(one.data.value) } } : one));

/** `byName`: all fields of the event, for paths that begin at one. `isSteady`: of memory that stays as long as the call. */
export function buildRecipe(
  fields: readonly MeaningfulField[],
  byName: ReadonlyMap<string, TracepointField>,
  standIns: (path: FetchPath) => bigint,
  isSteady: IsSteady,
  byteOrder: "little" | "big",
): ContextRecipe {
  const stays = (path: FetchPath, isText: boolean): { readonly stays?: true } => (isSteady(path, isText) ? { stays: true } : {});
  const registers: ContextRecipe["registers"][number][] = [];
  const memory: RecordedMemory[] = [];
  /** Values of pointers by the path that leads to them. */
  const values = new Map<string, RecordedValue>();
  for (const { field, path } of fields) {
    const value = numberIn(field);
    if (value === null) continue;
    const slot = path.derefs.length === 0 ? slotOf(path.base) : undefined;
    if (slot !== undefined) registers.push({ slot, from: value });
    if (!values.has(keyOf(path))) values.set(keyOf(path), slot === undefined ? value : { kind: "slot", slot });
  }

  /** The pointer that a path leads to; where it was not recorded, a stand-in with all that leads to it. */
  const pointerAt = (path: FetchPath): RecordedValue | null => {
    const known = values.get(keyOf(path));
    if (known !== undefined) return known;
    let value: RecordedValue;
    if (path.derefs.length === 0) {
      const { base } = path;
      const slot = slotOf(base);
      const field = base.kind === "field" ? byName.get(base.name) : undefined;
      const own = field === undefined ? null : numberIn(field);
      if (slot === undefined && own === null) return null;
      value = own ?? { kind: "slot", slot: slot! };
      if (own === null) registers.push({ slot: slot!, from: { kind: "constant", value: standIns(path) } });
    } else {
      const outer = pointerAt({ base: path.base, derefs: path.derefs.slice(0, -1) });
      if (outer === null) return null;
      const pointer = standIns(path);
      memory.push({ base: outer, delta: path.derefs.at(-1)!, data: { kind: "pointer", value: pointer }, ...stays(path, false) });
      value = { kind: "constant", value: pointer };
    }
    values.set(keyOf(path), value);
    return value;
  };

  for (const { field, path } of fields) {
    if (path.derefs.length === 0 || field.loc === "rel_loc") continue;
    const base = pointerAt({ base: path.base, derefs: path.derefs.slice(0, -1) });
    if (base === null) continue;
    const { offset, sizeBytes } = field;
    const data = field.loc === "data_loc" ? ({ kind: "data_loc", offset } as const) : ({ kind: "inline", offset, sizeBytes } as const);
    memory.push({ base, delta: path.derefs.at(-1)!, data, ...stays(path, field.loc === "data_loc") });
  }
  return { registers, memory: byteOrder === "little" ? memory : turnedStandIns(memory), typed: [] };
}
