/** Lines that begin or end system calls. */
import { codes, startsWith } from "../../lines/byte-text.ts";
import { allSyscalls, callNamesOf, type Syscall, type SyscallArchitecture } from "../../kernel/syscalls/syscalls.ts";
import type { WantedRecords } from "../../recording.ts";
import type { Batch } from "../../stream/batch.ts";
import { byteNames } from "../../lines/byte-names.ts";
import { CallEncoder, ResultReader } from "./call-encoder.ts";
import { CallText } from "./call-text.ts";
import type { CallEvents } from "./events.ts";
import type { Frames } from "./frames.ts";
import { JoinedText } from "./joined-text.ts";
import { LineHead } from "./line.ts";
import { hexDigit } from "../../lines/digits.ts";
import type { Constants } from "./number.ts";
import { NO_PID, type Resumes } from "./resumes.ts";
import * as events from "./task-events.ts";
import { STATE, state } from "./scanner-layout.ts";
import type { Scanner } from "./scanner.ts";
import type { Task, TaskTable } from "./tasks.ts";
import { isWord } from "./words.ts";
import type { TextWindow } from "../../lines/text-window.ts";
import type { Turns } from "./turns.ts";
import type { Trouble } from "./trouble.ts";

const UNFINISHED = codes("<unfinished ...>");
const RESUMED_END = codes(" resumed>");
const UNKNOWN_CALL = codes("syscall_0x");
const FLAGS = codes("flags=");
const NAME_START = "<... ".length;
const [QUOTE, GREATER] = [0x22, 0x3e];
const PR_SET_NAME = 15;
const MOST_SKEW_NS = 1e9;
const SERIAL = (STATE + state.serial) >> 2;

export interface CallsOptions {
  readonly constants: Constants;
  readonly architecture: SyscallArchitecture;
  readonly calls: readonly CallEvents[];
  readonly window: TextWindow;
  readonly resumes: Resumes;
  readonly queue: Turns;
  readonly tasks: TaskTable;
  readonly frames: Frames;
  readonly scanner: Scanner;
}

/** What strace may call a call, in the order that the scanner numbers them in. */
function namedCalls(): readonly { readonly name: string; readonly syscall: Syscall }[] {
  return allSyscalls().flatMap((syscall) => callNamesOf(syscall.name).map((name) => ({ name, syscall })));
}

/** One line's text; the same object for all lines. */
export interface LineText {
  bytes: Uint8Array;
  start: number;
  end: number;
}

export class Calls {
  readonly encoder: CallEncoder;
  readonly #trouble: Trouble;
  readonly #options: CallsOptions;
  readonly #callOfName: readonly (CallEvents | null)[];
  readonly #numberOfName: readonly number[];
  readonly #args: CallText;
  readonly #result: ResultReader;
  readonly #joined: JoinedText;
  readonly #ahead: LineHead;
  /** Of the name that was read last. */
  #call: CallEvents | null = null;
  #number = -1;

  constructor(options: CallsOptions, trouble: Trouble) {
    this.#options = options;
    this.#trouble = trouble;
    this.encoder = new CallEncoder(options.constants, options.calls, options.frames);
    this.#result = new ResultReader(this.encoder.numbers);
    this.#args = new CallText(options.scanner);
    this.#joined = new JoinedText(options.scanner, options.scanner.joined[1]);
    this.#ahead = new LineHead(options.scanner);
    const byName = new Map(options.calls.map((call) => [call.syscall.name, call]));
    const named = namedCalls();
    options.scanner.setCalls(byteNames(named.map(({ name }) => name)));
    this.#callOfName = named.map(({ syscall }) => byName.get(syscall.name) ?? null);
    this.#numberOfName = named.map(({ syscall }) => syscall.numbers[options.architecture] ?? -1);
  }

  rewind(wanted: WantedRecords | null): void {
    this.encoder.rewind();
    this.encoder.want(wanted);
    const { scanner } = this.#options;
    scanner.words[SERIAL] = 0;
    const { bareIds } = scanner;
    for (const [name, call] of this.#callOfName.entries())
      bareIds[name] = call !== null && this.#numberOfName[name]! >= 0 && this.encoder.isBare(call) ? call.enterId : 0;
  }

  #nextSerial(): number {
    return this.#options.scanner.words[SERIAL]!++;
  }

