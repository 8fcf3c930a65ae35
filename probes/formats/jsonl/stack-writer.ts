/** Writes the stacks of a line as the records that follow an event. */
import { type Batch, writeCommon } from "../../stream/batch.ts";
import type { EventLine } from "./event-line.ts";
import type { KernelFrames, UserFrames } from "./frames.ts";
import type { JsonReader } from "./json-reader.ts";

export interface StackFormat {
  readonly kernelId: number;
  /** Offset of `size`; 0: there is none. */
  readonly kernelCount: number;
  readonly kernelFrames: number;
  readonly userId: number;
  readonly userTgid: number;
  readonly userFrames: number;
  readonly wordBytes: 4 | 8;
  readonly kernel: KernelFrames;
  readonly user: UserFrames;
}

const MOST_FRAMES = 1024;

export class StackWriter {
  readonly #json: JsonReader;
  readonly #format: StackFormat;
  #count = 0;

  constructor(json: JsonReader, format: StackFormat) {
    this.#json = json;
    this.#format = format;
  }

  /** False: a frame cannot be read; those before it are there. */
  kernel(batch: Batch, line: EventLine, end: number): boolean {
    const { kernelId, kernelCount, kernelFrames } = this.#format;
    const at = this.#begin(batch, line, kernelId, kernelFrames);
    const isSound = this.#frames(batch, at + kernelFrames, line.kstack, end, "kernel");
    if (kernelCount > 0) batch.view.setUint32(at + kernelCount, this.#count, true);
    batch.end(at, kernelFrames + this.#format.wordBytes * this.#count);
    return isSound;
  }

  user(batch: Batch, line: EventLine, end: number): boolean {
    const { userId, userTgid, userFrames } = this.#format;
    const at = this.#begin(batch, line, userId, userFrames);
    if (userTgid > 0) batch.view.setUint32(at + userTgid, line.tgid, true);
    const isSound = this.#frames(batch, at + userFrames, line.ustack, end, "user");
    batch.end(at, userFrames + this.#format.wordBytes * this.#count);
    return isSound;
  }

  #begin(batch: Batch, line: EventLine, id: number, fixedBytes: number): number {
    const at = batch.begin(fixedBytes + 8 * MOST_FRAMES);
    batch.bytes.fill(0, at, at + fixedBytes);
    writeCommon(batch, at, id, line.pid);
    // Of the same context as the event, so that they belong together.
    batch.bytes[at + 2] = line.flags;
    return at;
  }

  /** Counts them in #count; false: the one behind them cannot be read. */
  #frames(batch: Batch, at: number, place: number, end: number, of: "kernel" | "user"): boolean {
    const json = this.#json;
    const { wordBytes } = this.#format;
    json.start(json.bytes, place, end);
    this.#count = 0;
    if (!json.array()) return true;
    do {
      const found = json.peek() === "number" ? json.number() : json.peek() === "string" && json.string() && this.#address(of);
      if (!found) return false;
      if (this.#count === MOST_FRAMES) continue;
      batch.view.setInt32(at + wordBytes * this.#count, json.low, true);
      if (wordBytes === 8) batch.view.setInt32(at + 8 * this.#count + 4, json.high, true);
      this.#count++;
    } while (json.moreElements());
    return true;
  }

  /** The string that was read, as an address in the reader's words. */
  #address(of: "kernel" | "user"): boolean {
    const json = this.#json;
    const frames = this.#format[of];
    if (!frames.read(json.text, json.textStart, json.textEnd)) return false;
    json.low = frames.low;
    json.high = frames.high;
    return true;
  }
}
