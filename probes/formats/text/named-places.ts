/** Places in functions of the kernel, where text names the function without saying how far in it they are. */
import type { KernelName } from "../../recording.ts";
import { ByteNames } from "./byte-names.ts";

const MOST_PLACES = 1 << 17;

export class NamedPlaces {
  /** `ADDRESS NAME`, as the text has it: the same text is the same place. */
  readonly #texts = new ByteNames(MOST_PLACES);
  /** Null: to be made of the texts. */
  #byAddress: Map<bigint, KernelName> | null = null;

  /** `ADDRESS NAME`, the address hexadecimal. */
  add(bytes: Uint8Array, from: number, end: number): void {
    const { count } = this.#texts;
    if (this.#texts.add(bytes, from, end) === count) this.#byAddress = null;
  }

  at(address: bigint): KernelName | null {
    return this.#places().get(address) ?? null;
  }

  all(): readonly KernelName[] {
    return [...this.#places().values()];
  }

  #places(): ReadonlyMap<bigint, KernelName> {
    if (this.#byAddress !== null) return this.#byAddress;
    this.#byAddress = new Map();
    for (let number = 0; number < this.#texts.count; number++) {
      const text = this.#texts.text(number);
      const blank = text.indexOf(" ");
      const start = BigInt(`0x${text.slice(0, blank)}`);
      // Of several names of one address the first, as for probes.
      if (this.#byAddress.has(start)) continue;
      this.#byAddress.set(start, { name: text.slice(blank + 1), start, end: start + 1n, module: null, isMadeUp: true });
    }
    return this.#byAddress;
  }
}
