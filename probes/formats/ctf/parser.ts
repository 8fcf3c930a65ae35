/** TSDL as LTTng, babeltrace and perf write it: declarations of types, and blocks with attributes. Source: CTF 1.8.3, "TSDL". */
import { MetadataError } from "./lexer.ts";
import { TokenCursor } from "./token-cursor.ts";
import type { CtfField, CtfType, EnumRange, IntegerType } from "./types.ts";

/** `key = value;` by key, and `path := type;` by path. */
export interface Block {
  /** trace, stream, event, clock, env. */
  readonly kind: string;
  readonly values: ReadonlyMap<string, string>;
  readonly types: ReadonlyMap<string, CtfType>;
}

const MOST_DEPTH = 64;
const MOST_BITS = 64;

type Scope = Map<string, CtfType>;

class Parser {
  readonly #cursor: TokenCursor;
  #depth = 0;
  readonly #scopes: Scope[] = [new Map<string, CtfType>()];

  constructor(text: string) {
    this.#cursor = new TokenCursor(text);
  }

  blocks(): Block[] {
    const blocks: Block[] = [];
    while (!this.#cursor.isAtEnd) {
      if (this.#cursor.take(";")) continue;
      if (["trace", "stream", "event", "clock", "env", "callsite"].includes(this.#cursor.token.text) && this.#cursor.after(1) === "{")
        blocks.push(this.#block());
      else this.#declaration();
    }
    return blocks;
  }

  #block(): Block {
    const kind = this.#cursor.word();
    this.#cursor.want("{");
    this.#scopes.push(new Map<string, CtfType>());
    const values = new Map<string, string>();
    const types = new Map<string, CtfType>();
    while (!this.#cursor.take("}")) {
      if (this.#cursor.take(";")) continue;
      if (this.#isDeclaration()) {
        this.#declaration();
        continue;
      }
      const path = this.#cursor.path();
      if (this.#cursor.take(":=")) types.set(path, this.#type());
      else {
        this.#cursor.want("=");
        values.set(path, this.#cursor.value());
      }
      this.#cursor.want(";");
    }
    this.#scopes.pop();
    return { kind, values, types };
  }

  #isDeclaration(): boolean {
    const { text } = this.#cursor.token;
    const next = this.#cursor.after(1);
    if (next === "=" || next === ":=" || next === ".") return false;
    return ["typealias", "typedef", "struct", "variant", "enum"].includes(text);
  }

  #declaration(): void {
    if (this.#cursor.take("typealias")) {
      const type = this.#brackets(this.#type());
      this.#cursor.want(":=");
      this.#name(this.#cursor.words(), type);
    } else if (this.#cursor.take("typedef")) {
      const type = this.#type();
      const name = this.#cursor.word();
      this.#name(name, this.#brackets(type));
    } else this.#type();
    this.#cursor.want(";");
  }

  #name(name: string, type: CtfType): void {
    this.#scopes.at(-1)!.set(name, type);
  }

  #find(name: string): CtfType {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const type = this.#scopes[i]!.get(name);
      if (type !== undefined) return type;
    }
    throw this.#cursor.error(`the type ${name} is not declared`);
  }

  #type(): CtfType {
    if (++this.#depth > MOST_DEPTH) throw new MetadataError(`types are nested more than ${MOST_DEPTH} deep`);
    const type = this.#anyType();
    this.#depth--;
    return type;
  }

  #anyType(): CtfType {
    if (this.#cursor.take("const")) return this.#anyType();
    if (this.#cursor.token.text === "integer" && this.#cursor.after(1) === "{") return this.#integer();
    if (this.#cursor.token.text === "floating_point" && this.#cursor.after(1) === "{") return this.#float();
    if (this.#cursor.take("string")) {
      if (this.#cursor.token.text === "{") this.#cursor.attributes();
      return { kind: "string" };
    }
    if (this.#cursor.take("struct")) return this.#struct();
    if (this.#cursor.take("variant")) return this.#variant();
    if (this.#cursor.take("enum")) return this.#enum();
    return this.#alias();
  }

  /** The longest run of words that is a type: the last word may be the field's name. */
  #alias(): CtfType {
    let count = 0;
    while (this.#cursor.kindAfter(count) === "word" || this.#cursor.after(count) === "*") count++;
    for (let length = count; length > 0; length--) {
      const name = Array.from({ length }, (_, i) => this.#cursor.after(i)).join(" ");
      if (!this.#scopes.some((scope) => scope.has(name))) continue;
      this.#cursor.skip(length);
      return this.#find(name);
    }
    if (count === 0) this.#cursor.fail("a type");
    return this.#find(this.#cursor.token.text);
  }

  #integer(): IntegerType {
    this.#cursor.want("integer");
    const values = this.#cursor.attributes();
    const sizeBits = this.#cursor.bits(values, "size", 0, MOST_BITS);
    const order = values.get("byte_order") ?? "native";
    const encoding = (values.get("encoding") ?? "none").toLowerCase();
    return {
      kind: "integer",
      sizeBits,
      alignBits: this.#cursor.align(values, sizeBits % 8 === 0 ? 8 : 1),
      signed: /^(true|1)$/i.test(values.get("signed") ?? ""),
      byteOrder: order === "le" || order === "native" ? order : "be",
      isText: encoding === "utf8" || encoding === "ascii",
      clock: /^clock\.(.+)\.value$/.exec(values.get("map") ?? "")?.[1] ?? null,
    };
  }

  #float(): CtfType {
    this.#cursor.want("floating_point");
    const values = this.#cursor.attributes();
    const sizeBits = this.#cursor.bits(values, "exp_dig", 0, 64) + this.#cursor.bits(values, "mant_dig", 0, 128);
    return { kind: "float", sizeBits, alignBits: this.#cursor.align(values, 8) };
  }

  #struct(): CtfType {
    const name = this.#cursor.token.kind === "word" ? this.#cursor.word() : null;
    if (this.#cursor.token.text !== "{") return this.#find(`struct ${name ?? ""}`);
    const fields = this.#fields();
    let alignBits = 1;
    if (this.#cursor.take("align")) {
      this.#cursor.want("(");
      alignBits = this.#cursor.align(new Map([["align", String(this.#cursor.number())]]), 1);
      this.#cursor.want(")");
    }
    const type: CtfType = { kind: "struct", fields, alignBits };
    if (name !== null) this.#name(`struct ${name}`, type);
    return type;
  }

  #variant(): CtfType {
    const name = this.#cursor.token.kind === "word" ? this.#cursor.word() : null;
    let tag: string | null = null;
    if (this.#cursor.take("<")) {
      tag = this.#cursor.path();
      this.#cursor.want(">");
    }
    if (this.#cursor.token.text !== "{") {
      const known = this.#find(`variant ${name ?? ""}`);
      return known.kind === "variant" ? { ...known, tag: tag ?? known.tag } : known;
    }
    const type: CtfType = { kind: "variant", tag, options: this.#fields() };
    if (name !== null) this.#name(`variant ${name}`, type);
    return type;
  }

  #fields(): CtfField[] {
    this.#cursor.want("{");
    this.#scopes.push(new Map<string, CtfType>());
    const fields: CtfField[] = [];
    while (!this.#cursor.take("}")) {
      if (["typealias", "typedef"].includes(this.#cursor.token.text)) {
        this.#declaration();
        continue;
      }
      const type = this.#type();
      if (this.#cursor.take(";")) continue;
      do {
        const name = this.#cursor.word();
        fields.push({ name, type: this.#brackets(type) });
      } while (this.#cursor.take(","));
      this.#cursor.want(";");
    }
    this.#scopes.pop();
    return fields;
  }

  /** `a[2][3]`: two arrays of three. */
  #brackets(type: CtfType): CtfType {
    if (!this.#cursor.take("[")) return type;
    let length: number | string;
    if (this.#cursor.token.kind === "number") length = this.#cursor.small(2 ** 24);
    else length = this.#cursor.path();
    this.#cursor.want("]");
    const of = this.#brackets(type);
    return typeof length === "number" ? { kind: "array", of, length } : { kind: "sequence", of, length };
  }

  #enum(): CtfType {
    const name = this.#cursor.token.kind === "word" ? this.#cursor.word() : null;
    let container: CtfType | null = null;
    if (this.#cursor.take(":")) container = this.#type();
    if (this.#cursor.token.text !== "{") return this.#find(`enum ${name ?? ""}`);
    container ??= this.#find("int");
    if (container.kind !== "integer") throw this.#cursor.error(`an enum is no integer`);
    const ranges = this.#ranges();
    const type: CtfType = { kind: "enum", container, ranges };
    if (name !== null) this.#name(`enum ${name}`, type);
    return type;
  }

  #ranges(): EnumRange[] {
    const ranges: EnumRange[] = [];
    let next = 0;
    this.#cursor.want("{");
    while (!this.#cursor.take("}")) {
      const name = this.#cursor.token.kind === "text" ? this.#cursor.quoted() : this.#cursor.word();
      let [from, to] = [next, next];
      if (this.#cursor.take("=")) {
        from = Number(this.#cursor.number());
        to = this.#cursor.take("...") ? Number(this.#cursor.number()) : from;
      }
      ranges.push({ name, from, to });
      next = to + 1;
      if (!this.#cursor.take(",") && this.#cursor.token.text !== "}") this.#cursor.fail('"," or "}"');
    }
    return ranges;
  }
}

/** Throws a MetadataError that says the line. */
export const parseMetadata = (text: string): Block[] => new Parser(text).blocks();
