/** Code of the kernel, which events name by numbers of a table that grows with the recording and is begun anew now and then. */
import { SymbolSpace } from "../text/symbol-space.ts";
import { interned } from "./fields.ts";
import { BYTES, Message } from "./message.ts";
import { value } from "../text/number.ts";

/** Numbers of all tables together. */
const MOST_NUMBERS = 1 << 20;

/** What the events of one part of the recording mean by their numbers. */
export class CodeNumbers {
  /** Address that `find` found, or the number itself if it names nothing. */
  lo = 0;
  hi = 0;
  readonly #addresses = new Map<number, readonly [lo: number, hi: number]>();

  get size(): number {
    return this.#addresses.size;
  }

  set(iid: number, lo: number, hi: number): void {
    this.#addresses.set(iid, [lo, hi]);
  }

  find(lo: number, hi: number): void {
    const address = hi === 0 ? this.#addresses.get(lo >>> 0) : undefined;
    this.lo = address === undefined ? lo : address[0];
    this.hi = address === undefined ? hi : address[1];
  }
}

export class SymbolTables {
  readonly space: SymbolSpace;
  /** By number of the table; the first has no names. */
  readonly tables: CodeNumbers[] = [new CodeNumbers()];
  readonly #current = new Map<number, number>();
  #numbers = 0;

  constructor(kallsyms: () => string | null) {
    this.space = new SymbolSpace(kallsyms);
  }

  /** The sequence forgets its numbers. */
  clear(sequence: number): void {
    this.#current.delete(sequence);
  }

  /** Table that the events of a sequence go by at this place of the recording. */
  tableOf(sequence: number): number {
    return this.#current.get(sequence) ?? 0;
  }

  /** What a packet's interned data say of the kernel's symbols. */
  readInterned(sequence: number, bytes: Uint8Array, start: number, stop: number): void {
    const data = new Message().open(bytes, start, stop);
    const symbol = new Message();
    while (data.next()) {
      if (data.field !== interned.kernelSymbols || data.wire !== BYTES) continue;
      symbol.open(bytes, data.start, data.stop);
      let [iid, from, end] = [0, 0, 0];
      while (symbol.next()) {
        if (symbol.field === interned.iid) iid = symbol.lo >>> 0;
        else if (symbol.field === interned.text && symbol.wire === BYTES) [from, end] = [symbol.start, symbol.stop];
      }
      if (end > from) this.#add(sequence, iid, bytes, from, end);
    }
  }

  #add(sequence: number, iid: number, bytes: Uint8Array, start: number, stop: number): void {
    if (this.#numbers >= MOST_NUMBERS || this.space.read(bytes, start, stop) < 0) return;
    let number = this.#current.get(sequence);
    if (number === undefined) {
      number = this.tables.push(new CodeNumbers()) - 1;
      this.#current.set(sequence, number);
    }
    this.#numbers++;
    this.tables[number]!.set(iid, value.lo, value.hi);
  }

  get isEmpty(): boolean {
    return this.#numbers === 0;
  }
}
