/** Lines that begin or end system calls. */
import { codes, startsWith } from "../../lines/byte-text.ts";
import { allSyscalls, callNamesOf, type SyscallArchitecture } from "../../kernel/syscalls/syscalls.ts";
import type { Batch, BatchQueue } from "../../stream/batch.ts";
import { byteNames, type ByteNames } from "../../lines/byte-names.ts";
import { CallEncoder, ResultReader } from "./call-encoder.ts";
import { CallText, durationNs } from "./call-text.ts";
import type { CallEvents } from "./events.ts";
import type { Frames } from "./frames.ts";
import { LineHead } from "./line.ts";
import { hexDigit } from "../../lines/digits.ts";
import { isWord, type Constants } from "./number.ts";
import { NO_PID, type Resumes } from "./resumes.ts";
import * as events from "./task-events.ts";
import type { Task, TaskTable } from "./tasks.ts";
import { TextBuffer } from "./tasks.ts";
import type { TextWindow } from "../../lines/text-window.ts";
import type { Trouble } from "./trouble.ts";

const UNFINISHED = codes("<unfinished ...>");
const RESUMED_END = codes(" resumed>");
const UNKNOWN_CALL = codes("syscall_0x");
const FLAGS = codes("flags=");
const NAME_START = "<... ".length;
const QUOTE = 0x22;
const PR_SET_NAME = 15;
const MOST_SKEW_NS = 1e9;

export interface CallsOptions {
  readonly constants: Constants;
  readonly architecture: SyscallArchitecture;
  readonly calls: readonly CallEvents[];
  readonly window: TextWindow;
  readonly resumes: Resumes;
  readonly queue: BatchQueue;
  readonly tasks: TaskTable;
  readonly frames: Frames;
}

/** One line's text. */
export interface LineText {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export class Calls {
  readonly encoder: CallEncoder;
  readonly #trouble: Trouble;
  readonly #options: CallsOptions;
  readonly #names: ByteNames;
  readonly #callOfName: readonly (CallEvents | null)[];
  readonly #numberOfName: readonly number[];
  readonly #args = new CallText();
  readonly #result: ResultReader;
  readonly #joined = new TextBuffer();
  readonly #ahead = new LineHead();
  #serial = 0;
  /** Of the name that was read last. */
  #call: CallEvents | null = null;
  #number = -1;

  constructor(options: CallsOptions, trouble: Trouble) {
    this.#options = options;
    this.#trouble = trouble;
    this.encoder = new CallEncoder(options.constants, options.frames);
    this.#result = new ResultReader(this.encoder.numbers);
    const byName = new Map(options.calls.map((call) => [call.syscall.name, call]));
    const named = allSyscalls().flatMap((syscall) => callNamesOf(syscall.name).map((name) => ({ name, syscall })));
    this.#names = byteNames(named.map(({ name }) => name));
    this.#callOfName = named.map(({ syscall }) => byName.get(syscall.name) ?? null);
    this.#numberOfName = named.map(({ syscall }) => syscall.numbers[options.architecture] ?? -1);
  }

  rewind(): void {
    this.encoder.rewind();
    this.#serial = 0;
  }

  /** `name(… = …` or `name(… <unfinished ...>`; `offset`: of the line in the file. */
  begin(task: Task, head: LineHead, line: LineText, time: number, offset: number): void {
    const { bytes, end } = line;
    const open = this.#readName(bytes, head.body, end, head.syscall);
    if (this.#call === null) this.#countUnknown(bytes, head.body, open);
    const isUnfinished = startsWith(bytes, end - UNFINISHED.length, end, UNFINISHED);
    const { pending } = task;
    pending.call = this.#call;
    pending.number = this.#number;
    pending.time = this.#entryTime(task, time);
    pending.serial = this.#serial++;
    if (isUnfinished) {
      this.#unfinished(task, bytes, open + 1, end - UNFINISHED.length, offset, head);
      return;
    }
    pending.active = false;
    this.#args.split(bytes, open + 1, end);
    this.#options.frames.read(this.#options.window, this.#options.window.next, head.ipLow, head.ipHigh);
    this.#enter(task, bytes);
    this.#return(task, bytes, end, -1);
  }

  /** Clocks are read one after the other and cut to the µs: no call of a task begins before the last one is over. */
  #entryTime(task: Task, time: number): number {
    return task.returnedAt > time && task.returnedAt - time < MOST_SKEW_NS ? task.returnedAt : time;
  }

