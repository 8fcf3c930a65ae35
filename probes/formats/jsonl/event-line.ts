/** The members of one line: numbers are read, what needs the event's description is remembered by its place. */
import { hexDigit } from "../../lines/digits.ts";
import { byteNames } from "../../lines/byte-names.ts";
import { JsonReader } from "./json-reader.ts";

const KEYS = [
  ...["ts", "cpu", "pid", "tid", "tgid", "comm", "event", "probe", "sample", "args", "kstack", "ustack", "lost", "kallsyms", "hindsight"],
  ...["common_flags", "common_preempt_count", "retval", "period", "frequency", "raw", "mapping", "task"],
  ...["arg0", "arg1", "arg2", "arg3", "arg4", "arg5", "arg6", "arg7", "arg8", "arg9"],
] as const;
type Key = (typeof KEYS)[number];
const names = byteNames(KEYS);

export type EventKind = "event" | "probe" | "sample";
export type LineContent = EventKind | "lost" | "kallsyms" | "mapping" | "task" | "header" | "bad";

const NS_PER_SECOND = 1_000_000_000;
const MOST_CPUS = 65_536;
const COMM_BYTES = 15;
/** Where a value is in the line. */
const NOWHERE = -1;

export class EventLine {
  readonly json = new JsonReader();
  content: LineContent = "bad";
  /** ns as words; when it was given in seconds, the nearest double of ns. */
  tsLow = 0;
  tsHigh = 0;
  hasTs = false;
  cpu = 0;
  /** Thread id. */
  pid = 0;
  /** 0: not given. */
  tgid = 0;
  readonly comm = new Uint8Array(COMM_BYTES + 1);
  hasComm = false;
  /** The name of the event, probe or sample. */
  nameStart = 0;
  nameEnd = 0;
  name: Uint8Array = new Uint8Array(0);
  flags = 0;
  preemptCount = 0;
  /** -1: an unknown number. */
  lost = 0;
  period = 0;
  frequency = 0;
  /** Places of values; -1: not there. */
  args = NOWHERE;
  kstack = NOWHERE;
  ustack = NOWHERE;
  raw = NOWHERE;
  text = NOWHERE;
  /** Places of retval and arg0 … arg9, and their keys. */
  readonly ownArgs: { key: string; at: number }[] = [];

  /** `bad`: `json.mistake` and `json.mistakeAt` say why. */
  read(bytes: Uint8Array, start: number, end: number): LineContent {
    const { json } = this;
    json.start(bytes, start, end);
    this.content = "bad";
    this.hasTs = this.hasComm = false;
    this.tsLow = this.tsHigh = 0;
    this.cpu = this.pid = this.tgid = this.flags = this.preemptCount = this.lost = this.period = this.frequency = 0;
    this.args = this.kstack = this.ustack = this.raw = this.text = NOWHERE;
    this.ownArgs.length = 0;
    if (json.object()) {
      do if (!json.key() || !this.#member()) return "bad";
      while (json.moreMembers());
    }
    if (!json.finish()) return "bad";
    return this.#checked(this.content, start);
  }

  #checked(content: LineContent, start: number): LineContent {
    if (content === "bad") this.json.fail('neither "event" nor "probe", "sample" or "lost"', start);
    if (this.hasTs || content === "bad" || content === "kallsyms" || content === "mapping" || content === "header") return content;
    this.json.fail('no "ts"', start);
    return "bad";
  }

