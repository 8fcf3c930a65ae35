/** How the text of an event is read back into its record: steps that are worked out once, and run over the bytes of each line. */

/** The text has to be there. */
export const LITERAL = 0;
/** Goes on behind the next such text. */
export const SEEK = 1;
export const DECIMAL = 2;
export const HEX = 3;
export const OCTAL = 4;
/** Decimal, or hexadecimal with 0x. */
export const NUMBER = 5;
/** One digit, or hexadecimal with or without 0x: arguments of system calls. */
export const ARGUMENT = 6;
export const CHAR = 7;
/** Characters in the record itself. */
export const TEXT = 8;
/** Characters behind a __data_loc. */
export const DYNAMIC = 9;
/** Behind a __rel_loc, which counts from its own end. */
export const REL_DYNAMIC = 10;
/** One of the names. */
export const SYMBOLIC = 11;
/** Names with a sign between them. */
export const FLAGS = 12;
/** Kernel code by name. */
export const SYMBOL = 13;
export const IPV4 = 14;
export const IPV6 = 15;
/** Bytes as hexadecimal pairs with or without a sign between them. */
export const HEX_BYTES = 16;
/** A value as `fields` of the trace and `report -R` print it. */
export const VALUE = 17;
/** What a quoted string behind a pointer holds, if there is one. */
export const QUOTED = 18;
/** Text that tells nothing. */
export const SKIP = 19;
/** The string that a dynamic event fetched: in quotes, unless it could not be read. */
export const FETCHED = 20;
/** Like SEEK; where the text is not there the next step is passed over. */
export const IF_THERE = 21;
/** A number that fits 63 bits, with a sign, and nothing of a word behind it. */
export const SIGNED = 22;
/** Hexadecimal without 0x, and nothing of a word behind it. */
export const BARE_HEX = 23;
/** An address, or code by its name. */
export const CODE = 24;
/** Like FETCHED, and to the end where the text that follows is not there. */
export const REST = 25;

export interface NamedValue {
  readonly text: Uint8Array;
  readonly hi: number;
  readonly lo: number;
}

export interface Step {
  /** One of the numbers above. */
  readonly kind: number;
  /** Of LITERAL and SEEK; what follows a text, and so ends it (empty: the end of the line); between FLAGS. */
  readonly text: Uint8Array;
  /** Text that has to be in front of it. */
  readonly prefix: Uint8Array;
  /** A number follows the text. */
  readonly thenNumber: boolean;
  /** What follows that number. */
  readonly behind: Uint8Array;
  readonly offset: number;
  /** Of the field in the record; of an element of a VALUE that is an array: elementBytes. */
  readonly sizeBytes: number;
  readonly elementBytes: number;
  /** The text shows the field's bits from here on: the number is put there, beside what other steps put. */
  readonly shift: number;
  readonly merge: boolean;
  /** Of SYMBOLIC and FLAGS, the longest first. */
  readonly names: readonly NamedValue[];
  /** A VALUE without 0x is hexadecimal. */
  readonly bareHex: boolean;
}

const none = new Uint8Array(0);

/** Every step has the same shape, so that reading one is fast. */
export function step(kind: number, parts: Partial<Step> = {}): Step {
  return {
    kind,
    text: parts.text ?? none,
    prefix: parts.prefix ?? none,
    thenNumber: parts.thenNumber ?? false,
    behind: parts.behind ?? none,
    offset: parts.offset ?? 0,
    sizeBytes: parts.sizeBytes ?? 0,
    elementBytes: parts.elementBytes ?? 0,
    shift: parts.shift ?? 0,
    merge: parts.merge ?? false,
    names: parts.names ?? [],
    bareHex: parts.bareHex ?? false,
  };
}

const encoder = new TextEncoder();
export const bytesOf = (text: string): Uint8Array => encoder.encode(text);

export function namedValues(names: Iterable<readonly [string, bigint]>): NamedValue[] {
  return [...names]
    .map(([text, value]) => ({
      text: bytesOf(text),
      hi: Number(BigInt.asIntN(32, value >> 32n)),
      lo: Number(BigInt.asIntN(32, value)),
    }))
    .sort((a, b) => b.text.length - a.text.length);
}

/** Literals become prefixes of what follows them: fewer steps. */
export function joinLiterals(steps: readonly Step[]): Step[] {
  const joined: Step[] = [];
  steps.forEach((one, i) => {
    const before = steps[i - 1];
    const isSearch = one.kind === LITERAL || one.kind === SEEK || one.kind === IF_THERE;
    if (before?.kind !== LITERAL || isSearch || joined.at(-1) !== before) joined.push(one);
    else joined.splice(-1, 1, { ...one, prefix: before.text });
  });
  return joined;
}
