/** Lookups in arrays whose values lie in a fixed row need no call: the address is arithmetic on the key. */
import type { JitEnv, ArrayLayout } from "../env.ts";
import { knownOf, type State } from "./state.ts";

export type ArrayElement =
  /** The key is known and in range; plain array. */
  | { readonly kind: "fixed"; readonly address: number }
  /** The key is known and in range; per-CPU array: address of CPU 0's value. */
  | { readonly kind: "fixed_percpu"; readonly layout: ArrayLayout; readonly address: number }
  | { readonly kind: "beyond" }
  | { readonly kind: "computed"; readonly layout: ArrayLayout; readonly maxEntries: number };

/** What bpf_map_lookup_elem(r1, r2) finds; null if r1 is no such array. */
export function arrayElement(state: State, env: JitEnv): ArrayElement | null {
  const map = knownOf(state, 1);
  if (map.kind !== "map") return null;
  const { array: layout, spec } = env.map(map.map);
  if (layout === null) return null;
  const key = knownKey(state);
  if (key === null) return { kind: "computed", layout, maxEntries: spec.maxEntries };
  if (key >= spec.maxEntries) return { kind: "beyond" };
  const address = layout.values + key * layout.elementStride;
  return layout.cpuStride === 0 ? { kind: "fixed", address } : { kind: "fixed_percpu", layout, address };
}

/** The u32 that r2 points to, if it was stored as a constant just before. */
function knownKey(state: State): number | null {
  const key = knownOf(state, 2);
  if (key.kind !== "frame") return null;
  const slot = state.slots.get(key.off);
  if (slot === undefined || slot.size < 4 || slot.content.kind !== "const") return null;
  return Number(BigInt.asUintN(32, BigInt(slot.content.value)));
}
