/** Where each CPU's bundles of events are: 21 bytes for a bundle, of which there are some per CPU and quarter of a second. */
import type { Block } from "./blocks.ts";

const FIRST = 64;

class Places {
  /** In the file, or in its unpacked block. */
  at = new Float64Array(FIRST);
  sizeBytes = new Uint32Array(FIRST);
  /** Number of the block, -1: none. */
  block = new Int32Array(FIRST);
  /** Table of symbols that its events go by. */
  table = new Uint32Array(FIRST);
  /** 1: events of the CPU are missing between the bundle before and this one. */
  gap = new Uint8Array(FIRST);
  count = 0;

  add(at: number, sizeBytes: number, block: number, table: number, hasGap: boolean): void {
    if (this.count === this.at.length) this.#grow();
    const i = this.count++;
    this.at[i] = at;
    this.sizeBytes[i] = sizeBytes;
    this.block[i] = block;
    this.table[i] = table;
    this.gap[i] = hasGap ? 1 : 0;
  }

  #grow(): void {
    const old = { at: this.at, sizeBytes: this.sizeBytes, block: this.block, table: this.table, gap: this.gap };
    const length = 2 * this.count;
    this.at = new Float64Array(length);
    this.sizeBytes = new Uint32Array(length);
    this.block = new Int32Array(length);
    this.table = new Uint32Array(length);
    this.gap = new Uint8Array(length);
    this.at.set(old.at);
    this.sizeBytes.set(old.sizeBytes);
    this.block.set(old.block);
    this.table.set(old.table);
    this.gap.set(old.gap);
  }
}

export type BundlePlaces = Pick<Places, "at" | "sizeBytes" | "block" | "table" | "gap" | "count">;

export class BundleIndex {
  readonly blocks: Block[] = [];
  readonly #byCpu = new Map<number, Places>();

  add(cpu: number, at: number, sizeBytes: number, block: number, table: number, hasGap: boolean): void {
    let places = this.#byCpu.get(cpu);
    if (places === undefined) this.#byCpu.set(cpu, (places = new Places()));
    places.add(at, sizeBytes, block, table, hasGap);
  }

  /** Ascending. */
  get cpus(): number[] {
    return [...this.#byCpu.keys()].sort((a, b) => a - b);
  }

  of(cpu: number): BundlePlaces {
    return this.#byCpu.get(cpu) ?? new Places();
  }
}
