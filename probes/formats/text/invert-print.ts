/** From what an event prints to the steps that read it back. */
import type { EventFormat, FormatField } from "../event-format.ts";
import type { Expr } from "./c-expression.ts";
import { COMMON_BYTES } from "./format-text.ts";
import type { PrintPart } from "./print-format.ts";
import * as kinds from "./steps.ts";
import { bytesOf, namedValues, step, type Step } from "./steps.ts";

export interface Inversion {
  readonly steps: readonly Step[];
  /** Fields whose whole value the text tells. */
  readonly told: ReadonlySet<string>;
}

/** Bytes of a record without what lies behind its __data_locs. */
export const fixedBytesOf = (format: EventFormat): number =>
  format.fields.reduce((most, field) => Math.max(most, field.offset + field.sizeBytes), COMMON_BYTES);

type Conversion = Extract<PrintPart, { readonly kind: "conversion" }>;

/** Which bits of which field a number shows: (field >> shift) & mask, of one element if it is an array. */
interface Shown {
  readonly field: FormatField;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly shift: number;
  readonly mask: bigint;
}

const ALL_BITS = (1n << 64n) - 1n;
const bitsOf = (sizeBytes: number): bigint => (1n << BigInt(8 * sizeBytes)) - 1n;
const isNumberSize = (sizeBytes: number): boolean => [1, 2, 4, 8].includes(sizeBytes);

const kindOfNumber: Readonly<Record<string, number>> = {
  d: kinds.DECIMAL,
  u: kinds.DECIMAL,
  x: kinds.HEX,
  o: kinds.OCTAL,
  c: kinds.CHAR,
  p: kinds.HEX,
};

const isTruth = (type: string): boolean => /^(?:bool|_Bool)$/.test(type);

class Inverter {
  readonly steps: Step[] = [];
  readonly #fields: ReadonlyMap<string, FormatField>;
  /** Bits and bytes that were told, by field. */
  readonly #toldBits = new Map<string, bigint>();
  readonly #told = new Set<string>();
  readonly #longBytes: number;

  constructor(format: EventFormat, longBytes: number) {
    this.#fields = new Map(format.fields.filter(({ common }) => !common).map((field) => [field.name, field]));
    this.#longBytes = longBytes;
  }

  told(): Set<string> {
    for (const [name, bits] of this.#toldBits) {
      const all = bitsOf(this.#fields.get(name)!.sizeBytes);
      if ((bits & all) === all) this.#told.add(name);
    }
    return this.#told;
  }

  #shown(expr: Expr): Shown | null {
    if (expr.kind === "field") {
      const field = this.#fields.get(expr.name);
      if (field === undefined || field.loc !== "inline") return null;
      if (expr.index === null) {
        if (field.length !== null || !isNumberSize(field.sizeBytes)) return null;
        return { field, offset: field.offset, sizeBytes: field.sizeBytes, shift: 0, mask: ALL_BITS };
      }
      const count = typeof field.length === "number" ? field.length : field.sizeBytes / this.#longBytes;
      const sizeBytes = field.sizeBytes / count;
      if (!isNumberSize(sizeBytes) || expr.index >= BigInt(count)) return null;
      return { field, offset: field.offset + Number(expr.index) * sizeBytes, sizeBytes, shift: 0, mask: ALL_BITS };
    }
    // `pfn != -1UL ? pfn : 0`
    if (expr.kind === "choice") return expr.no.kind === "number" ? this.#shown(expr.yes) : null;
    if (expr.kind !== "binary" || expr.right.kind !== "number") return null;
    const inner = this.#shown(expr.left);
    const { value } = expr.right;
    if (inner === null || inner.mask !== ALL_BITS) return null;
    if (expr.op === ">>" && value < 64n) return { ...inner, shift: inner.shift + Number(value) };
    return expr.op === "&" ? { ...inner, mask: value } : null;
  }

