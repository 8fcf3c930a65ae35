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
}

export function createStreams(specs: readonly StreamSpec[], plan: MemoryPlan, bytes: Uint8Array): Streams {
  const memory = new DataView(bytes.buffer);
  // Ties of time go by CPU, then by the order in which the streams were given.
  const order = specs.map((_, i) => i).sort((a, b) => specs[a]!.cpu - specs[b]!.cpu || a - b);
  order.forEach((index, rank) => writeCursor(memory, plan, specs[index]!, index, rank));
  memory.setUint32(PUMP_BLOCK + pump.streams, specs.length, true);
  /** Whether the source of a stream stands behind what its window holds. At first it may stand anywhere: another machine may have had it. */
  const fills = specs.map(() => 2);

  return {
    fill(index, kept) {
      const { address, sizeBytes } = plan.windows[index]!;
      if (sizeBytes - kept < specs[index]!.pageBytes) return 0;
      const filled = Math.min(specs[index]!.fill(bytes.subarray(address + kept, address + sizeBytes)), sizeBytes - kept);
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
