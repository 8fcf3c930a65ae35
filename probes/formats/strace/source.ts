/**
 * The lines of strace as records, in order of time. Lines stand in the order in which calls began, or were gone on with; a return waits for the
 * time that it happened at.
 */
import { codes, startsWith } from "../../lines/byte-text.ts";
import type { ByteSource } from "../../byte-source.ts";
import type { SyscallArchitecture } from "../../kernel/syscalls/syscalls.ts";
import type { WantedRecords } from "../../recording.ts";
import type { PageWriter } from "../../stream/page-writer.ts";
import type { RecordSource } from "../../stream/record-stream.ts";
import { Calls, type LineText } from "./calls.ts";
import type { LineClock } from "./clock.ts";
import type { CallEvents } from "./events.ts";
import { Frames } from "./frames.ts";
import { joinInterrupted } from "./interrupted.ts";
import { JoinedText } from "./joined-text.ts";
import { LineHead, lineKinds } from "./line.ts";
import type { Constants } from "./number.ts";
import { Resumes } from "./resumes.ts";
import { readSignal } from "./signal.ts";
import * as events from "./task-events.ts";
import { STATE, state, stops } from "./scanner-layout.ts";
import type { Scanner } from "./scanner.ts";
import { TaskTable, type Task } from "./tasks.ts";
import { TextWindow } from "../../lines/text-window.ts";
import { noTrouble, type Trouble } from "./trouble.ts";
import { Turns } from "./turns.ts";

/** A clock that goes back by more was set. */
const CLOCK_STEP_NS = 1e9;
const SUPERSEDED = codes("+++ superseded by execve in pid ");
const EQUALS = 0x3d;
const word = (field: number): number => (STATE + field) >> 2;
const TIME = (STATE + state.time) >> 3;
const FRONTIER = (STATE + state.frontier) >> 3;
const UNTIL = (STATE + state.until) >> 3;

export interface SourceOptions {
  readonly source: ByteSource;
  /** Has room for the source. */
  readonly scanner: Scanner;
  readonly clock: LineClock;
  readonly constants: Constants;
  readonly architecture: SyscallArchitecture;
  readonly calls: readonly CallEvents[];
  /** Of lines without one. */
  readonly mainPid: number;
  /** The first line is the exec of the command that strace started. */
  readonly startsWithExec: boolean;
  /** There are stacks in it. */
  readonly hasFrames: boolean;
}

export class StraceSource implements RecordSource {
  readonly frames = new Frames();
  readonly #trouble: Trouble = noTrouble();
  readonly #options: SourceOptions;
  readonly #window: TextWindow;
  readonly #resumes: Resumes;
  readonly #queue: Turns;
  readonly #tasks: TaskTable;
  readonly #calls: Calls;
  readonly #head: LineHead;
  readonly #joined: JoinedText;
  /** Time of the line at hand, of which nothing was made yet; -1: there is none. */
  #heldTime = -1;
  /** The clock was set back before that line. */
  #isStep = false;
  readonly #text: LineText;
  #ended = false;
  #isFirst = true;
  /** Of the last line. */
  #task: Task | null = null;
  /** From the next rewind on. */
  #wanted: WantedRecords | null = null;

  constructor(options: SourceOptions) {
    this.#options = options;
    const { scanner } = options;
    this.#queue = new Turns(scanner);
    this.#tasks = new TaskTable(scanner);
    this.#window = new TextWindow(options.source, 0, { bytes: scanner.bytes, ...scanner.window });
    this.#resumes = new Resumes(this.#window, scanner);
    this.#head = new LineHead(scanner);
    this.#joined = new JoinedText(scanner, scanner.joined[0]);
    this.#text = { bytes: scanner.bytes, start: 0, end: 0 };
    const { constants, architecture, calls } = options;
    const shared = { window: this.#window, resumes: this.#resumes, queue: this.#queue, tasks: this.#tasks, frames: this.frames, scanner };
    this.#calls = new Calls({ constants, architecture, calls, ...shared }, this.#trouble);
  }

  /** What could not be read up to now. */
  get trouble(): Trouble {
    const { encoder } = this.#calls;
    const { unknownNames, firstUnknownName } = encoder;
    const { cutStrings } = encoder.memory;
    const timelessReturns = this.#trouble.timelessReturns + this.#words[word(state.timeless)]!;
    return { ...this.#trouble, longLines: this.#window.longLines, unknownNames, firstUnknownName, cutStrings, timelessReturns };
  }

  rewind(): void {
    Object.assign(this.#trouble, noTrouble());
    this.#calls.rewind(this.#wanted);
    this.#window.rewind();
    this.#resumes.clear();
    this.#options.clock.rewind();
    this.#queue.clear();
    this.#tasks.clear();
    this.#task = null;
    this.#frontier = 0;
    this.#heldTime = -1;
    this.#isStep = false;
    this.#ended = false;
    this.#isFirst = true;
    this.#lastPid = this.#options.mainPid;
    this.#words[word(state.timeless)] = 0;
    this.#words[word(state.isTimed)] = 0;
    this.#words[word(state.hasFrames)] = this.#options.hasFrames ? 1 : 0;
  }

  get #words(): Int32Array {
    return this.#options.scanner.words;
  }

  /** Time of the line before the one at hand. */
  get #frontier(): number {
    return this.#options.scanner.doubles[FRONTIER]!;
  }

  set #frontier(ns: number) {
    this.#options.scanner.doubles[FRONTIER] = ns;
  }

