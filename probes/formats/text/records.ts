/** Makes the records of lines: events, their stacks, and what lines tell of tasks. */
import type { EventBook } from "./event-book.ts";
import { RecordBuffer } from "./decoder.ts";
import { newHead, type LineHead } from "./head.ts";
import * as kinds from "./line.ts";
import { newLine, type TextLine } from "./line.ts";
import type { Lines } from "./lines.ts";
import type { NamedEvent } from "./named-event.ts";
import { value } from "./number.ts";
import { ownLayout, type OwnIds } from "./own-records.ts";
import { Frames } from "./stack.ts";
import type { SymbolSpace } from "./symbol-space.ts";
import { COMM_BYTES, isNoName, TaskNames } from "./tasks.ts";
import { TextWriter } from "./writer.ts";

/** What a format's lines tell beside events. */
export interface Extras {
  /** Sees a line of another kind than those of all formats, before anything is made of it; true: what was made of lines before has to be made again. */
  scan(kind: number, bytes: Uint8Array, line: TextLine): boolean;
  /** Writes what the line tells; false: there is no room, it will come again. */
  emit(kind: number, bytes: Uint8Array, line: TextLine, writer: TextWriter): boolean;
  /** A frame of a stack at [from, to): its address in `value`; what it is, or null if it is none. */
  readFrame(bytes: Uint8Array, from: number, to: number): "kernel" | "user" | null;
  /** Frames follow their event without a line that says so. */
  readonly framesFollow: boolean;
  rewind(): void;
}

export interface RecordOptions {
  readonly lines: Lines;
  readonly book: EventBook;
  readonly symbols: SymbolSpace;
  readonly ids: OwnIds;
  readonly extras: Extras;
}

const [COLON, LESS] = [58, 60];
const MOST_PRINTED = 4096;

export class TextRecords {
  readonly #options: RecordOptions;
  readonly record = new RecordBuffer();
  /** The line at hand. */
  readonly line: TextLine = newLine();
  writer = new TextWriter(this.record, 0);
  /** Names are told where they change. */
  tellsNames = false;
  /** What has been told of tasks. */
  #tasks = new TaskNames();
  readonly #frames = new Frames();
  readonly #userFrames = new Frames();
  readonly #stackHead: LineHead = newHead();
  #stackNs = 0;
  /** Which stack the frames are of; `left out`: they are of a line of which no record was made. */
  #stack: "none" | "kernel" | "user" | "left out" = "none";

  constructor(options: RecordOptions) {
    this.#options = options;
  }

  /** The clock's second that the stream's times count from. */
  startAt(seconds: number): void {
    this.writer = new TextWriter(this.record, seconds);
  }

  rewind(): void {
    this.#options.extras.rewind();
    this.#tasks = new TaskNames();
    this.#frames.clear();
    this.#userFrames.clear();
    this.#stack = "none";
  }

  /** Writes what the line tells, and the stack that it ends; false: there is no room, and it has to come again. */
  put(kind: number): boolean {
    return (kind === kinds.FRAME || this.endStack()) && this.#emit(kind);
  }

