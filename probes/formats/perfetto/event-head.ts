/** What every FtraceEvent begins with, read at once: recorders write the time, the pid and the event's own message, in that order. */
import { event } from "./fields.ts";
import { BYTES, Message, VARINT } from "./message.ts";

const TIME_TAG = event.timestamp * 8 + VARINT;
const PID_TAG = event.pid * 8 + VARINT;
/** Bytes of the low 28 bits of a number. */
const LOW_BYTES = 4;

export class EventHead {
  /** Time in ns, both halves; it has none where `hasTime` is not. */
  hasTime = false;
  lo = 0;
  hi = 0;
  pid = 0;
  flags = 0;
  /** The field of its own message, 0: it has none; and where that is. */
  id = 0;
  start = 0;
  stop = 0;
  readonly #message = new Message();

  read(bytes: Uint8Array, start: number, stop: number): void {
    this.flags = 0;
    if (!this.#quick(bytes, start, stop)) this.#slow(bytes, start, stop);
  }

  /** False: it is written otherwise. */
  #quick(bytes: Uint8Array, start: number, stop: number): boolean {
    // What is read behind the end leads to no length that fits.
    if (bytes[start] !== TIME_TAG) return false;
    let at = start + 1;
    let [lo, hi, shift] = [0, 0, 0];
    let byte = 0x80;
    for (; shift < 7 * LOW_BYTES && byte >= 0x80; shift += 7) {
      byte = bytes[at++]!;
      lo |= (byte & 0x7f) << shift;
    }
    if (byte >= 0x80) {
      byte = bytes[at++]!;
      lo |= (byte & 0x7f) << 28;
      hi = (byte & 0x7f) >>> 4;
      for (shift = 3; shift <= 31 && byte >= 0x80; shift += 7) {
        byte = bytes[at++]!;
        hi |= (byte & 0x7f) << shift;
      }
      if (byte >= 0x80) return false;
    }
    if (bytes[at++] !== PID_TAG) return false;
    let pid = 0;
    for (shift = 0, byte = 0x80; shift < 7 * LOW_BYTES && byte >= 0x80; shift += 7) {
      byte = bytes[at++]!;
      pid |= (byte & 0x7f) << shift;
    }
    if (byte >= 0x80) return false;
    const first = bytes[at++]!;
    const second = first >= 0x80 ? bytes[at++]! : 0;
    const tag = (first & 0x7f) | (second << 7);
    const low = bytes[at++]!;
    const high = low >= 0x80 ? bytes[at++]! : 0;
    const length = (low & 0x7f) | (high << 7);
    if (second >= 0x80 || high >= 0x80 || (tag & 7) !== BYTES || at + length !== stop) return false;
    this.hasTime = true;
    this.lo = lo;
    this.hi = hi;
    this.pid = pid;
    this.id = tag >>> 3;
    this.start = at;
    this.stop = stop;
    return this.id !== 0;
  }

  #slow(bytes: Uint8Array, start: number, stop: number): void {
    const message = this.#message.open(bytes, start, stop);
    this.hasTime = false;
    this.pid = 0;
    this.id = 0;
    while (message.next()) {
      if (message.wire === BYTES) {
        this.id = message.field;
        this.start = message.start;
        this.stop = message.stop;
      } else if (message.field === event.timestamp) {
        this.hasTime = true;
        this.lo = message.lo;
        this.hi = message.hi;
      } else if (message.field === event.pid) this.pid = message.lo;
      else if (message.field === event.flags) this.flags = message.lo;
    }
  }
}
