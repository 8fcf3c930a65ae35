/** What is known of a register's value before the program runs. */
export type Known =
  | { readonly kind: "any" }
  /** As a signed 64-bit number; only integers that a JavaScript number holds exactly. */
  | { readonly kind: "const"; readonly value: number }
  /** End of the function's own stack frame (r10) plus `off`. */
  | { readonly kind: "frame"; readonly off: number }
  /**
   * An address that the machine gave (ctx, a map value, …), or 0, plus `disp`: never a stack address. As it is known to be a real
   * address, adding a positive offset cannot wrap around 2^32, so the offset may go into the load instruction.
   */
  | { readonly kind: "pointer"; readonly disp: number }
  | { readonly kind: "map"; readonly map: number }
  | { readonly kind: "func"; readonly target: number };

export const any: Known = { kind: "any" };
export const pointer: Known = { kind: "pointer", disp: 0 };

export function sameKnown(a: Known, b: Known): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case "any":
      return b.kind === "any";
    case "const":
      return b.kind === "const" && a.value === b.value;
    case "frame":
      return b.kind === "frame" && a.off === b.off;
    case "pointer":
      return b.kind === "pointer" && a.disp === b.disp;
    case "map":
      return b.kind === "map" && a.map === b.map;
    case "func":
      return b.kind === "func" && a.target === b.target;
  }
}

export function addConst(value: Known, by: number): Known {
  switch (value.kind) {
    case "frame":
      return { kind: "frame", off: value.off + by };
    case "pointer":
      return { kind: "pointer", disp: value.disp + by };
    case "const":
      return constant(value.value + by);
    default:
      return any;
  }
}

/** Far from 2^53, so that sums of a few stay exact too. */
const EXACT = 2 ** 48;

export const constant = (value: number): Known => (Math.abs(value) < EXACT ? { kind: "const", value } : any);
