/** Records of the lines of a text: made once, while it is looked through for what has to be known in advance; or else again for each run. */
import { PageWriter } from "../../stream/page-writer.ts";
import type { RecordSource } from "../../stream/record-stream.ts";
import * as kinds from "./line.ts";
import type { ReadLine, TextLine } from "./line.ts";
import type { Lines } from "./lines.ts";
import type { NamedEvent } from "./named-event.ts";
import { TextRecords, type RecordOptions } from "./records.ts";
import { isNoName, TaskNames } from "./tasks.ts";

export type { Extras } from "./records.ts";

export interface SourceOptions extends RecordOptions {
  readonly readLine: ReadLine;
  /** Lines have the name that the task had at that moment. */
  readonly namesAreOfTheMoment: boolean;
  /** What events that nobody describes belong to. */
  readonly categoryOf: (bytes: Uint8Array, from: number) => string;
}

/** Lines that no description fits, until the event counts as another one. */
const MOST_MISFITS = 3;
/** Times count from so much before the first line's, for lines that are earlier. */
const SECONDS_BEFORE = 1_000_000;
const PAGES_AT_ONCE = 8;
export const PAGE_BYTES = 65_536;
const [HASH, EQUALS, COLON] = [35, 61, 58];

/** What the first pass found. */
export interface TextFacts {
  lines: number;
  ncpus: number;
  /** The earliest, for all lines that tell a time. */
  baseSeconds: number;
  isRelative: boolean;
  /** Some task had several names. */
  renames: boolean;
  /** Some line tells whose it is. */
  hasTasks: boolean;
  /** Lines that are neither events nor anything that is known. */
  notUnderstood: number;
}

/** Where the first pass puts pages; false: there is no more room. */
export type PutPages = (pages: Uint8Array) => boolean;

export class TextSource implements RecordSource {
  readonly #options: SourceOptions;
  readonly #records: TextRecords;
  /** Last names, of the first pass. */
  readonly #tasks = new TaskNames();
  /** The line at hand comes again, as a line of that kind; -1: none does. */
  #held = -1;
  /** Whether records of the first pass are good: all lines were read as they are read now. */
  isDone = false;
  readonly facts: TextFacts = {
    lines: 0,
    ncpus: 1,
    baseSeconds: Infinity,
    isRelative: false,
    renames: false,
    hasTasks: false,
    notUnderstood: 0,
  };

  constructor(options: SourceOptions) {
    this.#options = options;
    this.#records = new TextRecords(options);
    this.#records.tellsNames = options.namesAreOfTheMoment;
  }