  #tell({ field, offset, sizeBytes, shift, mask }: Shown): void {
    const at = BigInt(8 * (offset - field.offset) + shift);
    const bits = ((mask << BigInt(shift)) & bitsOf(sizeBytes)) >> BigInt(shift);
    this.#toldBits.set(field.name, (this.#toldBits.get(field.name) ?? 0n) | (bits << at));
  }

  #place(shown: Shown): Pick<Step, "offset" | "sizeBytes" | "shift" | "merge"> {
    const { offset, sizeBytes, shift, mask } = shown;
    return { offset, sizeBytes, shift, merge: shift > 0 || mask !== ALL_BITS };
  }

  literal(text: string): void {
    this.steps.push(step(kinds.LITERAL, { text: bytesOf(text) }));
  }

  /** `until`: what follows it. */
  conversion({ type, suffix, arg }: Conversion, until: Partial<Step>): void {
    if (type === "s") this.steps.push(...this.#text(arg, until));
    else if (type === "p" && suffix !== "" && !/^[xK]$/.test(suffix)) this.steps.push(this.#pointer(suffix, arg, until));
    else this.steps.push(this.#number(type, arg, until));
  }

  #number(type: string, arg: Expr, until: Partial<Step>): Step {
    const kind = kindOfNumber[type];
    if (kind === undefined) return step(kinds.SKIP, until);
    const shown = this.#shown(arg);
    if (shown === null) return step(kind === kinds.CHAR ? kinds.CHAR : kinds.SKIP, until);
    this.#tell(shown);
    return step(kind, this.#place(shown));
  }

  #pointer(suffix: string, arg: Expr, until: Partial<Step>): Step {
    if (/^[sSfFB]/.test(suffix)) {
      const shown = this.#shown(arg);
      if (shown === null) return step(kinds.SKIP, until);
      this.#tell(shown);
      return step(kinds.SYMBOL, this.#place(shown));
    }
    const field = arg.kind === "field" && arg.index === null ? this.#fields.get(arg.name) : undefined;
    const skip = step(kinds.SKIP, until);
    if (field === undefined || field.loc !== "inline") return skip;
    const { offset, sizeBytes, name } = field;
    const found = /^[iI]4/.test(suffix)
      ? sizeBytes === 4 && step(kinds.IPV4, { offset, sizeBytes })
      : /^[iI]6/.test(suffix)
        ? sizeBytes === 16 && step(kinds.IPV6, { offset, sizeBytes })
        : /^M/.test(suffix) && sizeBytes === 6 && step(kinds.HEX_BYTES, { offset, sizeBytes });
    if (found === false) return skip;
    this.#told.add(name);
    return found;
  }

  #text(arg: Expr, until: Partial<Step>): Step[] {
    if (arg.kind === "field" && arg.index === null) {
      const field = this.#fields.get(arg.name);
      const isChars = field !== undefined && field.loc === "inline" && field.length !== null && /\bchar$/.test(field.type);
      if (!isChars || field.sizeBytes === 0) return [step(kinds.SKIP, until)];
      this.#told.add(field.name);
      return [step(kinds.TEXT, { ...until, offset: field.offset, sizeBytes: field.sizeBytes })];
    }
    if (arg.kind === "call") return this.#call(arg.name, arg.args, until);
    if (arg.kind === "choice") return this.#choice(arg, until);
    return [step(kinds.SKIP, until)];
  }

  #call(name: string, args: readonly Expr[], until: Partial<Step>): Step[] {
    const first = args[0] ?? { kind: "unknown" };
    if (name === "__get_str" || name === "__get_rel_str") return [this.#string(this.#fieldArgument(args), until)];
    if (name === "__print_symbolic" || name === "__print_symbolic_u64")
      return [this.#names(kinds.SYMBOLIC, first, args.slice(1), "", until)];
    if (name === "__print_flags" || name === "__print_flags_u64") {
      const between = args[1]?.kind === "string" ? args[1].text : "";
      return [this.#names(kinds.FLAGS, first, args.slice(2), between, until)];
    }
    if (name === "__print_hex" || name === "__print_hex_str") {
      const field = first.kind === "field" && first.index === null ? this.#fields.get(first.name) : undefined;
      const count = args[1]?.kind === "number" ? Number(args[1].value) : 0;
      if (field === undefined || field.loc !== "inline" || field.sizeBytes !== count) return [step(kinds.SKIP, until)];
      this.#told.add(field.name);
      return [step(kinds.HEX_BYTES, { offset: field.offset, sizeBytes: count })];
    }
    return [step(kinds.SKIP, until)];
  }

  /** The argument of __get_str() is a name alone, which is no expression. */
  #fieldArgument(args: readonly Expr[]): FormatField | undefined {
    const [arg] = args;
    return arg?.kind === "name" ? this.#fields.get(arg.name) : undefined;
  }

  #string(field: FormatField | undefined, until: Partial<Step>): Step {
    if (field === undefined || field.loc === "inline") return step(kinds.SKIP, until);
    this.#told.add(field.name);
    return step(field.loc === "data_loc" ? kinds.DYNAMIC : kinds.REL_DYNAMIC, {
      ...until,
      offset: field.offset,
      sizeBytes: field.sizeBytes,
    });
  }

  #names(kind: number, expr: Expr, lists: readonly Expr[], between: string, until: Partial<Step>): Step {
    const shown = this.#shown(expr);
    const pairs = lists.flatMap((item): (readonly [string, bigint])[] => {
      const [value, text] = item.kind === "list" ? item.items : [];
      return value?.kind === "number" && text?.kind === "string" ? [[text.text, value.value]] : [];
    });
    // A name whose constant the format does not explain may be any number.
    if (shown === null || pairs.length < lists.length) return step(kinds.SKIP, until);
    // The names are those of the bits that matter, whatever else the field holds.
    this.#told.add(shown.field.name);
    const names = namedValues(firstOfEach(pairs));
    return step(kind, { names, text: bytesOf(between), ...this.#place(shown) });
  }

  /** `test ? A : B`, of texts and lists of flags. */
  #choice(choice: Extract<Expr, { readonly kind: "choice" }>, until: Partial<Step>): Step[] {
    const { test, yes, no } = choice;
    // `flags ? __print_flags(flags, …) : "none"`
    if (yes.kind === "call" && no.kind === "string") {
      const [found] = this.#call(yes.name, yes.args, until);
      if (found === undefined || (found.kind !== kinds.FLAGS && found.kind !== kinds.SYMBOLIC)) return [step(kinds.SKIP, until)];
      return [{ ...found, names: [...found.names, ...namedValues([[no.text, 0n]])].sort((a, b) => b.text.length - a.text.length) }];
    }
    if (yes.kind !== "string" || no.kind !== "string") return [step(kinds.SKIP, until)];
    const shown = this.#shown(test);
    const bit = shown === null ? 0n : this.#onlyBit(shown);
    if (shown === null || bit === 0n) return [step(kinds.SKIP, until)];
    this.#tell(shown);
    return [
      step(kinds.SYMBOLIC, {
        names: namedValues([
          [yes.text, bit],
          [no.text, 0n],
        ]),
        ...this.#place(shown),
        merge: true,
      }),
    ];
  }

  /** What is set where the test is true: known of one bit, and of truth values. */
  #onlyBit({ field, mask }: Shown): bigint {
    if (mask === ALL_BITS) return isTruth(field.type) ? 1n : 0n;
    return mask !== 0n && (mask & (mask - 1n)) === 0n ? mask : 0n;
  }
}