  get #lastPid(): number {
    return this.#words[word(state.lastPid)]!;
  }

  set #lastPid(pid: number) {
    this.#words[word(state.lastPid)] = pid;
  }

  want(wanted: WantedRecords | null): void {
    this.#wanted = wanted;
  }

  fill(writer: PageWriter): void {
    for (;;) {
      const isHeld = this.#heldTime >= 0;
      if (!this.#queue.send(this.#until(), writer)) return;
      if (isHeld) this.#line(this.#heldTime, writer);
      else if (this.#ended || !this.#read(writer)) return;
    }
  }

  /** What happens until then goes out before the line at hand is looked at. */
  #until(): number {
    if (this.#ended || this.#isStep) return Infinity;
    // A call that goes on here may have been over some time before.
    return this.#heldTime >= 0 && this.#head.kind !== lineKinds.resumed ? Math.max(this.#frontier, this.#heldTime) : this.#frontier;
  }

  /** Goes on to a line that is not for the scanner, or to the end; false: there is no room for what the scanner makes of the lines before. */
  #read(writer: PageWriter): boolean {
    const window = this.#window;
    const { scanner } = this.#options;
    const { words } = scanner;
    for (let hasMoved = true; window.hasNext();) {
      if (!hasMoved || window.next >= window.limit) {
        this.#readCut();
        return true;
      }
      if (!this.#queue.room(writer, this.#frontier)) return false;
      const why = scanner.code.run(window.next, window.limit, window.filled);
      this.#queue.flush(writer);
      const next = words[word(state.next)]!;
      const lines = words[word(state.lines)]!;
      if (why === stops.line) {
        window.skip(lines, words[word(state.start)]!, words[word(state.end)]!, next);
        this.#head.load();
        this.#hold();
        return true;
      }
      window.skip(lines, next, next, next);
      if (why === stops.turn && !this.#queue.send(scanner.doubles[UNTIL]!, writer)) return false;
      hasMoved = lines > 0 || why !== stops.window;
    }
    this.#ended = true;
    return true;
  }

  /** What may be cut at the end of the window is for the window to decide. */
  #readCut(): void {
    const window = this.#window;
    const { scanner } = this.#options;
    if (!window.advance()) {
      this.#ended = true;
      return;
    }
    const head = this.#head;
    head.read(window.start, window.end);
    if (head.kind === lineKinds.frame) this.#words[word(state.hasFrames)] = 1;
    if (head.kind === lineKinds.frame || head.kind === lineKinds.notice || window.start === window.end) return;
    if (head.kind !== lineKinds.other) scanner.doubles[TIME] = scanner.code.timeOf();
    this.#hold();
  }

  /** The line waits until what happens before it is out; where the clock was set back, that is everything so far. */
  #hold(): void {
    if (this.#head.kind === lineKinds.other) {
      if (this.#trouble.strangeLines++ === 0) this.#trouble.firstStrange = this.#window.line;
      return;
    }
    this.#heldTime = this.#options.scanner.doubles[TIME]!;
    this.#isStep = this.#heldTime < this.#frontier - CLOCK_STEP_NS;
  }

  #line(time: number, writer: PageWriter): void {
    this.#heldTime = -1;
    this.#isStep = false;
    this.#frontier = time;
    const head = this.#head;
    this.#queue.open(writer, head.kind === lineKinds.resumed ? -1 : time);
    const task = this.#taskOf(head, time);
    this.#isFirst = false;
    const offset = this.#window.offsetOf(this.#window.start);
    const line = this.#readText();
    if (head.kind === lineKinds.call) this.#calls.begin(task, head, line, time, offset);
    else if (head.kind === lineKinds.resumed) this.#calls.resume(task, head, line, time);
    else if (head.kind === lineKinds.signal) this.#signal(task, line, time);
    else if (head.kind === lineKinds.end) this.#taskEnd(task, line, time);
    this.#tasks.tellOnly();
  }

  /** A notice in the middle of a line has the rest of it on the next one; the head then stands at the beginning of what was joined. */
  #readText(): LineText {
    const text = this.#text;
    text.start = this.#window.start;
    text.end = this.#window.end;
    if (!joinInterrupted(this.#window, this.#joined)) return text;
    const { start, end } = this.#joined;
    this.#head.body += start - text.start;
    this.#head.nameEnd += start - text.start;
    text.start = start;
    text.end = end;
    return text;
  }

  /** The task of the line; one that is new is told of first. */
  #taskOf(head: LineHead, time: number): Task {
    if (head.pid < 0) this.#lastPid = this.#tasks.onlyOne()?.pid ?? this.#lastPid;
    const pid = head.pid < 0 ? this.#lastPid : head.pid;
    const task = this.#task !== null && this.#task.pid === pid ? this.#task : this.#tasks.get(pid);
    this.#task = task;
    const isNew = !task.isSeen;
    task.isSeen = true;
    const tellsName = head.commEnd > head.commStart && (head.kind === lineKinds.call || head.kind === lineKinds.signal);
    const isRenamed = tellsName && task.setComm(this.#window.bytes, head.commStart, head.commEnd);
    if (isNew || isRenamed) this.#introduce(task, time, isNew);
    return task;
  }

  #introduce(task: Task, time: number, isNew: boolean): void {
    const batch = this.#queue.take();
    const parent = isNew && !task.hasOrigin ? this.#parentOf(task) : null;
    if (parent !== null) {
      events.fork(batch, parent, task, parent.cloneFlags);
      parent.awaitsChild = false;
    } else if (isNew && this.#isFirst && this.#options.startsWithExec) task.tgid = task.pid;
    if (task.tgid !== 0 || task.isNamed) events.known(batch, task);
    if (batch.isEmpty) this.#queue.give(batch);
    else this.#queue.push(batch, time);
  }

  /** Whose fork has made the task: of the calls that are going on, the only one, or the one that returns its pid. */
  #parentOf(child: Task): Task | null {
    const candidates = this.#tasks.awaiting();
    return candidates.length < 2 ? (candidates[0] ?? null) : (candidates.find((task) => this.#returnsPid(task, child.pid)) ?? null);
  }

  #returnsPid(task: Task, pid: number): boolean {
    const window = this.#window;
    const place = this.#resumes.after(task.pid, window.offsetOf(window.start));
    if (place < 0) return false;
    const end = window.lineEnd(place);
    const equals = window.bytes.subarray(place, end).lastIndexOf(EQUALS) + place;
    const { numbers } = this.#calls.encoder;
    return numbers.read(window.bytes, equals + 2, end) === "number" && numbers.low === pid;
  }

  #signal(task: Task, { bytes, end }: LineText, time: number): void {
    const signal = readSignal(bytes, this.#head.body, end, this.#calls.encoder.numbers);
    // `--- stopped by SIGSTOP ---` is no delivery.
    if (signal === null) return;
    const batch = this.#queue.take();
    events.signal(batch, task, signal.number, signal.errno, signal.code);
    this.#queue.push(batch, time);
  }

  #taskEnd(task: Task, { bytes, end }: LineText, time: number): void {
    const { body } = this.#head;
    const { numbers } = this.#calls.encoder;
    if (startsWith(bytes, body, end, SUPERSEDED)) {
      if (numbers.read(bytes, body + SUPERSEDED.length, end) === "number") this.#tasks.supersede(task, numbers.low);
      this.#task = null;
      return;
    }
    const batch = this.#queue.take();
    events.exit(batch, task);
    this.#queue.push(batch, time);
    this.#tasks.forget(task);
    this.#task = null;
  }
}