  #enter(task: Task, text: Uint8Array): void {
    const { pending } = task;
    const { queue } = this.#options;
    const batch = queue.take();
    this.encoder.read(pending.call, text, this.#args, pending.serial);
    if (pending.call?.effect === "fork") this.#options.tasks.beginFork(task, this.#forkFlags(pending.call, text));
    this.encoder.enter(batch, task, pending.call, pending.number, text);
    queue.push(batch, pending.time);
  }

  /** The entry has the arguments that strace writes when the call is over, if that line is near. */
  #unfinished(task: Task, bytes: Uint8Array, start: number, end: number, offset: number, head: LineHead): void {
    const { pending } = task;
    const { window, frames } = this.#options;
    pending.active = true;
    pending.text.length = 0;
    pending.text.add(bytes, start, end);
    const joined = this.#joined;
    joined.length = 0;
    joined.add(bytes, start, end);
    const resume = this.#resumeOf(task, head, bytes, offset);
    if (resume >= 0) {
      const stop = window.lineEnd(resume);
      this.#ahead.read(window.bytes, resume, stop);
      joined.add(window.bytes, restOf(window.bytes, this.#ahead.body, stop), stop);
      frames.read(window, stop + 1, head.ipLow, head.ipHigh);
    } else frames.clear();
    this.#args.split(joined.bytes, 0, joined.length);
    const isShort = resume < 0 && pending.call !== null && this.#args.count < pending.call.kinds.length;
    if (isShort) this.#trouble.lateArguments++;
    this.#enter(task, joined.bytes);
  }

  /** The line that goes on with the call, in the window; -1: it is too far away. */
  #resumeOf(task: Task, head: LineHead, bytes: Uint8Array, offset: number): number {
    const { resumes, window } = this.#options;
    const own = resumes.after(task.pid, offset);
    if (own >= 0) return own;
    // Lines on the standard error output have no pid while there is one task.
    const other = resumes.after(NO_PID, offset);
    return other >= 0 && isSameWord(bytes, head.body, window.bytes, other + NAME_START) ? other : -1;
  }

  /** `<... name resumed>… = …` */
  resume(task: Task, head: LineHead, line: LineText, time: number): void {
    const { bytes, end } = line;
    const { pending } = task;
    const { window, frames } = this.#options;
    const rest = restOf(bytes, head.body, end);
    const joined = this.#joined;
    joined.length = 0;
    if (!pending.active) {
      // The call began before the text did.
      this.#readName(bytes, head.body + NAME_START, end, head.syscall);
      pending.call = this.#call;
      pending.number = this.#number;
      pending.time = time;
      pending.serial = this.#serial++;
    } else joined.add(pending.text.bytes, 0, pending.text.length);
    joined.add(bytes, rest, end);
    this.#args.split(joined.bytes, 0, joined.length);
    if (!pending.active) this.#args.count = 0;
    pending.active = false;
    frames.read(window, window.next, head.ipLow, head.ipHigh);
    this.encoder.read(pending.call, joined.bytes, this.#args, pending.serial);
    this.#return(task, joined.bytes, joined.length, time);
  }

  /** `resumedAt`: time of the line where the call ends, -1: the one where it began. */
  #return(task: Task, text: Uint8Array, end: number, resumedAt: number): void {
    const { pending } = task;
    const { queue } = this.#options;
    const result = this.#result;
    const kind = this.#args.result < 0 ? "unknown_error" : result.read(text, this.#args.result, end);
    if (kind !== "value") {
      if (kind === "unknown_error") this.#trouble.unreadResults++;
      this.#options.tasks.endFork(task);
      return;
    }
    const { low, high } = result;
    const duration = durationNs(text, result.end, end);
    if (duration < 0 && resumedAt < 0) this.#trouble.timelessReturns++;
    const time = duration >= 0 ? pending.time + duration : Math.max(pending.time, resumedAt);
    task.returnedAt = time;
    const batch = queue.take();
    this.#effects(batch, task, text, low, high);
    this.encoder.exit(batch, task, pending.call, pending.number, text, low, high);
    queue.push(batch, time);
  }

