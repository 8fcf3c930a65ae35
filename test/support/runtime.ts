/** The runtime and some maps without programs: helpers and map calls as a program (bpf_*) or the session makes them. */
import { writeDescriptor } from "../../src/bpf/maps/descriptor.ts";
import { mapHandle } from "../../src/bpf/maps/handle.ts";
import { planMemory, type MapLayout } from "../../src/bpf/maps/plan.ts";
import type { MapHandle } from "../../src/bpf/machine-types.ts";
import { CURRENT_BLOCK, current, PUMP_BLOCK, STACK_BASE } from "../../src/bpf/memory.ts";
import type { HelperExport, RuntimeExports } from "../../src/bpf/runtime/exports.ts";
import { pump } from "../../src/bpf/runtime/layout.ts";
import { loadPrograms } from "../../src/bpf/runtime/load-programs.ts";
import type { MapSpec, MapType } from "../../src/bpf/spec.ts";

export interface BareRuntime {
  readonly runtime: RuntimeExports;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly layouts: readonly MapLayout[];
  readonly handles: readonly MapHandle[];
  /** Calls a helper; numbers become u64 arguments. The result is signed. */
  readonly helper: (name: string, ...args: (number | bigint)[]) => bigint;
  readonly setCpu: (cpu: number) => void;
  /** Copies bytes onto the BPF stack, at `slot` of 1 KiB each; their address. */
  readonly put: (bytes: Uint8Array, slot?: number) => number;
}

/** Slots of `put` are this far apart: two of them hold a key and a value of 1 KiB. */
const SLOT_BYTES = 2048;

export function bareRuntime(maps: readonly MapSpec[], { ncpus = 1, output = -1 } = {}): BareRuntime {
  const plan = planMemory({ maps, ncpus, streams: [] });
  if (plan.kind !== "plan") throw new Error(plan.kind);
  const memory = new WebAssembly.Memory({ initial: plan.sizeBytes / 65_536, maximum: plan.sizeBytes / 65_536 });
  const bytes = new Uint8Array(memory.buffer);
  const view = new DataView(memory.buffer);
  const { runtime } = loadPrograms({ programs: [], backend: "interp" }, plan, memory, { fill: () => 0, onlooker: () => null });
  plan.maps.forEach((layout, i) => {
    writeDescriptor(view, layout, i === output);
  });
  view.setUint32(PUMP_BLOCK + pump.mapsStart, plan.mapsArea.address, true);
  view.setUint32(PUMP_BLOCK + pump.mapsEnd, plan.mapsArea.address + plan.mapsArea.sizeBytes, true);
  view.setUint32(CURRENT_BLOCK + current.serial, 1, true);
  const exported = runtime as unknown as Record<string, HelperExport>;
  return {
    runtime,
    bytes,
    view,
    layouts: plan.maps,
    handles: plan.maps.map((layout) => mapHandle(layout, bytes, runtime, { key: plan.keyArea, value: plan.valueArea })),
    helper: (name, ...args) => BigInt.asIntN(64, exported[`bpf_${name}`]!(...args.map(BigInt))),
    setCpu(cpu) {
      view.setUint32(CURRENT_BLOCK + current.cpu, cpu, true);
      view.setUint32(CURRENT_BLOCK + current.cell, cpu, true);
    },
    put(data, slot = 0) {
      const address = STACK_BASE + slot * SLOT_BYTES;
      bytes.set(data, address);
      return address;
    },
  };
}

export function mapSpec(type: MapType, fields: Partial<MapSpec> = {}): MapSpec {
  const sizes = type === "ringbuf" ? { keySize: 0, valueSize: 0, maxEntries: 4096 } : { keySize: 4, valueSize: 8, maxEntries: 4 };
  return { name: type, type, flags: 0, ...sizes, ...fields };
}

export function u32Key(n: number): Uint8Array {
  const key = new Uint8Array(4);
  new DataView(key.buffer).setUint32(0, n, true);
  return key;
}

export function u64Value(...words: (number | bigint)[]): Uint8Array {
  const value = new Uint8Array(words.length * 8);
  const view = new DataView(value.buffer);
  words.forEach((word, i) => {
    view.setBigUint64(i * 8, BigInt.asUintN(64, BigInt(word)), true);
  });
  return value;
}

export const toU64 = (bytes: Uint8Array): bigint => new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