  #member(): boolean {
    const { json } = this;
    const index = names.find(json.text, json.textStart, json.textEnd);
    // Members that others may add are skipped.
    if (index < 0) return json.skip();
    const key = KEYS[index]!;
    switch (key) {
      case "event":
      case "probe":
      case "sample":
        return this.#nameOf(key);
      case "ts":
        return this.#time();
      case "comm":
        return this.#commOf();
      case "lost":
        return this.#lostOf();
      case "args":
        this.args = json.at;
        return json.peek() === "object" ? json.skip() : json.fail("args must be an object");
      case "kstack":
        return this.#remember("kstack");
      case "ustack":
        return this.#remember("ustack");
      case "mapping":
        this.content = "mapping";
        this.text = json.at;
        return json.peek() === "object" ? json.skip() : json.fail("mapping must be an object");
      case "task":
        this.content = "task";
        this.text = json.at;
        return json.peek() === "object" ? json.skip() : json.fail("task must be an object");
      case "raw":
        this.raw = json.at;
        return json.string();
      case "kallsyms":
        this.content = "kallsyms";
        this.text = json.at;
        return json.string();
      case "hindsight":
        this.content = "header";
        return json.skip();
      default:
        return this.#numberOf(key);
    }
  }

  #remember(key: "kstack" | "ustack"): boolean {
    this[key] = this.json.at;
    return this.json.peek() === "array" ? this.json.skip() : this.json.fail(`${key} must be an array`);
  }

  #nameOf(kind: EventKind): boolean {
    const { json } = this;
    if (!json.string()) return false;
    // A name with escapes is in the reader's scratch, which the next string overwrites.
    this.name = json.text === json.bytes ? json.text : json.text.slice(json.textStart, json.textEnd);
    this.nameStart = json.text === json.bytes ? json.textStart : 0;
    this.nameEnd = json.text === json.bytes ? json.textEnd : this.name.length;
    this.content = kind;
    return true;
  }

  #commOf(): boolean {
    const { json, comm } = this;
    if (json.peek() === "object") return this.#hexComm();
    if (!json.string()) return false;
    const length = Math.min(json.textEnd - json.textStart, COMM_BYTES);
    for (let i = 0; i <= COMM_BYTES; i++) comm[i] = i < length ? json.text[json.textStart + i]! : 0;
    this.hasComm = length > 0;
    return true;
  }

  /** `{"hex":"ff"}`: a name that is no UTF-8. */
  #hexComm(): boolean {
    const { json, comm } = this;
    if (!json.object() || !json.key() || !json.string()) return json.fail("comm must be a string");
    comm.fill(0);
    for (let i = 0; i < COMM_BYTES && json.textStart + 2 * i + 1 < json.textEnd; i++) {
      const [high, low] = [hexDigit(json.text[json.textStart + 2 * i]!), hexDigit(json.text[json.textStart + 2 * i + 1]!)];
      if (high < 0 || low < 0) return json.fail("comm must be hexadecimal");
      comm[i] = high * 16 + low;
    }
    this.hasComm = comm[0] !== 0;
    return !json.moreMembers() && json.mistake === null;
  }

  /** A whole number is ns, also as a string; one with a decimal point is seconds. */
  #time(): boolean {
    const { json } = this;
    const at = json.at;
    if (!this.#wholeOrText("ts")) return false;
    if (json.isNegative) return json.fail("ts must not be negative", at);
    this.hasTs = true;
    if (json.isInteger) {
      this.tsLow = json.low >>> 0;
      this.tsHigh = json.high >>> 0;
      return true;
    }
    const ns = Math.round(json.double * NS_PER_SECOND);
    this.tsLow = ns % 2 ** 32;
    this.tsHigh = Math.floor(ns / 2 ** 32) % 2 ** 32;
    return true;
  }

  #wholeOrText(key: Key): boolean {
    const { json } = this;
    const at = json.at;
    if (json.peek() === "string") return json.string() && (json.textNumber() || json.fail(`${key} must be a number`, at));
    return json.number();
  }

  #lostOf(): boolean {
    const { json } = this;
    this.content = "lost";
    const { at } = json;
    if (json.peek() === "null") {
      this.lost = -1;
      return json.literal();
    }
    if (!this.#wholeOrText("lost")) return false;
    this.lost = json.double;
    return json.isInteger && !json.isNegative ? true : json.fail("lost must be a number of events, or null", at);
  }

  #numberOf(key: Key): boolean {
    const { json } = this;
    const at = json.at;
    if (key === "retval" || key.startsWith("arg")) {
      this.ownArgs.push({ key, at });
      return json.skip();
    }
    if (!this.#wholeOrText(key)) return false;
    const most = key === "cpu" ? MOST_CPUS - 1 : key === "common_flags" || key === "common_preempt_count" ? 255 : 2 ** 32 - 1;
    if (!json.isInteger || json.isNegative || json.double > most) return json.fail(`${key} must be a whole number up to ${most}`, at);
    const value = json.double;
    switch (key) {
      case "cpu":
        this.cpu = value;
        break;
      case "pid":
      case "tid":
        this.pid = value;
        break;
      case "tgid":
        this.tgid = value;
        break;
      case "common_flags":
        this.flags = value;
        break;
      case "common_preempt_count":
        this.preemptCount = value;
        break;
      case "period":
        this.period = value;
        break;
      case "frequency":
        this.frequency = value;
        break;
      default:
        break;
    }
    return true;
  }
}
