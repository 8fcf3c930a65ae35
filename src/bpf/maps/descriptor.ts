/** Map descriptors: what the runtime and the helpers know of a map. */
import { elementFlags, map, mapType } from "../runtime/layout.ts";
import type { MapType } from "../spec.ts";
import { isLru, isPercpu } from "./create.ts";
import type { MapLayout } from "./plan.ts";

const typeNumbers: Readonly<Record<MapType, number>> = {
  hash: mapType.hash,
  array: mapType.array,
  percpu_hash: mapType.percpuHash,
  percpu_array: mapType.percpuArray,
  lru_hash: mapType.lruHash,
  lru_percpu_hash: mapType.lruPercpuHash,
  stack_trace: mapType.stackTrace,
  ringbuf: mapType.ringbuf,
};

/** Fields of a map's descriptor, as the runtime expects to find them. */
export function writeDescriptor(memory: DataView, layout: MapLayout, isOutput: boolean): void {
  const { spec, address, cells, cellBytes } = layout;
  const set = (field: number, value: number): void => memory.setUint32(address + field, value, true);
  set(map.type, typeNumbers[spec.type]);
  set(map.keySize, spec.keySize);
  set(map.valueSize, spec.valueSize);
  set(map.maxEntries, spec.maxEntries);
  set(map.cellBytes, cellBytes);
  set(map.cells, cells);
  set(map.cellStride, isPercpu(spec.type) ? cellBytes : 0);
  set(map.elements, layout.elements);
  set(map.elementBytes, layout.elementBytes);
  set(map.valueOffset, layout.valueOffset);
  set(map.buckets, layout.buckets);
  set(map.shift, 32 - layout.bucketBits);
  set(map.touch, isLru(spec.type) ? elementFlags.referenced : 0);
  set(map.output, isOutput ? 1 : 0);
}
