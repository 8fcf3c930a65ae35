import type { IrMap } from "../../lang/ir/ir.ts";
import type { MapSpec, MapType } from "../bpf/spec.ts";
import { mapName } from "./names.ts";

const typeOf: Readonly<Record<IrMap["kind"], MapType>> = {
  hash: "hash",
  percpu_hash: "percpu_hash",
  array: "array",
  percpu_array: "percpu_array",
  lru_hash: "lru_hash",
  percpu_lru_hash: "lru_percpu_hash",
  stack_trace: "stack_trace",
  ringbuf: "ringbuf",
};

export const mapSpec = (map: IrMap, unique: (name: string) => string): MapSpec => ({
  name: unique(mapName(map.name)),
  type: typeOf[map.kind],
  keySize: map.keyBytes,
  valueSize: map.valueBytes,
  maxEntries: map.maxEntries,
  flags: 0,
});

/** One entry per CPU, for slots that the stack has no room for. */
export const scratchSpec = (valueSize: number, unique: (name: string) => string): MapSpec => ({
  name: unique("scratch"),
  type: "percpu_array",
  keySize: 4,
  valueSize,
  maxEntries: 1,
  flags: 0,
});
