/** Takes everything out of a ring buffer. */
import type { MapLayout } from "../maps/plan.ts";
import { map, ring } from "./layout.ts";

/** Hands over the data of every submitted record behind the first `from` bytes, until `each` returns false; they stay where they are. */
export function peekRing(memory: DataView, layout: MapLayout, from: number, each: (record: DataView) => boolean): void {
  const { address, elements } = layout;
  const filled = Number(memory.getBigUint64(address + map.produced, true) - memory.getBigUint64(address + map.consumed, true));
  for (let at = elements + from; at < elements + filled;) {
    const word = memory.getUint32(at + ring.length, true);
    const sizeBytes = word & ring.maxRecordBytes;
    // A record that is still busy was never submitted: its program was cut off.
    const isSubmitted = (word & (ring.busy | ring.discard)) === 0;
    if (isSubmitted && !each(new DataView(memory.buffer, at + ring.headerBytes, sizeBytes))) break;
    at += ring.headerBytes + Math.ceil(sizeBytes / 8) * 8;
  }
}

/** Hands over the data of every submitted record in order, until `each` returns false; the ring is empty afterwards in any case. */
export function drainRing(memory: DataView, layout: MapLayout, each: (record: DataView) => boolean): void {
  const produced = memory.getBigUint64(layout.address + map.produced, true);
  peekRing(memory, layout, 0, each);
  memory.setBigUint64(layout.address + map.consumed, produced, true);
}