  /** The first pass, which makes records as long as `put` takes their pages. Returns the last name of each task. */
  scan(put: PutPages): Map<number, string> {
    const { lines, readLine, book } = this.#options;
    const { line } = this.#records;
    const { facts } = this;
    const window = new Uint8Array(PAGES_AT_ONCE * PAGE_BYTES);
    const pages = new PageWriter(PAGE_BYTES, 0);
    pages.start(window);
    this.#records.writer.pages = pages;
    this.isDone = true;
    const isGood = (): boolean => this.isDone;
    const flush = (): void => {
      if (this.isDone && !put(window.subarray(0, pages.finish()))) this.isDone = false;
      pages.start(window);
    };
    while (lines.next()) {
      const kind = readLine(lines.bytes, lines.start, lines.end, line, book);
      facts.lines++;
      if (kind === kinds.NOTHING && this.#isOdd(lines)) facts.notUnderstood++;
      if (kind === kinds.FRAME) this.#options.extras.readFrame(lines.bytes, line.from, line.to);
      const seen = this.#see(kind, line, lines.bytes);
      while (isGood() && !this.#records.put(seen)) flush();
    }
    if (isGood() && !this.#records.endStack()) {
      flush();
      this.#records.endStack();
    }
    flush();
    for (const event of book.named) {
      if (event.misfits.length === 0 || event.isRead) continue;
      this.#isUnknown(event);
    }
    if (facts.baseSeconds === Infinity) facts.baseSeconds = 0;
    return this.#tasks.names();
  }

  /** The second that times of the stream count from. */
  get startSeconds(): number {
    return this.#records.writer.baseSeconds;
  }

  /** Records of the first pass will not do: they are made again for each run. */
  again(): void {
    this.isDone = false;
    this.#records.startAt(this.facts.baseSeconds);
    this.rewind();
  }

  /** From here on names are told where they change: nothing else does. */
  tellNames(): void {
    this.#records.tellsNames = true;
    this.isDone = false;
  }

  /** Neither a header nor the first line of report, `cpus=2`. */
  #isOdd({ bytes, start, end }: Lines): boolean {
    return end > start && bytes[start] !== HASH && !(bytes[start + 4] === EQUALS && start < 64);
  }

  /** Takes in what a line tells in advance; returns its kind, which may be known now. */
  #see(kind: number, line: TextLine, bytes: Uint8Array): number {
    if (kind === kinds.NOTHING || kind === kinds.ASIDE || kind === kinds.LOST || kind === kinds.FRAME) return kind;
    this.#seeHead(line, bytes);
    if (kind === kinds.EVENT) this.#seeEvent(line.event!, line, bytes);
    else if (kind === kinds.UNKNOWN) {
      const { nameStart, nameEnd, from, to } = line;
      const event = this.#options.book.addUnknown(
        bytes,
        nameStart,
        nameEnd,
        bytes.subarray(from, to),
        this.#options.categoryOf(bytes, from),
      );
      line.event = event;
      event?.unknown?.learn(bytes, from, to, this.#records.record);
      if (event !== null) {
        if (event.unknown === null) this.#seeEvent(event, line, bytes);
        return kinds.EVENT;
      }
      if (bytes[nameEnd - 1] !== COLON) this.facts.notUnderstood++;
      return kind;
    } else if (kind !== kinds.PRINT && kind !== kinds.KERNEL_STACK && kind !== kinds.USER_STACK)
      if (this.#options.extras.scan(kind, bytes, line)) this.isDone = false;
    return kind;
  }

  #seeHead({ head }: TextLine, bytes: Uint8Array): void {
    const { facts } = this;
    if (facts.baseSeconds === Infinity) {
      const { pages } = this.#records.writer;
      this.#records.startAt(Math.max(0, head.seconds - SECONDS_BEFORE));
      this.#records.writer.pages = pages;
    }
    if (head.cpu >= facts.ncpus) facts.ncpus = head.cpu + 1;
    if (head.seconds < facts.baseSeconds) {
      facts.baseSeconds = head.seconds;
      if (head.seconds < this.startSeconds) this.isDone = false;
    }
    if (head.isRelative) facts.isRelative = true;
    if (head.pid >= 0) facts.hasTasks = true;
    if (head.pid <= 0 || head.commEnd <= head.commStart) return;
    const task = this.#tasks.of(head.pid);
    if (task < 0 || this.#tasks.isNamed(task, bytes, head.commStart, head.commEnd) || isNoName(bytes, head)) return;
    if (this.#tasks.hasComm(task)) facts.renames = true;
    this.#tasks.setComm(task, bytes, head.commStart, head.commEnd);
  }

  #seeEvent(event: NamedEvent, line: TextLine, bytes: Uint8Array): void {
    const { unknown } = event;
    if (unknown !== null) {
      if (unknown.learn(bytes, line.from, line.to, this.#records.record)) this.isDone = false;
      return;
    }
    // What is known is learnt from as records are made of it.
    if ((event.isRead && this.isDone) || !event.wantsEveryLine) return;
    if (event.learn(bytes, line.from, line.to, this.#records.record)) return;
    event.misfits.push(bytes.slice(line.from, line.to));
    if (event.misfits.length >= MOST_MISFITS) this.#isUnknown(event);
  }

  #isUnknown(event: NamedEvent): void {
    const misfits = event.misfits.splice(0);
    const last = misfits.at(-1)!;
    this.#options.book.makeUnknown(event, last, this.#options.categoryOf(last, 0));
    this.isDone = false;
    const { record } = this.#records;
    for (const text of misfits) (event.unknown ?? event).learn(text, 0, text.length, record);
  }

  rewind(): void {
    this.#options.lines.rewind();
    this.#options.book.rewind();
    this.#records.rewind();
    this.#held = -1;
  }

  fill(pages: PageWriter): void {
    const { lines, readLine, book } = this.#options;
    const records = this.#records;
    records.writer.pages = pages;
    for (;;) {
      if (this.#held < 0) {
        if (!lines.next()) break;
        this.#held = readLine(lines.bytes, lines.start, lines.end, records.line, book);
      }
      if (!records.put(this.#held)) return;
      this.#held = -1;
    }
    records.endStack();
  }
}
