/** Records of the lines of a text: looked through once for what has to be known in advance, then made as they are asked for. */
import type { PageWriter } from "../../stream/page-writer.ts";
import type { RecordSource } from "../../stream/record-stream.ts";
import { RecordBuffer } from "./decoder.ts";
import type { EventBook } from "./event-book.ts";
import { newHead, type LineHead } from "./head.ts";
import * as kinds from "./line.ts";
import { newLine, type ReadLine, type TextLine } from "./line.ts";
import type { Lines } from "./lines.ts";
import type { NamedEvent } from "./named-event.ts";
import { value } from "./number.ts";
import { ownLayout, type OwnIds } from "./own-records.ts";
import { Frames } from "./stack.ts";
import type { SymbolSpace } from "./symbol-space.ts";
import { COMM_BYTES, TaskNames } from "./tasks.ts";
import { TextWriter } from "./writer.ts";

/** What a format's lines tell beside events. */
export interface Extras {
  /** Sees a line of another kind than those of all formats, in the first pass. */
  scan(kind: number, bytes: Uint8Array, line: TextLine): void;
  /** Writes what the line tells; false: there is no room, it will come again. */
  emit(kind: number, bytes: Uint8Array, line: TextLine, writer: TextWriter): boolean;
  /** A frame of a stack at [from, to): its address in `value`; what it is, or null if it is none. */
  readFrame(bytes: Uint8Array, from: number, to: number): "kernel" | "user" | null;
  /** Frames follow their event without a line that says so. */
  readonly framesFollow: boolean;
  rewind(): void;
}

export interface SourceOptions {
  readonly lines: Lines;
  readonly readLine: ReadLine;
  readonly book: EventBook;
  readonly symbols: SymbolSpace;
  readonly ids: OwnIds;
  readonly extras: Extras;
  /** Lines have the name that the task had at that moment. */
  readonly namesAreOfTheMoment: boolean;
  /** What events that nobody describes belong to. */
  readonly categoryOf: (bytes: Uint8Array, from: number) => string;
}

/** Lines that no description fits, until the event counts as another one. */
const MOST_MISFITS = 3;
const [LESS, COLON, HASH, EQUALS] = [60, 58, 35, 61];

/** What the first pass found. */
export interface TextFacts {
  lines: number;
  ncpus: number;
  /** The earliest, for all lines that tell a time. */
  baseSeconds: number;
  isRelative: boolean;
  /** Some task had several names. */
  renames: boolean;
  /** Lines that are neither events nor anything that is known. */
  notUnderstood: number;
}

