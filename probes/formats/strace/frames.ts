/** Stacks: the lines of -k behind a call, or the one address of -i, as records of user_stack behind each event of the call. */
import { type Batch, writeCommon } from "../../stream/batch.ts";
import { eventIds, FIRST_FIELD } from "./events.ts";
import { hexDigit } from "../../lines/digits.ts";
import type { Task } from "./tasks.ts";
import type { TextWindow } from "../../lines/text-window.ts";
import { UserPlaces } from "./user-places.ts";
import { depths } from "./wanted-depth.ts";

const MAX_FRAMES = 127;
const [BLANK, GREATER, OPEN_BRACKET] = [0x20, 0x3e, 0x5b];

export class Frames {
  readonly places = new UserPlaces();
  readonly #low = new Int32Array(MAX_FRAMES);
  readonly #high = new Int32Array(MAX_FRAMES);
  #count = 0;
  /** How much of the records is wanted (wanted-depth.ts). */
  depth: number = depths.memory;

  /** Those behind the line that ends before `at`; without any, the instruction pointer, if it is known. */
  read(window: TextWindow, at: number, ipLow: number, ipHigh: number): void {
    this.#count = 0;
    const { bytes } = window;
    for (let line = at; bytes[line] === BLANK && bytes[line + 1] === GREATER && bytes[line + 2] === BLANK;) {
      const end = window.lineEnd(line);
      if (this.#count < MAX_FRAMES) this.#frame(bytes, line + 3, end);
      line = end + 1;
    }
    if (this.#count > 0 || (ipLow === 0 && ipHigh === 0)) return;
    this.#low[0] = ipLow;
    this.#high[0] = ipHigh;
    this.#count = 1;
  }

  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#count = 0;
  }

  /** `/path/lib.so(symbol+0x51) [0xf8011]`: the offset is one in the file. */
  #frame(bytes: Uint8Array, start: number, end: number): void {
    let open = end - 1;
    while (open > start && bytes[open] !== OPEN_BRACKET) open--;
    if (open === start || bytes[open + 1] !== 0x30) return;
    let offset = 0;
    for (let at = open + 3; at < end && hexDigit(bytes[at]!) >= 0; at++) offset = offset * 16 + hexDigit(bytes[at]!);
    if (!this.places.find(bytes, start, open - 1, offset)) return;
    this.#low[this.#count] = this.places.low;
    this.#high[this.#count++] = this.places.high;
  }

  write(batch: Batch, { pid, tgid }: Task): void {
    if (this.#count === 0) return;
    const sizeBytes = this.depth === depths.common ? FIRST_FIELD : 16 + 8 * this.#count;
    const at = batch.begin(sizeBytes);
    writeCommon(batch, at, eventIds.userStack, pid);
    if (this.depth === depths.common) return batch.end(at, sizeBytes);
    batch.view.setUint32(at + FIRST_FIELD, tgid, true);
    batch.view.setUint32(at + FIRST_FIELD + 4, 0, true);
    for (let i = 0; i < this.#count; i++) {
      batch.view.setInt32(at + 16 + 8 * i, this.#low[i]!, true);
      batch.view.setInt32(at + 20 + 8 * i, this.#high[i]!, true);
    }
    batch.end(at, sizeBytes);
  }
}
