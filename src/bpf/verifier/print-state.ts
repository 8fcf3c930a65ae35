/** States as text, in the form of the kernel's log (linux kernel/bpf/log.c). */
import type { MapSpec } from "../spec.ts";
import { type RegState, typeName } from "./reg-state.ts";
import { type Scalar, constValue, isConst } from "./scalar.ts";
import type { Slot, State } from "./state.ts";
import { tnumText, tnumUnknown } from "./tnum.ts";

/** `R0=scalar() R1=ctx() R10=fp0 fp-8=mmmmmmmm`, for the running frame. */
export function stateText(state: State, maps: readonly MapSpec[]): string {
  const depth = state.frames.length - 1;
  const frame = state.frames[depth]!;
  const parts = depth > 0 ? [`frame${depth}:`] : [];
  frame.regs.forEach((reg, index) => {
    if (reg.kind !== "not_init") parts.push(`R${index}=${regText(reg, maps, depth)}`);
  });
  frame.stack.forEach((slot, index) => {
    if (slot && slot.types !== "????????") parts.push(`fp-${(index + 1) * 8}=${slotText(slot, maps, depth)}`);
  });
  return parts.join(" ");
}

function slotText(slot: Slot, maps: readonly MapSpec[], depth: number): string {
  const spilled = slot.spilled ? regText(slot.spilled, maps, depth) : "";
  // The kernel prints the byte at the highest address first.
  if (!slot.spilled || slot.types !== "rrrrrrrr") return `${Array.from(slot.types).reverse().join("")}${spilled && `(${spilled})`}`;
  return spilled;
}

export function regText(reg: RegState, maps: readonly MapSpec[], depth: number): string {
  switch (reg.kind) {
    case "not_init":
      return "?";
    case "scalar": {
      const known = constValue(reg.scalar);
      if (known !== null) return signedText(BigInt.asIntN(64, known));
      return `scalar(${[...(reg.id ? [`id=${reg.id}`] : []), ...scalarParts(reg.scalar)].join(",")})`;
    }
    case "fp": {
      const variable = isConst(reg.variable) ? "" : `(${scalarParts(reg.variable).join(",")})`;
      return `${reg.frame === depth ? "fp" : `fp[${reg.frame}]`}${fixedOff(reg)}${variable}`;
    }
    case "func":
      return "func()";
    case "map_ptr":
      return `map_ptr(${mapParts(maps[reg.map])})`;
    case "ctx":
      return `ctx(${placeParts(reg).join(",")})`;
    case "map_key":
      return `map_key(${[mapParts(maps[reg.map]), ...placeParts(reg)].join(",")})`;
    case "map_value":
      return `${typeName(reg)}(${[...(reg.id ? [`id=${reg.id}`] : []), mapParts(maps[reg.map]), ...placeParts(reg)].join(",")})`;
    case "ringbuf_mem":
      return `${typeName(reg)}(${[`id=${reg.id}`, `ref_obj_id=${reg.id}`, ...placeParts(reg), `sz=${reg.sizeBytes}`].join(",")})`;
  }
}

interface Offset {
  readonly off: number;
  readonly variable: Scalar;
}

function fixedOff(reg: Offset): string {
  return String(BigInt(reg.off) + BigInt.asIntN(64, constValue(reg.variable) ?? 0n));
}

function placeParts(reg: Offset): string[] {
  if (isConst(reg.variable)) {
    const off = fixedOff(reg);
    return off === "0" ? [] : [`off=${off}`];
  }
  return [...(reg.off ? [`off=${reg.off}`] : []), ...scalarParts(reg.variable)];
}

function mapParts(map: MapSpec | undefined): string {
  return map ? `map=${map.name},ks=${map.keySize},vs=${map.valueSize}` : "map=?";
}

interface Bound {
  readonly name: string;
  readonly value: bigint;
  readonly trivial: bigint;
}

function scalarParts({ tnum, wide, low }: Scalar): string[] {
  const bounds: Bound[] = [
    { name: "smin", value: wide.smin, trivial: -(2n ** 63n) },
    { name: "smax", value: wide.smax, trivial: 2n ** 63n - 1n },
    { name: "umin", value: wide.umin, trivial: 0n },
    { name: "umax", value: wide.umax, trivial: 2n ** 64n - 1n },
    { name: "smin32", value: low.smin, trivial: -(2n ** 31n) },
    { name: "smax32", value: low.smax, trivial: 2n ** 31n - 1n },
    { name: "umin32", value: low.umin, trivial: 0n },
    { name: "umax32", value: low.umax, trivial: 2n ** 32n - 1n },
  ];
  const told = bounds.map((bound) => bound.value !== bound.trivial);
  const parts: string[] = [];
  bounds.forEach((bound, index) => {
    if (!told[index]) return;
    const names = [bound.name];
    // Minima are on even places, maxima on odd ones: equal ones of a kind share a value.
    for (let other = index + 2; other < bounds.length; other += 2) {
      if (!told[other] || bounds[other]!.value !== bound.value) continue;
      told[other] = false;
      names.push(bounds[other]!.name);
    }
    parts.push(`${names.join("=")}=${bound.name.startsWith("s") ? signedText(bound.value) : unsignedText(bound.value)}`);
  });
  if (tnum.mask !== tnumUnknown.mask) parts.push(`var_off=${tnumText(tnum)}`);
  return parts;
}

function signedText(value: bigint): string {
  const magnitude = value < 0n ? -value : value;
  if (magnitude <= 0x7fffn) return String(value);
  return `${value < 0n ? "-" : ""}0x${magnitude.toString(16)}`;
}

function unsignedText(value: bigint): string {
  return value <= 0xffffn ? String(value) : `0x${value.toString(16)}`;
}