export class TextSource implements RecordSource {
  readonly #options: SourceOptions;
  readonly #record = new RecordBuffer();
  readonly #line: TextLine = newLine();
  /** Of the first pass: last names. Of the others: what has been told. */
  #tasks = new TaskNames();
  #writer = new TextWriter(this.#record, 0);
  /** The line at hand comes again, as a line of that kind. */
  #held = -1;
  readonly #frames = new Frames();
  readonly #userFrames = new Frames();
  readonly #stackHead: LineHead = newHead();
  #stackNs = 0;
  /** Which stack the frames are of. */
  #stack: "none" | "kernel" | "user" = "none";
  #tellsNames = false;
  readonly facts: TextFacts = { lines: 0, ncpus: 1, baseSeconds: Infinity, isRelative: false, renames: false, notUnderstood: 0 };

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  /** The first pass. Returns the last name of each task. */
  scan(): Map<number, string> {
    const { lines, readLine, book, namesAreOfTheMoment } = this.#options;
    const line = this.#line;
    const { facts } = this;
    while (lines.next()) {
      const kind = readLine(lines.bytes, lines.start, lines.end, line, book);
      facts.lines++;
      if (kind === kinds.NOTHING || kind === kinds.LOST) {
        if (kind === kinds.NOTHING && this.#isOdd(lines)) facts.notUnderstood++;
        continue;
      }
      if (kind === kinds.FRAME) {
        this.#options.extras.readFrame(lines.bytes, line.from, line.to);
        continue;
      }
      this.#scanHead(line, lines.bytes);
      this.#scanBody(kind, line, lines.bytes);
    }
    for (const event of book.named) {
      if (event.misfits.length === 0 || event.isRead) continue;
      book.makeUnknown(event, this.#options.categoryOf(event.misfits[0]!, 0));
      this.#learnMisfits(event);
    }
    if (facts.baseSeconds === Infinity) facts.baseSeconds = 0;
    this.#tellsNames = namesAreOfTheMoment;
    const names = this.#tasks.names();
    this.#writer = new TextWriter(this.#record, facts.baseSeconds);
    this.rewind();
    return names;
  }

  /** From here on names are told where they change: nothing else does. */
  tellNames(): void {
    this.#tellsNames = true;
  }

  /** Neither a header nor the first line of report, `cpus=2`. */
  #isOdd({ bytes, start, end }: Lines): boolean {
    return end > start && bytes[start] !== HASH && !(bytes[start + 4] === EQUALS && start < 64);
  }

  #scanHead({ head }: TextLine, bytes: Uint8Array): void {
    const { facts } = this;
    if (head.cpu >= facts.ncpus) facts.ncpus = head.cpu + 1;
    if (head.seconds < facts.baseSeconds) facts.baseSeconds = head.seconds;
    if (head.isRelative) facts.isRelative = true;
    if (head.pid <= 0 || head.commEnd <= head.commStart) return;
    const task = this.#tasks.of(head.pid);
    if (task < 0 || this.#tasks.isNamed(task, bytes, head.commStart, head.commEnd) || isNoName(bytes, head)) return;
    if (this.#tasks.hasComm(task)) facts.renames = true;
    this.#tasks.setComm(task, bytes, head.commStart, head.commEnd);
  }

  #scanBody(kind: number, line: TextLine, bytes: Uint8Array): void {
    if (kind === kinds.EVENT) {
      const event = line.event!;
      if (event.wantsEveryLine) this.#learn(event, line, bytes);
    } else if (kind === kinds.UNKNOWN) {
      const event = this.#addUnknown(line, bytes);
      event?.unknown?.learn(bytes, line.from, line.to, this.#record);
    } else if (kind === kinds.PRINT) this.#options.symbols.read(bytes, line.nameStart, line.nameEnd - 1);
    else if (kind !== kinds.KERNEL_STACK && kind !== kinds.USER_STACK) this.#options.extras.scan(kind, bytes, line);
  }

  #addUnknown(line: TextLine, bytes: Uint8Array): NamedEvent | null {
    return this.#options.book.addUnknown(bytes, line.nameStart, line.nameEnd, this.#options.categoryOf(bytes, line.from));
  }

  #learn(event: NamedEvent, line: TextLine, bytes: Uint8Array): void {
    if (event.unknown !== null) return event.unknown.learn(bytes, line.from, line.to, this.#record);
    if (event.learn(bytes, line.from, line.to, this.#record)) return;
    event.misfits.push(bytes.slice(line.from, line.to));
    if (event.misfits.length < MOST_MISFITS) return;
    this.#options.book.makeUnknown(event, this.#options.categoryOf(bytes, line.from));
    this.#learnMisfits(event);
  }

  #learnMisfits(event: NamedEvent): void {
    for (const text of event.misfits.splice(0)) event.unknown?.learn(text, 0, text.length, this.#record);
  }

  rewind(): void {
    this.#options.lines.rewind();
    this.#options.book.rewind();
    this.#options.extras.rewind();
    this.#tasks = new TaskNames();
    this.#held = -1;
    this.#frames.clear();
    this.#userFrames.clear();
    this.#stack = "none";
  }

  fill(pages: PageWriter): void {
    const { lines, readLine, book } = this.#options;
    this.#writer.pages = pages;
    for (;;) {
      let kind = this.#held;
      if (kind < 0) {
        if (!lines.next()) break;
        kind = readLine(lines.bytes, lines.start, lines.end, this.#line, book);
      }
      this.#held = kind;
      const hasRoom = (kind === kinds.FRAME || this.#endStack()) && this.#emit(kind);
      if (!hasRoom) return;
      this.#held = -1;
    }
    this.#endStack();
  }

  /** Writes what the line tells; false: there is no room. */
  #emit(kind: number): boolean {
    const line = this.#line;
    const { bytes } = this.#options.lines;
    switch (kind) {
      case kinds.NOTHING:
        return true;
      case kinds.FRAME:
        this.#addFrame(bytes);
        return true;
      case kinds.LOST:
        this.#writer.pages!.lost(line.lost);
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
    if (kind === kinds.PRINT || kind === kinds.UNKNOWN) return this.#print(bytes);
    if (!this.#options.extras.emit(kind, bytes, line, this.#writer)) return false;
    if (this.#options.extras.framesFollow) this.#beginStack("none");
    // A sample without a callchain has its own place alone.
    if (kind === kinds.SAMPLE && line.from < line.to) this.#addFrame(bytes);
    return true;
  }

  #event(event: NamedEvent, bytes: Uint8Array): boolean {
    const { from, to, head } = this.#line;
    if (event.unknown !== null && !event.unknown.hasKeys) return this.#print(bytes);
    const length = event.decode(bytes, from, to, this.#record);
    if (length < 0) return true;
    if (!this.#writer.put(head, this.#writer.timeOf(head), length)) return false;
    if (this.#options.extras.framesFollow) this.#beginStack("none");
    return true;
  }

  /** The name and the process of the line's task, if they are new. */
  #tellTask(bytes: Uint8Array): boolean {
    const { head } = this.#line;
    if (head.pid <= 0 || (!this.#tellsNames && head.tgid < 0)) return true;
    const task = this.#tasks.of(head.pid);
    if (task < 0) return true;
    const ns = this.#writer.timeOf(head);
    if (head.tgid >= 0 && this.#tasks.tgid(task) !== head.tgid) {
      this.#writer.begin(this.#options.ids.tgid, 12);
      this.#record.view.setInt32(ownLayout.tgid, head.tgid, true);
      if (!this.#writer.put(head, ns, 12)) return false;
      this.#tasks.setTgid(task, head.tgid);
    }
    if (!this.#tellsNames || head.commEnd <= head.commStart) return true;
    if (this.#tasks.isNamed(task, bytes, head.commStart, head.commEnd) || isNoName(bytes, head)) return true;
    const length = ownLayout.comm + COMM_BYTES;
    this.#writer.begin(this.#options.ids.task, length);
    const size = Math.min(head.commEnd - head.commStart, COMM_BYTES - 1);
    for (let i = 0; i < size; i++) this.#record.bytes[ownLayout.comm + i] = bytes[head.commStart + i]!;
    if (!this.#writer.put(head, ns, length)) return false;
    this.#tasks.setComm(task, bytes, head.commStart, head.commEnd);
    return true;
  }

  #print(bytes: Uint8Array): boolean {
    const { from, to, head, nameStart, nameEnd } = this.#line;
    const length = Math.min(to - from, 4096);
    this.#writer.begin(this.#options.ids.print, ownLayout.printText + length + 1);
    if (this.#options.symbols.read(bytes, nameStart, nameEnd - 1) >= 0) {
      this.#record.view.setInt32(ownLayout.printIp, value.lo, true);
      this.#record.view.setInt32(ownLayout.printIp + 4, value.hi, true);
    }
    for (let i = 0; i < length; i++) this.#record.bytes[ownLayout.printText + i] = bytes[from + i]!;
    return this.#writer.put(head, this.#writer.timeOf(head), ownLayout.printText + length + 1);
  }

  #beginStack(stack: "none" | "kernel" | "user"): void {
    const { head } = this.#line;
    const of = this.#stackHead;
    of.pid = head.pid;
    of.cpu = head.cpu;
    of.flags = head.flags;
    of.preempt = head.preempt;
    this.#stackNs = this.#writer.timeOf(head);
    this.#stack = stack;
    this.#frames.clear();
    this.#userFrames.clear();
  }

  /** What report prints on the line itself: the first frame, or with -R bytes. */
  #addStackText(bytes: Uint8Array): void {
    const { from, to } = this.#line;
    let at = from;
    if (bytes[at] === LESS) return;
    while (at + 1 < to && !(bytes[at] === 61 && bytes[at + 1] === 62)) at++;
    if (at + 2 < to) {
      this.#line.from = at + 3;
      this.#addFrame(bytes);
    } else addBytes(bytes, from, to, this.#stack === "user" ? this.#userFrames : this.#frames);
  }

  #addFrame(bytes: Uint8Array): void {
    if (this.#stack === "none" && !this.#options.extras.framesFollow) return;
    const found = this.#options.extras.readFrame(bytes, this.#line.from, this.#line.to);
    if (found === null) return;
    const isUser = this.#stack === "none" ? found === "user" : this.#stack === "user";
    (isUser ? this.#userFrames : this.#frames).add(value.hi, value.lo);
  }

  /** Writes the stacks whose lines were read; false: there is no room. */
  #endStack(): boolean {
    return this.#putStack(this.#frames, this.#options.ids.kernelStack) && this.#putStack(this.#userFrames, this.#options.ids.userStack);
  }

  #putStack(frames: Frames, id: number): boolean {
    const { count } = frames;
    if (count === 0) return true;
    const length = ownLayout.frames + 8 * count;
    this.#writer.begin(id, length);
    const { view } = this.#record;
    view.setInt32(ownLayout.stackSize, count, true);
    for (let i = 0; i < count; i++) {
      view.setInt32(ownLayout.frames + 8 * i, frames.low[i]!, true);
      view.setInt32(ownLayout.frames + 8 * i + 4, frames.high[i]!, true);
    }
    if (!this.#writer.put(this.#stackHead, this.#stackNs, length)) return false;
    frames.clear();
    return true;
  }
}

/** `<...>`, `<idle>`, `:1234`: what stands where there is no name. */
const isNoName = (bytes: Uint8Array, { commStart, commEnd }: LineHead): boolean =>
  bytes[commStart] === LESS ? bytes[commEnd - 1] === 62 : bytes[commStart] === COLON;

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
