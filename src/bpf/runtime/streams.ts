/** The streams of a machine in memory: their cursors and windows, and the import through which the walker gets more pages. */
import type { StreamSpec } from "../machine-types.ts";
import { PUMP_BLOCK } from "../memory.ts";
import type { MemoryPlan } from "../maps/plan.ts";
import { cursor, cursorFlags, pump } from "./layout.ts";
import { MAX_U64 } from "./stage.ts";

export interface Streams {
  /** env.fill: bytes put into the window of stream `index`, behind the first `kept`. */
  fill(index: number, kept: number): number;
  /** Every stream to its start, with events up to `toNs` (null: all). */
  restart(toNs: bigint | null): void;
  /** Where the windows come from, to be put back there. */
  places(): StreamPlace[];
  /** Fills the windows with what they held; their cursors are the caller's. */
  restore(places: readonly StreamPlace[]): void;
  /** Another reader has had the sources: they go back to where this one left them. */
  reclaim(): void;
}

/** What a window holds. */
export interface StreamPlace {
  /** Bytes that the source had handed out before it filled the window, and by how many fills. */
  readonly before: number;
  readonly reads: number;
  /** What was kept from the window before, and how many new bytes are behind it. */
  readonly kept: Uint8Array;
  readonly filled: number;
  readonly fills: number;
}

export function createStreams(specs: readonly StreamSpec[], plan: MemoryPlan, bytes: Uint8Array): Streams {
  const memory = new DataView(bytes.buffer);
  // Ties of time go by CPU, then by the order in which the streams were given.
  const order = specs.map((_, i) => i).sort((a, b) => specs[a]!.cpu - specs[b]!.cpu || a - b);
  order.forEach((index, rank) => writeCursor(memory, plan, specs[index]!, index, rank));
  memory.setUint32(PUMP_BLOCK + pump.streams, specs.length, true);
  /** Whether the source of a stream stands behind what its window holds. At first it may stand anywhere: another machine may have had it. */
  const fills = specs.map(() => 2);
  /** The last fill of each. */
  const last = specs.map(() => ({ before: 0, kept: 0, filled: 0 }));
  /** Room that the fills had. A source that cannot seek goes the same way again, as what it writes may depend on it. */
  const rooms = specs.map((): number[] => []);

  /** `reads`: so many fills after the start, which have written `handed` bytes. */
  const moveSource = (index: number, handed: number, reads: number): void => {
    const spec = specs[index]!;
    if (spec.seek !== undefined) {
      spec.seek(handed);
      return;
    }
    spec.rewind();
    const scratch = new Uint8Array(plan.windows[index]!.sizeBytes);
    for (const room of rooms[index]!.slice(0, reads)) spec.fill(scratch.subarray(0, room));
  };

  return {
    fill(index, kept) {
      const { address, sizeBytes } = plan.windows[index]!;
      if (sizeBytes - kept < specs[index]!.pageBytes) return 0;
      const filled = Math.min(specs[index]!.fill(bytes.subarray(address + kept, address + sizeBytes)), sizeBytes - kept);
      last[index] = { before: last[index]!.before + last[index]!.filled, kept, filled };
      rooms[index]!.push(sizeBytes - kept);
      const isCut = filled % specs[index]!.pageBytes !== 0;
      // A window that ends in a piece of a page has to be read again for it to be counted again.
      fills[index]! += isCut ? 2 : 1;
      return filled;
    },
    restart(toNs) {
      order.forEach((index, rank) => {
        const at = plan.cursors.address + rank * cursor.sizeBytes;
        const window = plan.windows[index]!.address;
        // What the first fill brought can be walked again as it is.
        if (fills[index]! > 1) {
          specs[index]!.rewind();
          fills[index] = 0;
          last[index] = { before: 0, kept: 0, filled: 0 };
          rooms[index] = [];
        }
        if (fills[index] === 0) memory.setUint32(at + cursor.windowEnd, window, true);
        memory.setUint32(at + cursor.page, window, true);
        memory.setUint32(at + cursor.position, 0, true);
        memory.setUint32(at + cursor.end, 0, true);
        memory.setUint32(at + cursor.rank, rank, true);
        memory.setUint32(at + cursor.cpu, specs[index]!.cpu, true);
        memory.setUint32(at + cursor.cell, specs[index]!.cpu, true);
        memory.setUint32(at + cursor.flags, memory.getUint32(at + cursor.flags, true) & ~(cursorFlags.ended | cursorFlags.dry), true);
        memory.setBigUint64(at + cursor.rawLimit, rawLimit(specs[index]!.time, toNs), true);
      });
    },
    places: () =>
      last.map(({ before, kept, filled }, index) => ({
        before,
        reads: Math.max(0, rooms[index]!.length - 1),
        kept: bytes.slice(plan.windows[index]!.address, plan.windows[index]!.address + kept),
        filled,
        fills: fills[index]!,
      })),
    restore(places) {
      places.forEach((place, index) => {
        const { before, reads, kept, filled } = place;
        const { address, sizeBytes } = plan.windows[index]!;
        fills[index] = place.fills;
        rooms[index] = rooms[index]!.slice(0, place.fills === 0 ? 0 : reads + 1);
        last[index] = { before, kept: kept.length, filled };
        bytes.set(kept, address);
        moveSource(index, before, reads);
        const room = rooms[index].at(-1);
        if (room !== undefined) specs[index]!.fill(bytes.subarray(address + sizeBytes - room, address + sizeBytes));
      });
    },
    reclaim() {
      last.forEach(({ before, filled }, index) => moveSource(index, before + filled, rooms[index]!.length));
    },
  };
}

const isScaled = ({ mult, shift }: StreamSpec["time"]): boolean => mult !== 1 || shift !== 0;

function writeCursor(memory: DataView, plan: MemoryPlan, spec: StreamSpec, index: number, rank: number): void {
  const at = plan.cursors.address + rank * cursor.sizeBytes;
  const set = (field: number, value: number): void => memory.setUint32(at + field, value, true);
  set(cursor.cpu, spec.cpu);
  set(cursor.cell, spec.cpu);
  set(cursor.stream, index);
  set(cursor.recording, spec.recording ?? 0);
  set(cursor.layout, spec.layout ?? 0);
  set(cursor.window, plan.windows[index]!.address);
  set(cursor.pageBytes, spec.pageBytes);
  set(cursor.headerBytes, spec.headerBytes);
  set(
    cursor.flags,
    (spec.byteOrder === "big" ? cursorFlags.bigEndian : 0) |
      (isScaled(spec.time) ? cursorFlags.scaled : 0) |
      (spec.marksCpu === true ? cursorFlags.marksCpu : 0),
  );
  set(cursor.mult, spec.time.mult);
  set(cursor.shift, spec.time.shift);
  memory.setBigUint64(at + cursor.offset, BigInt.asUintN(64, spec.time.offset), true);
}

/** The least raw time whose ns are not below `toNs`, so that the walker need not convert the time of events that nobody wants. */
export function rawLimit({ mult, shift, offset }: StreamSpec["time"], toNs: bigint | null): bigint {
  if (toNs === null) return MAX_U64;
  const scaled = toNs - BigInt.asIntN(64, offset);
  if (scaled <= 0n || mult === 0) return scaled <= 0n ? 0n : MAX_U64;
  const raw = ((scaled << BigInt(shift)) + BigInt(mult) - 1n) / BigInt(mult);
  return raw < MAX_U64 ? raw : MAX_U64;
}
