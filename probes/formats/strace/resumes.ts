/** Finds the line that goes on with a task's call (`<... read resumed>…`), by looking ahead in the window: over every line once. */
import { codes, startsWith } from "../../lines/byte-text.ts";
import { LineHead } from "./line.ts";
import type { TextWindow } from "../../lines/text-window.ts";

const RESUMED = codes("<... ");
const [LESS, NEWLINE] = [0x3c, 0x0a];

/** Of lines without a pid. */
export const NO_PID = -1;

/** Offsets in the file of one task's lines, ascending. */
interface Queue {
  readonly offsets: number[];
  first: number;
}

export class Resumes {
  readonly #window: TextWindow;
  readonly #head = new LineHead();
  readonly #queues = new Map<number, Queue>();
  /** Offset in the file up to which lines were looked at. */
  #seen = 0;

  constructor(window: TextWindow) {
    this.#window = window;
  }

  clear(): void {
    this.#queues.clear();
    this.#seen = 0;
  }

  /** Place in the window of the first such line behind `offset`; -1: it is too far away. Offsets ascend from call to call. */
  after(pid: number, offset: number): number {
    for (;;) {
      const queue = this.#queues.get(pid);
      if (queue !== undefined) {
        const { offsets } = queue;
        while (queue.first < offsets.length && offsets[queue.first]! <= offset) queue.first++;
        if (queue.first < offsets.length) return this.#window.placeOf(offsets[queue.first]!);
        offsets.length = queue.first = 0;
      }
      if (!this.#findNext(offset)) return -1;
    }
  }

  /** Goes on to the next line of any task, behind `offset` at least; false: the window has no more. */
  #findNext(offset: number): boolean {
    const window = this.#window;
    const { bytes, filled } = window;
    const head = this.#head;
    const start = Math.max(0, Math.max(this.#seen, offset) - window.offsetOf(0));
    for (let at = bytes.indexOf(LESS, start); at >= 0 && at < filled; at = bytes.indexOf(LESS, at + 1)) {
      if (!startsWith(bytes, at, filled, RESUMED)) continue;
      let line = at;
      while (line > 0 && bytes[line - 1] !== NEWLINE) line--;
      const end = window.lineEnd(line);
      // What is cut here is whole in a later window.
      if (end === filled) break;
      head.read(bytes, line, end);
      if (head.kind !== "resumed" || head.body !== at) continue;
      this.#add(head.pid, window.offsetOf(line));
      this.#seen = window.offsetOf(end);
      return true;
    }
    const last = bytes.subarray(0, filled).lastIndexOf(NEWLINE);
    this.#seen = Math.max(this.#seen, window.offsetOf(last + 1));
    return false;
  }

  #add(pid: number, offset: number): void {
    const queue = this.#queues.get(pid);
    if (queue === undefined) this.#queues.set(pid, { offsets: [offset], first: 0 });
    else queue.offsets.push(offset);
  }
}
