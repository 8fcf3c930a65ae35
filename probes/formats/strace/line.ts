/** The head of a line, as the scanner reads it (assembly/line.ts). */
import { form, kind, STATE, state } from "./scanner-layout.ts";
import type { Scanner } from "./scanner.ts";

/**
 * `call`: name(…; `resumed`: <... name resumed>…; `signal`: --- SIGCHLD {…} ---; `end`: +++ exited with 0 +++; `frame`: of a stack,
 * ` > /path(symbol+0x51) [0xf8011]`, ` > unexpected_backtracing_error`; `notice`: strace: Process 12 attached.
 */
export const lineKinds = kind;

/** How times are written: seconds of the epoch, seconds since the last line, time of day, or not at all. */
export const timeForms = form;

const word = (field: number): number => (STATE + field) >> 2;
const double = (field: number): number => (STATE + field) >> 3;

/** Reads the heads of lines, one after the other; the fields are those of the last one. */
export class LineHead {
  /** -1: the line does not say. */
  pid = -1;
  /** Name behind the pid (-Y), empty if there is none. */
  commStart = 0;
  commEnd = 0;
  /** One of timeForms. */
  form: number = form.none;
  /** Since the epoch, midnight or the last line. */
  seconds = 0;
  /** Below a second, ns. */
  fraction = 0;
  /** With -r and another: seconds since the last line, ns; -1 if it is not there. */
  sinceLastNs = -1;
  /** -n; -1 if it is not there. */
  syscall = -1;
  /** -i; 0 if it is not there. */
  ipLow = 0;
  ipHigh = 0;
  /** One of lineKinds. */
  kind: number = kind.other;
  /** Where the rest begins. */
  body = 0;
  /** Of a call: where its name ends, and which one it is (index among those that the scanner was told; -1: none). */
  nameEnd = 0;
  name = -1;
  readonly #scanner: Scanner;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  read(start: number, end: number): void {
    this.#scanner.code.line(start, end);
    this.load();
  }

  /** What the scanner has read last. */
  load(): void {
    const { words, doubles } = this.#scanner;
    this.kind = words[word(state.kind)]!;
    this.pid = words[word(state.pid)]!;
    this.commStart = words[word(state.commStart)]!;
    this.commEnd = words[word(state.commEnd)]!;
    this.form = words[word(state.form)]!;
    this.seconds = doubles[double(state.seconds)]!;
    this.fraction = words[word(state.fraction)]!;
    this.sinceLastNs = doubles[double(state.sinceLast)]!;
    this.syscall = words[word(state.syscall)]!;
    this.ipLow = words[word(state.ipLow)]!;
    this.ipHigh = words[word(state.ipHigh)]!;
    this.body = words[word(state.body)]!;
    this.nameEnd = words[word(state.nameEnd)]!;
    this.name = words[word(state.name)]!;
  }
}
