/** What a register (or a spilled register) holds. Values are immutable: a change makes a new one. */
import type { InsnIndex } from "../isa/insn.ts";
import { type Scalar, unknownScalar, zeroScalar } from "./scalar.ts";

interface Place {
  /** Bytes from the pointed-to object's start (fp: from r10), the known part. */
  readonly off: number;
  /** The unknown part, added to `off`. */
  readonly variable: Scalar;
}

export type RegState =
  | { readonly kind: "not_init" }
  /** Scalars with the same id other than 0 hold the same number; `near`: the id of the number that it was until a constant was added (links.ts). */
  | { readonly kind: "scalar"; readonly scalar: Scalar; readonly id: number; readonly near?: number }
  | ({ readonly kind: "ctx" } & Place)
  /** The stack of call frame `frame` (0: the main program). */
  | ({ readonly kind: "fp"; readonly frame: number } & Place)
  | { readonly kind: "map_ptr"; readonly map: number }
  /** Copies of one map_value_or_null share an id other than 0: a test of one tells about all. */
  | ({ readonly kind: "map_value"; readonly map: number; readonly orNull: boolean; readonly id: number } & Place)
  | ({ readonly kind: "map_key"; readonly map: number } & Place)
  /** A reserved ring buffer record; `id` is that of the reference to be released. */
  | ({ readonly kind: "ringbuf_mem"; readonly sizeBytes: number; readonly orNull: boolean; readonly id: number } & Place)
  | { readonly kind: "func"; readonly target: InsnIndex };

export type Pointer = Exclude<RegState, { kind: "not_init" | "scalar" }>;
/** Pointers that have an offset. */
export type PlacePointer = Exclude<Pointer, { kind: "map_ptr" | "func" }>;

export const notInit: RegState = { kind: "not_init" };
export const unknownReg: RegState = { kind: "scalar", scalar: unknownScalar, id: 0 };

export function scalarReg(scalar: Scalar): RegState {
  return { kind: "scalar", scalar, id: 0 };
}

export function isPointer(reg: RegState): reg is Pointer {
  return reg.kind !== "scalar" && reg.kind !== "not_init";
}

export function isOrNull(reg: RegState): boolean {
  return (reg.kind === "map_value" || reg.kind === "ringbuf_mem") && reg.orNull;
}

export function fpReg(frame: number): RegState {
  return { kind: "fp", frame, off: 0, variable: zeroScalar };
}

/** The kernel's name of the register's type, as rejections print it. */
export function typeName(reg: RegState): string {
  if (reg.kind === "not_init") return "?";
  return isOrNull(reg) ? `${reg.kind}_or_null` : reg.kind;
}
