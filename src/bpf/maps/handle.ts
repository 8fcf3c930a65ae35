/** The system-call side of a map in linear memory. */
import type { MapHandle } from "../machine-types.ts";
import type { RuntimeExports } from "../runtime/exports.ts";
import { element, errno, map } from "../runtime/layout.ts";
import { isArray, isPercpu } from "./create.ts";
import type { Area, MapLayout } from "./plan.ts";

/** Where calls put keys and values for the runtime. */
export interface CallAreas {
  readonly key: Area;
  readonly value: Area;
}

export function mapHandle(layout: MapLayout, bytes: Uint8Array, runtime: RuntimeExports, areas: CallAreas): MapHandle {
  const { spec, address } = layout;
  const memory = new DataView(bytes.buffer);
  const word = (at: number): number => memory.getUint32(at, true);
  const slice = (at: number, size: number): Uint8Array => bytes.subarray(at, at + size);
  /** What user space reads and writes of an element. */
  const valueBytes = isPercpu(spec.type) ? layout.cells * layout.cellBytes : spec.valueSize;
  const passKey = (key: Uint8Array): boolean => {
    if (key.length !== spec.keySize) return false;
    bytes.set(key, areas.key.address);
    return true;
  };
  const isStacks = spec.type === "stack_trace";
  const hasElements = spec.type !== "ringbuf" && !isStacks;
  const ofArray = isArray(spec.type);

  function* arrayEntries(): Generator<{ key: Uint8Array; value: Uint8Array }> {
    for (let i = 0; i < spec.maxEntries; i++)
      yield { key: indexKey(i), value: slice(layout.elements + i * layout.elementBytes, valueBytes) };
  }

  function* hashEntries(): Generator<{ key: Uint8Array; value: Uint8Array }> {
    for (let at = word(address + map.head); at !== 0; at = word(at + element.next)) {
      yield { key: slice(at + element.key, spec.keySize), value: slice(at + layout.valueOffset, valueBytes) };
    }
  }

  const stackAt = (key: Uint8Array): Uint8Array | null => {
    const id = key.length === 4 ? new DataView(key.buffer, key.byteOffset).getUint32(0, true) : spec.maxEntries;
    return id < word(address + map.count) ? slice(layout.elements + id * layout.elementBytes + layout.valueOffset, valueBytes) : null;
  };

  return {
    spec,
    size: () => (ofArray ? spec.maxEntries : hasElements || isStacks ? word(address + map.count) : 0),
    entries: () => (ofArray ? arrayEntries() : hasElements ? hashEntries() : []),
    lookup(key) {
      if (isStacks) return stackAt(key);
      if (!hasElements || !passKey(key)) return null;
      const at = runtime.map_user_lookup(address, areas.key.address) >>> 0;
      return at === 0 ? null : slice(at, valueBytes);
    },
    update(key, value, flags) {
      if (!hasElements) return runtime.map_user_update(address, areas.key.address, areas.value.address, flags);
      if (!passKey(key) || value.length !== valueBytes) return errno.einval;
      bytes.set(value, areas.value.address);
      return runtime.map_user_update(address, areas.key.address, areas.value.address, BigInt.asUintN(64, flags));
    },
    delete(key) {
      if (hasElements && !passKey(key)) return errno.einval;
      return runtime.map_user_delete(address, areas.key.address);
    },
    nextKey(key) {
      if (!hasElements) return null;
      if (ofArray) return nextIndex(key, spec.maxEntries);
      const found = key !== null && passKey(key) ? runtime.map_user_find(address, areas.key.address) >>> 0 : 0;
      const next = word(found === 0 ? address + map.head : found + element.next);
      return next === 0 ? null : slice(next + element.key, spec.keySize).slice();
    },
    clear: () => runtime.map_user_clear(address),
  };
}

function indexKey(index: number): Uint8Array {
  const key = new Uint8Array(4);
  new DataView(key.buffer).setUint32(0, index, true);
  return key;
}

/** As array_map_get_next_key: an index beyond the end restarts at the first. */
function nextIndex(key: Uint8Array | null, maxEntries: number): Uint8Array | null {
  const index = key?.length === 4 ? new DataView(key.buffer, key.byteOffset).getUint32(0, true) : maxEntries;
  if (index >= maxEntries) return indexKey(0);
  return index === maxEntries - 1 ? null : indexKey(index + 1);
}
