/**
 * The lines of strace as records, in order of time. Lines stand in the order in which calls began, or were gone on with; a return waits for the
 * time that it happened at.
 */
import { codes, startsWith } from "../../lines/byte-text.ts";
import type { ByteSource } from "../../byte-source.ts";
import type { SyscallArchitecture } from "../../kernel/syscalls/syscalls.ts";
import type { PageWriter } from "../../stream/page-writer.ts";
import type { RecordSource } from "../../stream/record-stream.ts";
import { BatchQueue } from "../../stream/batch.ts";
import { Calls, type LineText } from "./calls.ts";
import type { LineClock } from "./clock.ts";
import type { CallEvents } from "./events.ts";
import { Frames } from "./frames.ts";
import { joinInterrupted } from "./interrupted.ts";
import { LineHead } from "./line.ts";
import type { Constants } from "./number.ts";
import { Resumes } from "./resumes.ts";
import { readSignal } from "./signal.ts";
import * as events from "./task-events.ts";
import { TaskTable, TextBuffer, type Task } from "./tasks.ts";
import { TextWindow } from "../../lines/text-window.ts";
import { noTrouble, type Trouble } from "./trouble.ts";

/** Returns that wait for their time. Text in order of time needs a handful. */
const MAX_WAITING = 65_536;
/** A clock that goes back by more was set. */
const CLOCK_STEP_NS = 1e9;
const SUPERSEDED = codes("+++ superseded by execve in pid ");
const EQUALS = 0x3d;

export interface SourceOptions {
  readonly source: ByteSource;
  readonly clock: LineClock;
  readonly constants: Constants;
  readonly architecture: SyscallArchitecture;
  readonly calls: readonly CallEvents[];
  /** Of lines without one. */
  readonly mainPid: number;
  /** The first line is the exec of the command that strace started. */
  readonly startsWithExec: boolean;
}

export class StraceSource implements RecordSource {
  readonly frames = new Frames();
  readonly #trouble: Trouble = noTrouble();
  readonly #options: SourceOptions;
  readonly #window: TextWindow;
  readonly #resumes: Resumes;
  readonly #queue = new BatchQueue();
  readonly #tasks = new TaskTable();
  readonly #calls: Calls;
  readonly #head = new LineHead();
  readonly #joined = new TextBuffer();
  #frontier = 0;
  /** Time of a line that waits until everything before it is out, as the clock was set back; -1: none does. */
  #heldTime = -1;
  #ended = false;
  #isFirst = true;
  #lastPid: number;

  constructor(options: SourceOptions) {
    this.#options = options;
    this.#lastPid = options.mainPid;
    this.#window = new TextWindow(options.source);
    this.#resumes = new Resumes(this.#window);
    const { constants, architecture, calls } = options;
    const shared = { window: this.#window, resumes: this.#resumes, queue: this.#queue, tasks: this.#tasks, frames: this.frames };
    this.#calls = new Calls({ constants, architecture, calls, ...shared }, this.#trouble);
  }

  /** What could not be read up to now. */
  get trouble(): Trouble {
    const { encoder } = this.#calls;
    const { unknownNames, firstUnknownName } = encoder;
    return { ...this.#trouble, longLines: this.#window.longLines, unknownNames, firstUnknownName, cutStrings: encoder.memory.cutStrings };
  }

  rewind(): void {
    Object.assign(this.#trouble, noTrouble());
    this.#calls.rewind();
    this.#window.rewind();
    this.#resumes.clear();
    this.#options.clock.rewind();
    this.#queue.clear();
    this.#tasks.clear();
    this.#frontier = 0;
    this.#heldTime = -1;
    this.#ended = false;
    this.#isFirst = true;
    this.#lastPid = this.#options.mainPid;
  }

  fill(writer: PageWriter): void {
    const queue = this.#queue;
    for (;;) {
      const first = queue.first;
      const isHeld = this.#heldTime >= 0;
      if (first !== undefined && (first.time <= this.#frontier || this.#ended || isHeld || queue.size > MAX_WAITING)) {
        if (!first.send(writer)) return;
        queue.pop();
      } else if (isHeld) this.#line(this.#heldTime);
      else if (this.#ended) return;
      else if (this.#window.advance()) this.#readLine();
      else this.#ended = true;
    }
  }

  #readLine(): void {
    const { bytes, start, end, line } = this.#window;
    const head = this.#head;
    head.read(bytes, start, end);
    if (head.kind === "frame" || head.kind === "notice" || start === end) return;
    if (head.kind === "other") {
      if (this.#trouble.strangeLines++ === 0) this.#trouble.firstStrange = line;
      return;
    }
    const time = this.#options.clock.timeOf(head);
    if (time < this.#frontier - CLOCK_STEP_NS) this.#heldTime = time;
    else this.#line(time);
  }

  #line(time: number): void {
    this.#heldTime = -1;
    this.#frontier = time;
    const head = this.#head;
    const offset = this.#window.offsetOf(this.#window.start);
    const task = this.#taskOf(head, time);
    this.#isFirst = false;
    const line = this.#text();
    switch (head.kind) {
      case "call":
        return this.#calls.begin(task, head, line, time, offset);
      case "resumed":
        return this.#calls.resume(task, head, line, time);
      case "signal":
        return this.#signal(task, line, time);
      case "end":
        return this.#taskEnd(task, line, time);
      case "frame":
      case "notice":
      case "other":
        return;
    }
  }

  /** A notice in the middle of a line has the rest of it on the next one; the head then stands at the beginning of what was joined. */
  #text(): LineText {
    const window = this.#window;
    const { bytes, start, end } = window;
    const length = joinInterrupted(window, this.#joined);
    if (length === 0) return { bytes, start, end };
    this.#head.body -= start;
    return { bytes: this.#joined.bytes, start: 0, end: length };
  }

  /** The task of the line; one that is new is told of first. */
  #taskOf(head: LineHead, time: number): Task {
    if (head.pid < 0) this.#lastPid = this.#tasks.onlyOne()?.pid ?? this.#lastPid;
    const task = this.#tasks.get(head.pid < 0 ? this.#lastPid : head.pid);
    const isNew = !task.isSeen;
    task.isSeen = true;
    const tellsName = head.commEnd > head.commStart && (head.kind === "call" || head.kind === "signal");
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
      return;
    }
    const batch = this.#queue.take();
    events.exit(batch, task);
    this.#queue.push(batch, time);
    this.#tasks.forget(task);
  }
}