  /** What a call has changed when it returns. */
  #effects(batch: Batch, task: Task, text: Uint8Array, low: number, high: number): void {
    const { call } = task.pending;
    switch (call?.effect ?? null) {
      case "fork": {
        const { tasks } = this.#options;
        tasks.endFork(task);
        const child = high === 0 && low > 0 ? tasks.get(low) : null;
        if (child !== null && !child.hasOrigin) events.fork(batch, task, child, task.cloneFlags);
        return;
      }
      case "exec": {
        const path = low === 0 && high === 0 ? this.#stringArgument(call!.syscall.name === "execve" ? 0 : 1, text) : null;
        if (path !== null && path.length > 0) events.exec(batch, task, path, task.supersededBy || task.pid);
        task.supersededBy = 0;
        return;
      }
      case "prctl": {
        const name = low === 0 && this.encoder.argument(0) === PR_SET_NAME ? this.#stringArgument(1, text) : null;
        if (name !== null) events.rename(batch, task, name);
        return;
      }
      case null:
        return;
    }
  }

  #stringArgument(index: number, text: Uint8Array): Uint8Array | null {
    const start = this.encoder.argumentStart(index);
    return start < this.encoder.argumentEnd(index) && text[start] === QUOTE ? this.encoder.memory.stringAt(text, start) : null;
  }

  #forkFlags(call: CallEvents, text: Uint8Array): number {
    if (call.syscall.name === "clone")
      return this.encoder.argument(call.syscall.parameters.findIndex(({ name }) => name === "clone_flags"));
    if (call.syscall.name !== "clone3") return 0;
    const [start, end] = [this.encoder.argumentStart(0), this.encoder.argumentEnd(0)];
    for (let at = start; at < end; at++)
      if (startsWith(text, at, end, FLAGS))
        return this.encoder.numbers.read(text, at + FLAGS.length, end) === "number" ? this.encoder.numbers.low : 0;
    return 0;
  }

  /** Returns where the name ends. */
  #readName(bytes: Uint8Array, start: number, end: number, printed: number): number {
    let at = start;
    while (at < end && isWord(bytes[at]!)) at++;
    const index = this.#names.find(bytes, start, at);
    this.#call = index < 0 ? null : this.#callOfName[index]!;
    this.#number = index < 0 ? unknownNumber(bytes, start, at) : this.#numberOfName[index]!;
    if (printed >= 0) this.#number = printed;
    return at;
  }

  #countUnknown(bytes: Uint8Array, start: number, end: number): void {
    if (this.#trouble.unknownCalls++ > 0) return;
    this.#trouble.firstUnknownCall = String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 40)));
  }
}

/** `syscall_0x1c3` */
function unknownNumber(bytes: Uint8Array, start: number, end: number): number {
  if (!startsWith(bytes, start, end, UNKNOWN_CALL)) return -1;
  let number = 0;
  for (let at = start + UNKNOWN_CALL.length; at < end; at++) number = number * 16 + hexDigit(bytes[at]!);
  return number <= 0x7fff_ffff ? number : -1;
}

function isSameWord(a: Uint8Array, atA: number, b: Uint8Array, atB: number): boolean {
  let i = 0;
  for (; isWord(a[atA + i] ?? 0); i++) if (a[atA + i] !== b[atB + i]) return false;
  return !isWord(b[atB + i] ?? 0);
}

/** Behind `<... name resumed>`. */
function restOf(bytes: Uint8Array, start: number, end: number): number {
  let at = start + NAME_START;
  while (at < end && isWord(bytes[at]!)) at++;
  return startsWith(bytes, at, end, RESUMED_END) ? at + RESUMED_END.length : at;
}
