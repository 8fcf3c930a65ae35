/** Where each CPU's bundles of events are: 20 bytes for a bundle, of which there are some per CPU and quarter of a second. */
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
  count = 0;

  add(at: number, sizeBytes: number, block: number, table: number): void {
    if (this.count === this.at.length) this.#grow();
    const i = this.count++;
    this.at[i] = at;
    this.sizeBytes[i] = sizeBytes;
    this.block[i] = block;
    this.table[i] = table;
  }

  #grow(): void {
    const old = { at: this.at, sizeBytes: this.sizeBytes, block: this.block, table: this.table };
    const length = 2 * this.count;
    this.at = new Float64Array(length);
    this.sizeBytes = new Uint32Array(length);
    this.block = new Int32Array(length);
    this.table = new Uint32Array(length);
    this.at.set(old.at);
    this.sizeBytes.set(old.sizeBytes);
    this.block.set(old.block);
    this.table.set(old.table);
  }
}

export type BundlePlaces = Pick<Places, "at" | "sizeBytes" | "block" | "table" | "count">;

export class BundleIndex {
  readonly blocks: Block[] = [];
  readonly #byCpu = new Map<number, Places>();

  add(cpu: number, at: number, sizeBytes: number, block: number, table: number): void {
    let places = this.#byCpu.get(cpu);
    if (places === undefined) this.#byCpu.set(cpu, (places = new Places()));
    places.add(at, sizeBytes, block, table);
  }

  /** Ascending. */
  get cpus(): number[] {
    return [...this.#byCpu.keys()].sort((a, b) => a - b);
  }

  of(cpu: number): BundlePlaces {
    return this.#byCpu.get(cpu) ?? new Places();
  }
}
