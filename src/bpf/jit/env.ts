/** What the JIT must be told about the machine around the programs. All of it is fixed before the module is instantiated. */
import type { MapSpec } from "../spec.ts";

/** Where an array's or a per-CPU array's values lie: value of element `i` on CPU `c` is at `values + i * elementStride + c * cpuStride`. */
export interface ArrayLayout {
  readonly values: number;
  readonly elementStride: number;
  /** 0 for plain arrays. */
  readonly cpuStride: number;
}

/** Where a hash map's buckets are, and where a value lies in an element (runtime/layout.ts `map` and `element`). */
export interface HashLayout {
  readonly buckets: number;
  /** A bucket is the top 32 - shift bits of the hash. */
  readonly shift: number;
  /** Offset of CPU 0's value in an element; that of CPU c is c * cpuStride further. */
  readonly valueOffset: number;
  /** 0 for hash maps that are not per CPU. */
  readonly cpuStride: number;
}

export interface MapPlan {
  readonly spec: MapSpec;
  /** Address of the descriptor in linear memory: the value of an `lddw` of the map, and what helpers get. */
  readonly address: number;
  /** null for maps whose values do not lie in one fixed row: lookups then go through the helper. */
  readonly array: ArrayLayout | null;
  /** null for all but hash and percpu_hash (a lookup in an LRU map leaves a mark, so it goes through the helper). */
  readonly hash: HashLayout | null;
}

export interface JitEnv {
  readonly map: (index: number) => MapPlan;
  /** Name under which the runtime exports a helper (`bpf_` + its name; i64 parameters, one i64 result), null if there is none. */
  readonly helperExport: (id: number) => string | null;
}
