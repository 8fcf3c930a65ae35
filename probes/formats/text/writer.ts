/** Writes records of text lines: with the head of their line, at their time. */
import { NO_ROOM, type PageWriter } from "../../stream/page-writer.ts";
import type { RecordBuffer } from "./decoder.ts";
import type { LineHead } from "./head.ts";

const BILLION = 1e9;
/** Stands for the pid of a line that tells none. */
const NOBODY = 0;

export class TextWriter {
  /** Seconds of the clock that the stream's times count from. */
  readonly baseSeconds: number;
  readonly record: RecordBuffer;
  /** Where records go; set for each window. */
  pages: PageWriter | null = null;

  constructor(record: RecordBuffer, baseSeconds: number) {
    this.record = record;
    this.baseSeconds = baseSeconds;
  }

  /** Of the line, in ns from the base. */
  timeOf(head: LineHead): number {
    const ns = (head.seconds - this.baseSeconds) * BILLION + head.nanoseconds;
    return ns > 0 ? ns : 0;
  }

  /** Appends the record of `length` bytes; false: there is no room in the window. */
  put(head: LineHead, ns: number, length: number): boolean {
    const { bytes, view } = this.record;
    bytes[2] = head.flags;
    bytes[3] = head.preempt;
    view.setInt32(4, head.pid < 0 ? NOBODY : head.pid, true);
    const pages = this.pages!;
    const at = pages.begin(ns, head.cpu, length);
    if (at === NO_ROOM) return false;
    const to = pages.view;
    let i = 0;
    for (; i + 4 <= length; i += 4) to.setInt32(at + i, view.getInt32(i, true), true);
    for (; i < length; i++) to.setUint8(at + i, bytes[i]!);
    return true;
  }

  /** Begins a record of the event with all bytes up to `length` zero. */
  begin(eventId: number, length: number): void {
    this.record.bytes.fill(0, 0, length);
    this.record.view.setUint16(0, eventId, true);
  }
}