  /** `name(… = …` or `name(… <unfinished ...>`; `offset`: of the line in the file. */
  begin(task: Task, head: LineHead, line: LineText, time: number, offset: number): void {
    const { bytes, end } = line;
    const open = head.nameEnd;
    this.#named(head.name, bytes, head.body, open, head.syscall);
    if (this.#call === null) this.#countUnknown(bytes, head.body, open);
    const isUnfinished = bytes[end - 1] === GREATER && startsWith(bytes, end - UNFINISHED.length, end, UNFINISHED);
    const { pending } = task;
    pending.call = this.#call;
    pending.number = this.#number;
    pending.time = this.#entryTime(task, time);
    pending.serial = this.#nextSerial();
    if (isUnfinished) {
      this.#unfinished(task, bytes, open + 1, end - UNFINISHED.length, offset, head);
      return;
    }
    pending.active = false;
    this.#args.split(open + 1, end);
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
    queue.add(batch, pending.time);
  }

  /** The entry has the arguments that strace writes when the call is over, if that line is near. */
  #unfinished(task: Task, bytes: Uint8Array, start: number, end: number, offset: number, head: LineHead): void {
    const { pending } = task;
    const { window, frames } = this.#options;
    pending.active = true;
    pending.text.length = 0;
    pending.text.add(bytes, start, end);
    const joined = this.#joined;
    joined.clear();
    joined.add(bytes, start, end);
    const resume = this.#resumeOf(task, head, bytes, offset);
    if (resume >= 0) {
      const stop = window.lineEnd(resume);
      this.#ahead.read(resume, stop);
      joined.add(window.bytes, restOf(window.bytes, this.#ahead.body, stop), stop);
      frames.read(window, stop + 1, head.ipLow, head.ipHigh);
    } else frames.clear();
    this.#args.split(joined.start, joined.end);
    const { call } = pending;
    const isShort = resume < 0 && call !== null && this.#args.count < call.kinds.length;
    if (isShort && !this.encoder.isBare(call)) this.#trouble.lateArguments++;
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
    const scanned = pending.scannedName;
    if (scanned >= 0) pending.adopt(this.#callOfName[scanned]!, this.#numberOfName[scanned]!);
    const rest = restOf(bytes, head.body, end);
    const joined = this.#joined;
    joined.clear();
    if (!pending.active) {
      // The call began before the text did.
      const name = head.body + NAME_START;
      const nameEnd = wordEnd(bytes, name, end);
      this.#named(this.#options.scanner.code.callNamed(name, nameEnd), bytes, name, nameEnd, head.syscall);
      pending.call = this.#call;
      pending.number = this.#number;
      pending.time = time;
      pending.serial = this.#nextSerial();
    } else joined.add(pending.text.bytes, 0, pending.text.length);
    joined.add(bytes, rest, end);
    this.#args.split(joined.start, joined.end);
    if (!pending.active) this.#args.count = 0;
    pending.active = false;
    frames.read(window, window.next, head.ipLow, head.ipHigh);
    this.encoder.read(pending.call, joined.bytes, this.#args, pending.serial);
    this.#return(task, joined.bytes, joined.end, time);
  }

  /** `resumedAt`: time of the line where the call ends, -1: the one where it began. */
  #return(task: Task, text: Uint8Array, end: number, resumedAt: number): void {
    const { pending } = task;
    const { queue } = this.#options;
    if (!this.#args.isValue && !this.#readResult(text, end)) {
      this.#options.tasks.endFork(task);
      return;
    }
    const { low, high, duration } = this.#args;
    if (duration < 0 && resumedAt < 0) this.#trouble.timelessReturns++;
    const time = duration >= 0 ? pending.time + duration : Math.max(pending.time, resumedAt);
    task.returnedAt = time;
    const batch = queue.take();
    this.#effects(batch, task, text, low, high);
    this.encoder.exit(batch, task, pending.call, pending.number, text, low, high);
    queue.add(batch, time);
  }

  /** A result that the scanner left; false: the call did not return, or it cannot be read. */
  #readResult(text: Uint8Array, end: number): boolean {
    const args = this.#args;
    const result = this.#result;
    const kind = args.result < 0 ? "unknown_error" : result.read(text, args.result, end);
    if (kind === "unknown_error") this.#trouble.unreadResults++;
    if (kind !== "value") return false;
    args.low = result.low;
    args.high = result.high;
    args.duration = this.#options.scanner.code.duration(result.end, end);
    return true;
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

  /** `index`: of the name at [start, end); `printed`: its number (-n), -1 if it is not there. */
  #named(index: number, bytes: Uint8Array, start: number, end: number, printed: number): void {
    this.#call = index < 0 ? null : this.#callOfName[index]!;
    this.#number = index < 0 ? unknownNumber(bytes, start, end) : this.#numberOfName[index]!;
    if (printed >= 0) this.#number = printed;
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
  const at = wordEnd(bytes, start + NAME_START, end);
  return startsWith(bytes, at, end, RESUMED_END) ? at + RESUMED_END.length : at;
}

function wordEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isWord(bytes[at]!)) at++;
  return at;
}
