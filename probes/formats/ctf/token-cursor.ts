/** Tokens of TSDL one after the other, and the small things that are made of them. Throws a MetadataError that says the line. */
import { lineOf, MetadataError, tokensOf, type Token } from "./lexer.ts";

export class TokenCursor {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  get isAtEnd(): boolean {
    return this.token.kind === "end";
  }

  /** What cannot be, at the token at hand. */
  error(what: string): MetadataError {
    return new MetadataError(`${lineOf(this.#text, this.token.at)}: ${what}`);
  }

  skip(count: number): void {
    this.#next += count;
  }

  get token(): Token {
    return this.#tokens[this.#next]!;
  }

  after(count: number): string {
    return this.#tokens[Math.min(this.#next + count, this.#tokens.length - 1)]!.text;
  }

  kindAfter(count: number): Token["kind"] {
    return this.#tokens[Math.min(this.#next + count, this.#tokens.length - 1)]!.kind;
  }

  fail(wanted: string): never {
    const { text, kind } = this.token;
    throw this.error(`${wanted} expected, not ${kind === "end" ? "the end" : JSON.stringify(text)}`);
  }

  take(text: string): boolean {
    const isIt = this.token.text === text && (this.token.kind === "sign" || this.token.kind === "word");
    if (isIt) this.#next++;
    return isIt;
  }

  want(text: string): void {
    if (!this.take(text)) this.fail(`"${text}"`);
  }

  word(): string {
    const { kind, text } = this.token;
    if (kind !== "word") this.fail("a name");
    this.#next++;
    return text;
  }

  number(): bigint {
    const negative = this.take("-");
    const token = this.token;
    if (token.kind !== "number") this.fail("a number");
    this.#next++;
    return negative ? -token.value : token.value;
  }

  small(most: number): number {
    const value = this.number();
    if (value < 0n || value > BigInt(most)) throw this.error(`${value} is out of range`);
    return Number(value);
  }

  path(): string {
    const parts = [this.token.kind === "text" ? this.quoted() : this.word()];
    while (this.take(".") || this.take("->")) parts.push(this.word());
    return parts.join(".");
  }

  quoted(): string {
    const { text } = this.token;
    this.#next++;
    return text;
  }

  /** As text, whatever it is. */
  value(): string {
    const { kind, text } = this.token;
    if (kind === "text") return this.quoted();
    if (kind === "word") return this.path();
    if (kind === "number" || text === "-") return String(this.number());
    return this.fail("a value");
  }

  /** Names of several words, `unsigned long *`. */
  words(): string {
    const words: string[] = [];
    while (this.token.kind === "word" || this.token.text === "*") {
      words.push(this.token.text);
      this.#next++;
    }
    if (words.length === 0) this.fail("a name");
    return words.join(" ");
  }

  attributes(): Map<string, string> {
    const values = new Map<string, string>();
    this.want("{");
    while (!this.take("}")) {
      const key = this.path();
      this.want("=");
      values.set(key, this.value());
      this.want(";");
    }
    return values;
  }

  bits(values: ReadonlyMap<string, string>, key: string, otherwise: number, most: number): number {
    const value = Number(values.get(key) ?? otherwise);
    if (!Number.isInteger(value) || value < 1 || value > most) throw this.error(`${key} = ${values.get(key) ?? "nothing"} is out of range`);
    return value;
  }

  align(values: ReadonlyMap<string, string>, otherwise: number): number {
    const align = this.bits(values, "align", otherwise, 4096);
    if ((align & (align - 1)) !== 0) throw this.error(`align = ${align} is no power of two`);
    return align;
  }
}
