/** What the JIT must be told about the machine around the programs. All of it is fixed before the module is instantiated. */
import type { MapSpec } from "../spec.ts";

/** Where an array's or a per-CPU array's values lie: value of element `i` on CPU `c` is at `values + i * elementStride + c * cpuStride`. */
export interface ArrayLayout {
  readonly values: number;
  readonly elementStride: number;
  /** 0 for plain arrays. */
  readonly cpuStride: number;
}

export interface MapPlan {
  readonly spec: MapSpec;
  /** Address of the descriptor in linear memory: the value of an `lddw` of the map, and what helpers get. */
  readonly address: number;
  /** null for maps whose values do not lie in one fixed row: lookups then go through the helper. */
  readonly array: ArrayLayout | null;
}

export interface JitEnv {
  readonly map: (index: number) => MapPlan;
  /** Name under which the runtime exports a helper (`bpf_` + its name; i64 parameters, one i64 result), null if there is none. */
  readonly helperExport: (id: number) => string | null;
}
