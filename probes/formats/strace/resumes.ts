/** Finds the line that goes on with a task's call (`<... read resumed>…`), by looking ahead in the window: over every line once. */
import { LineHead, lineKinds } from "./line.ts";
import type { Scanner } from "./scanner.ts";
import type { TextWindow } from "../../lines/text-window.ts";

const NEWLINE = 0x0a;

/** Of lines without a pid. */
export const NO_PID = -1;

/** Offsets in the file of one task's lines, ascending. */
interface Queue {
  readonly offsets: number[];
  first: number;
}

export class Resumes {
  readonly #window: TextWindow;
  readonly #scanner: Scanner;
  readonly #head: LineHead;
  readonly #queues = new Map<number, Queue>();
  /** Offset in the file up to which lines were looked at. */
  #seen = 0;

  constructor(window: TextWindow, scanner: Scanner) {
    this.#window = window;
    this.#scanner = scanner;
    this.#head = new LineHead(scanner);
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
    const begin = Math.max(window.first, Math.max(this.#seen, offset) - window.offsetOf(0));
    for (let at = this.#scanner.code.nextResumed(begin, filled); at > 0; at = this.#scanner.code.nextResumed(at + 1, filled)) {
      let line = at;
      while (bytes[line - 1] !== NEWLINE && line > window.first) line--;
      const end = window.lineEnd(line);
      // What is cut here is whole in a later window.
      if (end === filled) break;
      head.read(line, end);
      if (head.kind !== lineKinds.resumed || head.body !== at) continue;
      this.#add(head.pid, window.offsetOf(line));
      this.#seen = window.offsetOf(end);
      return true;
    }
    let last = filled;
    while (last > window.first && bytes[last - 1] !== NEWLINE) last--;
    this.#seen = Math.max(this.#seen, window.offsetOf(last));
    return false;
  }

  #add(pid: number, offset: number): void {
    const queue = this.#queues.get(pid);
    if (queue === undefined) this.#queues.set(pid, { offsets: [offset], first: 0 });
    else queue.offsets.push(offset);
  }
}