function firstOfEach(pairs: readonly (readonly [string, bigint])[]): Map<string, bigint> {
  const found = new Map<string, bigint>();
  for (const [text, value] of pairs) if (!found.has(text)) found.set(text, value);
  return found;
}

/** What a text has to have behind a conversion for that to end: the literal that follows. */
function stopOf(parts: readonly PrintPart[], at: number): Pick<Step, "text" | "thenNumber" | "behind"> {
  const [next, number, behind] = parts.slice(at + 1, at + 4);
  const text = bytesOf(next?.kind === "literal" ? next.text : "");
  const thenNumber = text.length > 0 && number?.kind === "conversion" && (number.type === "d" || number.type === "u");
  return { text, thenNumber, behind: bytesOf(thenNumber && behind?.kind === "literal" ? behind.text : "") };
}

/** Lines end where the format has its line break. */
function withoutLineBreak(parts: readonly PrintPart[]): PrintPart[] {
  const last = parts.at(-1);
  if (last?.kind !== "literal") return [...parts];
  const text = last.text.replace(/\s+$/, "");
  return text === "" ? parts.slice(0, -1) : [...parts.slice(0, -1), { kind: "literal", text }];
}

/** The steps that read what `parts` print of an event of this format; fields of which the text tells a part only are written but not told. */
export function invertPrint(format: EventFormat, printed: readonly PrintPart[], longBytes: number): Inversion {
  const parts = withoutLineBreak(printed);
  const inverter = new Inverter(format, longBytes);
  parts.forEach((part, at) => {
    if (part.kind === "literal") inverter.literal(part.text);
    else inverter.conversion(part, stopOf(parts, at));
  });
  return { steps: inverter.steps, told: inverter.told() };
}