  #emit(kind: number): boolean {
    const { line } = this;
    const { bytes } = this.#options.lines;
    switch (kind) {
      case kinds.NOTHING:
      case kinds.ASIDE:
        return true;
      case kinds.FRAME:
        this.#addFrame(bytes);
        return true;
      case kinds.LOST:
        this.writer.pages!.lost(line.lost);
        return true;
      case kinds.KERNEL_STACK:
      case kinds.USER_STACK:
        this.#beginStack(kind === kinds.KERNEL_STACK ? "kernel" : "user");
        if (line.from < line.to) this.#addStackText(bytes);
        return true;
      default:
    }
    if (!this.#tellTask(bytes)) return false;
    if (kind === kinds.EVENT) return this.#event(line.event!, bytes);
    // A call whose arguments are not told is neither an event nor free text.
    if (kind === kinds.UNKNOWN && bytes[line.nameEnd - 1] !== COLON) return true;
    const isText = kind === kinds.PRINT || kind === kinds.UNKNOWN;
    if (!(isText ? this.#print(bytes) : this.#options.extras.emit(kind, bytes, line, this.writer))) return false;
    if (this.#options.extras.framesFollow) this.#beginStack("none");
    // A sample without a callchain has its own place alone.
    if (kind === kinds.SAMPLE && line.from < line.to) this.#addFrame(bytes);
    return true;
  }

  #event(event: NamedEvent, bytes: Uint8Array): boolean {
    const { from, to, head } = this.line;
    const length = event.unknown?.isFreeText === true ? 0 : event.decode(bytes, from, to, this.record);
    if (length > 0 && !this.writer.put(head, this.writer.timeOf(head), length)) return false;
    if (length === 0 && !this.#print(bytes)) return false;
    if (this.#options.extras.framesFollow) this.#beginStack(length < 0 ? "left out" : "none");
    return true;
  }

  /** The name and the process of the line's task, if they are new. */
  #tellTask(bytes: Uint8Array): boolean {
    const { head } = this.line;
    if (head.pid <= 0 || (!this.tellsNames && head.tgid < 0)) return true;
    const task = this.#tasks.of(head.pid);
    if (task < 0) return true;
    const ns = this.writer.timeOf(head);
    if (head.tgid >= 0 && this.#tasks.tgid(task) !== head.tgid) {
      this.writer.begin(this.#options.ids.tgid, 12);
      this.record.view.setInt32(ownLayout.tgid, head.tgid, true);
      if (!this.writer.put(head, ns, 12)) return false;
      this.#tasks.setTgid(task, head.tgid);
    }
    if (!this.tellsNames || head.commEnd <= head.commStart) return true;
    if (this.#tasks.isNamed(task, bytes, head.commStart, head.commEnd) || isNoName(bytes, head)) return true;
    const length = ownLayout.comm + COMM_BYTES;
    this.writer.begin(this.#options.ids.task, length);
    const size = Math.min(head.commEnd - head.commStart, COMM_BYTES - 1);
    for (let i = 0; i < size; i++) this.record.bytes[ownLayout.comm + i] = bytes[head.commStart + i]!;
    if (!this.writer.put(head, ns, length)) return false;
    this.#tasks.setComm(task, bytes, head.commStart, head.commEnd);
    return true;
  }

  #print(bytes: Uint8Array): boolean {
    const { from, to, head, nameStart, nameEnd } = this.line;
    const length = Math.min(to - from, MOST_PRINTED);
    this.writer.begin(this.#options.ids.print, ownLayout.printText + length + 1);
    if (this.#options.symbols.read(bytes, nameStart, nameEnd - 1) >= 0) {
      this.record.view.setInt32(ownLayout.printIp, value.lo, true);
      this.record.view.setInt32(ownLayout.printIp + 4, value.hi, true);
    }
    for (let i = 0; i < length; i++) this.record.bytes[ownLayout.printText + i] = bytes[from + i]!;
    return this.writer.put(head, this.writer.timeOf(head), ownLayout.printText + length + 1);
  }

  #beginStack(stack: "none" | "kernel" | "user" | "left out"): void {
    const { head } = this.line;
    const of = this.#stackHead;
    of.pid = head.pid;
    of.cpu = head.cpu;
    of.flags = head.flags;
    of.preempt = head.preempt;
    this.#stackNs = this.writer.timeOf(head);
    this.#stack = stack;
    this.#frames.clear();
    this.#userFrames.clear();
  }

  /** What report prints on the line itself: the first frame, or with -R bytes. */
  #addStackText(bytes: Uint8Array): void {
    const { from, to } = this.line;
    let at = from;
    if (bytes[at] === LESS) return;
    while (at + 1 < to && !(bytes[at] === 61 && bytes[at + 1] === 62)) at++;
    if (at + 2 < to) {
      this.line.from = at + 3;
      this.#addFrame(bytes);
    } else addBytes(bytes, from, to, this.#stack === "user" ? this.#userFrames : this.#frames);
  }

  #addFrame(bytes: Uint8Array): void {
    if (this.#stack === "left out" || (this.#stack === "none" && !this.#options.extras.framesFollow)) return;
    const found = this.#options.extras.readFrame(bytes, this.line.from, this.line.to);
    if (found === null) return;
    const isUser = this.#stack === "none" ? found === "user" : this.#stack === "user";
    (isUser ? this.#userFrames : this.#frames).add(value.hi, value.lo);
  }

  /** Writes the stacks whose lines were read; false: there is no room. */
  endStack(): boolean {
    return this.#putStack(this.#frames, this.#options.ids.kernelStack) && this.#putStack(this.#userFrames, this.#options.ids.userStack);
  }

  #putStack(frames: Frames, id: number): boolean {
    const { count } = frames;
    if (count === 0) return true;
    const length = ownLayout.frames + 8 * count;
    this.writer.begin(id, length);
    const { view } = this.record;
    view.setInt32(ownLayout.stackSize, count, true);
    for (let i = 0; i < count; i++) {
      view.setInt32(ownLayout.frames + 8 * i, frames.low[i]!, true);
      view.setInt32(ownLayout.frames + 8 * i + 4, frames.high[i]!, true);
    }
    if (!this.writer.put(this.#stackHead, this.#stackNs, length)) return false;
    frames.clear();
    return true;
  }
}

/** `caller=ARRAY[36, bd, …]`: words of eight bytes, up to the first zero. */
function addBytes(bytes: Uint8Array, from: number, to: number, frames: Frames): void {
  const text = new TextDecoder("latin1").decode(bytes.subarray(from, to));
  const found = /ARRAY\[([^\]]*)\]/.exec(text)?.[1]?.split(", ") ?? [];
  for (let at = 0; at + 8 <= found.length; at += 8) {
    const word = (i: number): number => parseInt([3, 2, 1, 0].map((k) => found[at + i + k]!).join(""), 16) | 0;
    const [lo, hi] = [word(0), word(4)];
    if (lo === 0 && hi === 0) return;
    frames.add(hi, lo);
  }
}
