/** When the addresses of processes changed their meaning, for programs that name user code: written down as the recording tells it. */
import type { SpaceChange } from "../machine-types.ts";
import type { Area, MemoryPlan } from "../maps/plan.ts";
import { PUMP_BLOCK } from "../memory.ts";
import { pump, spaceChange, spaceTable } from "./layout.ts";

export interface Spaces {
  /** What a run asks: who tells the changes that are known by now; null: nobody does, or no program asks. */
  follow(changes: (() => readonly SpaceChange[] | null) | null): void;
  /** More of the recording was read. */
  refresh(): void;
}

const inOrder = (a: SpaceChange, b: SpaceChange): number => a.pid - b.pid || (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : a.space - b.space);

/** Throws where there are more than fit: who tells them knows how many do. */
function write(view: DataView, { address: at, sizeBytes }: Area, changes: readonly SpaceChange[]): void {
  if (spaceTable.changes + changes.length * spaceChange.sizeBytes > sizeBytes)
    throw new Error(`${changes.length} changes of address spaces do not fit into ${sizeBytes} bytes`);
  view.setUint32(at + spaceTable.count, changes.length, true);
  changes.toSorted(inOrder).forEach(({ pid, space, ns }, i) => {
    const entry = at + spaceTable.changes + i * spaceChange.sizeBytes;
    view.setUint32(entry + spaceChange.pid, pid, true);
    view.setUint32(entry + spaceChange.space, space, true);
    view.setBigUint64(entry + spaceChange.ns, ns, true);
  });
}

export function createSpaces(view: DataView, plan: MemoryPlan): Spaces {
  let source: (() => readonly SpaceChange[] | null) | null = null;
  let written: readonly SpaceChange[] | null = null;
  const refresh = (): void => {
    const changes = source?.() ?? null;
    if (changes === written) return;
    if (changes !== null) write(view, plan.spaces, changes);
    written = changes;
  };
  return {
    refresh,
    follow(changes) {
      source = changes;
      refresh();
      view.setUint32(PUMP_BLOCK + pump.spaces, written === null ? 0 : plan.spaces.address, true);
    },
  };
}
