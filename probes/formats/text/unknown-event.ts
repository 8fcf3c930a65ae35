/** Events that nothing describes: fields by the names that their lines give, found while the text is looked through. */
import { parseEventFormat, type EventFormat } from "../event-format.ts";
import { Decoder, type RecordBuffer } from "./decoder.ts";
import type { Form, FormContext } from "./event-forms.ts";
import { formatText, layOut, type FormatLine } from "./format-text.ts";
import * as kinds from "./steps.ts";
import { bytesOf, step, type Step } from "./steps.ts";

/** What all values of a key are so far; each can become one behind it. */
const order = ["decimal", "unsigned", "hex", "string"] as const;
type Kind = (typeof order)[number];

interface Key {
  /** With what stands in front of it: `prev_pid=` or ` next_pid=`. */
  readonly text: string;
  kind: Kind;
}

const MOST_KEYS = 64;
const latin1 = new TextDecoder("latin1");

/** `key=` or, of system calls, `key: 0x`. */
const KEY = /(?:^|([ ,([{|]))([A-Za-z_]\w*)(=|: (?=0x))/g;

function kindOf(text: string): Kind {
  if (/^-?\d+$/.test(text)) return BigInt(text) >= 1n << 63n ? "unsigned" : "decimal";
  if (/^0x[0-9a-f]{1,16}$/i.test(text)) return "unsigned";
  // `add` and `b` are words, `ffffffff` and `b2` are not.
  return /^(?=.*\d|.{8})[0-9a-f]{1,16}$/i.test(text) ? "hex" : "string";
}

const later = (a: Kind, b: Kind): Kind => (order.indexOf(a) > order.indexOf(b) ? a : b);

const kindOfStep = { decimal: kinds.SIGNED, unsigned: kinds.NUMBER, hex: kinds.BARE_HEX, string: kinds.REST } as const;

export class UnknownEvent {
  readonly category: string;
  readonly name: string;
  readonly id: number;
  readonly #context: FormContext;
  /** In order of the lines. */
  readonly #keys: Key[] = [];
  /** What lines of dynamic events begin with. */
  #head: "none" | "entry" | "return" = "none";
  /** Some line has text behind the name. */
  #hasText = false;
  #form: Form | null = null;
  #format: EventFormat | null = null;
  #text = "";

  constructor(category: string, name: string, id: number, context: FormContext) {
    this.category = category;
    this.name = name;
    this.id = id;
    this.#context = context;
  }

  /** Sees a line's text; the form is good for all that were seen. True: it was another one before. */
  learn(bytes: Uint8Array, from: number, end: number, record: RecordBuffer): boolean {
    const before = this.#form;
    const isFirstText = from < end && !this.#hasText;
    if (isFirstText) this.#hasText = true;
    if (before !== null && !isFirstText && before.decoder.decode(bytes, from, end, record) >= 0) return false;
    let text = latin1.decode(bytes.subarray(from, end));
    const head = /^\((\S+(?: \[\w+\])?)( <- (\S+(?: \[\w+\])?))?\)(?: |$)/.exec(text);
    if (head !== null) {
      this.#head = head[2] === undefined ? "entry" : "return";
      text = text.slice(head[0].trimEnd().length);
    }
    const found = [...text.matchAll(KEY)];
    found.forEach((match, i) => {
      const start = match.index + match[0].length;
      const value = text.slice(start, found[i + 1]?.index);
      this.#see(
        `${match[1] ?? ""}${match[2]!}${match[3]!}`,
        value,
        i === 0 ? null : `${found[i - 1]![1] ?? ""}${found[i - 1]![2]!}${found[i - 1]![3]!}`,
      );
    });
    this.#build();
    return before !== null;
  }

  #see(text: string, value: string, before: string | null): void {
    // What brackets, commas and further words follow is none of the value, unless it is a string anyway.
    const word = /^"?([^\s,)\]}|]*)/.exec(value)![1]!;
    const kind = value.startsWith('"') ? "string" : kindOf(word);
    const known = this.#keys.find((key) => key.text === text);
    if (known !== undefined) known.kind = later(known.kind, kind);
    else if (this.#keys.length < MOST_KEYS) this.#keys.splice(this.#keys.findIndex((key) => key.text === before) + 1, 0, { text, kind });
  }

  #build(): void {
    const head = { none: [], entry: ["__probe_ip"], return: ["__probe_func", "__probe_ret_ip"] }[this.#head];
    const names = new Set<string>(head);
    const keys = this.#keys.filter(({ text }) => {
      const name = nameOf(text);
      return !names.has(name) && names.add(name);
    });
    const lines: Omit<FormatLine, "offset">[] = [
      ...head.map((name) => ({ decl: `unsigned long ${name}`, sizeBytes: 8, signed: false })),
      ...keys.map(({ text, kind }) =>
        kind === "string"
          ? { decl: `__data_loc char[] ${nameOf(text)}`, sizeBytes: 4, signed: true }
          : { decl: `${kind === "decimal" ? "s64" : "u64"} ${nameOf(text)}`, sizeBytes: 8, signed: kind === "decimal" },
      ),
    ];
    const placed = layOut(lines);
    this.#text = formatText({ name: this.name, id: this.id, fields: placed.fields, printFormat: '""' });
    this.#format = parseEventFormat(this.#text);
    const own = placed.fields.slice(head.length);
    const steps = [...this.#headSteps(placed.fields), ...own.flatMap((field, i) => stepsOf(keys[i]!, field, keys[i + 1]))];
    this.#form = { decoder: new Decoder(this.id, placed.sizeBytes, steps, this.#context.symbols, true), told: names };
  }

  #headSteps([first, second]: readonly FormatLine[]): Step[] {
    if (this.#head === "none" || first === undefined) return [];
    const [a, b] = this.#context.callerFirst ? [second, first] : [first, second];
    const code = (field: FormatLine | undefined): Step =>
      step(kinds.CODE, { offset: field?.offset ?? 0, sizeBytes: field?.sizeBytes ?? 0 });
    const text = (sign: string): Step => step(kinds.LITERAL, { text: bytesOf(sign) });
    if (this.#head === "entry") return [text("("), code(first), text(")")];
    return [text("("), code(a), text(" <- "), code(b), text(")")];
  }

  get form(): Form | null {
    return this.#form;
  }

  get format(): EventFormat | null {
    return this.#format;
  }

  formatText(): string {
    return this.#text;
  }

  /** There is text without a key, of which no field can be made. Names alone (perf script -F without trace) are events without fields. */
  get isFreeText(): boolean {
    return this.#hasText && this.#keys.length === 0 && this.#head === "none";
  }
}

const nameOf = (text: string): string => /[A-Za-z_]\w*/.exec(text)![0];

function stepsOf(key: Key, field: FormatLine, next: Key | undefined): Step[] {
  const { offset, sizeBytes } = field;
  const isString = key.kind === "string";
  return [
    step(kinds.IF_THERE, { text: bytesOf(key.text) }),
    step(kindOfStep[key.kind], { offset, sizeBytes, text: bytesOf(isString && next !== undefined ? next.text : "") }),
  ];
}
