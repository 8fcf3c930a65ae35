import { expect, test } from "vitest";
import { planMemory, type Area, type MemoryPlan } from "../../../src/bpf/maps/plan.ts";
import { HEAP_BASE } from "../../../src/bpf/memory.ts";
import { callLimits } from "../../../src/bpf/runtime/call-memory-layout.ts";
import { limits, map as mapFields, spaceChange, spaceTable } from "../../../src/bpf/runtime/layout.ts";
import { mapSpec } from "../../support/runtime.ts";

const streams = (n: number, pageBytes = 4096): { cpu: number; pageBytes: number }[] =>
  Array.from({ length: n }, (_, cpu) => ({ cpu, pageBytes }));

function planOf(...args: Parameters<typeof planMemory>): MemoryPlan {
  const plan = planMemory(...args);
  if (plan.kind !== "plan") throw new Error(`needs ${plan.neededBytes}`);
  return plan;
}

test("nothing overlaps, and everything is inside", () => {
  const maps = [
    mapSpec("hash", { keySize: 5, valueSize: 13, maxEntries: 1000 }),
    mapSpec("percpu_array", { maxEntries: 70 }),
    mapSpec("ringbuf"),
    mapSpec("lru_percpu_hash", { keySize: 1024, maxEntries: 3 }),
    mapSpec("array", { valueSize: 1 }),
  ];
  const plan = planOf({ maps, ncpus: 4, streams: [...streams(3), { cpu: 9, pageBytes: 65_536 }] });
  expect(plan.ncpus).toBe(10);
  const areas: Area[] = [
    plan.cursors,
    plan.tree,
    plan.timers,
    plan.dispatch,
    plan.ruleDispatch,
    plan.lists,
    plan.hostContext,
    plan.keyArea,
    plan.valueArea,
    plan.taskIndex,
    plan.tasks,
    ...plan.windows,
    ...plan.maps.map(({ address }) => ({ address, sizeBytes: mapFields.sizeBytes })),
    ...plan.maps.flatMap(({ spec, elements, elementBytes, buckets, bucketBits }) => [
      { address: elements, sizeBytes: spec.type === "ringbuf" ? spec.maxEntries : elementBytes * spec.maxEntries },
      ...(buckets === 0 ? [] : [{ address: buckets, sizeBytes: 4 * 2 ** bucketBits }]),
    ]),
  ].sort((a, b) => a.address - b.address);
  let end = HEAP_BASE;
  for (const area of areas) {
    expect(area.address).toBeGreaterThanOrEqual(end);
    expect(area.address % 8).toBe(0);
    end = area.address + area.sizeBytes;
  }
  expect(end).toBeLessThanOrEqual(plan.sizeBytes - 65_536);
  expect(plan.sizeBytes % 65_536).toBe(0);
  expect(plan.keyArea.sizeBytes).toBe(1024);
  expect(plan.valueArea.sizeBytes).toBe(80);
});

test("there is room for tasks, address spaces and the memory of calls where a run has them", () => {
  const bare = planOf({ maps: [], ncpus: 4, streams: streams(4), tracksTasks: false });
  expect([bare.tasks, bare.spaces, bare.callTable, bare.callMemory].map(({ sizeBytes }) => sizeBytes)).toEqual([0, 0, 0, 0]);
  expect(bare.sizeBytes).toBeLessThan(32 << 20);
  const all = planOf({ maps: [], ncpus: 4, streams: streams(4), tracksTasks: true, asksForSpaces: true, keepsMemory: true });
  expect(all.spaces.sizeBytes).toBe(spaceTable.changes + limits.spaceChanges * spaceChange.sizeBytes);
  expect(all.callTable.sizeBytes).toBe(callLimits.table * 4);
  expect(all.callMemory.sizeBytes).toBe(callLimits.calls * callLimits.callBytes);
  expect(all.tasks.sizeBytes).toBeGreaterThan(0);
  const areas = [all.callTable, all.callMemory, all.tasks, all.spaces, all.keyArea];
  areas.slice(1).forEach(({ address }, i) => expect(areas[i]!.address + areas[i]!.sizeBytes).toBeLessThanOrEqual(address));
});

test("what programs may read are the maps", () => {
  const plan = planOf({ maps: [mapSpec("hash"), mapSpec("ringbuf")], ncpus: 1, streams: streams(2) });
  const { address, sizeBytes } = plan.mapsArea;
  for (const { elements } of plan.maps) expect(elements >= address && elements < address + sizeBytes).toBe(true);
  for (const window of plan.windows) expect(window.address + window.sizeBytes).toBeLessThanOrEqual(address);
});

test.each([
  [4096, 1, 262_144],
  [16_384, 4, 262_144],
  [12_288, 1, 258_048],
  [1 << 20, 1, 2 << 20],
  [4096, 512, 131_072],
])("windows of pages of %i bytes and %i streams have %i bytes", (pageBytes, n, sizeBytes) => {
  expect(planOf({ maps: [], ncpus: 1, streams: streams(n, pageBytes) }).windows[0]!.sizeBytes).toBe(sizeBytes);
});

test("too much memory is a value that names the largest map", () => {
  const maps = [mapSpec("hash", { name: "small" }), mapSpec("hash", { name: "AT_big", maxEntries: 500_000_000 })];
  expect(planMemory({ maps, ncpus: 1, streams: [] })).toMatchObject({ kind: "too_large", map: "AT_big" });
});
