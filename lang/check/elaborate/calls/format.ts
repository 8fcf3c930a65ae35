/** The printf format grammar and which types its conversions take (rows 5.61–5.73). */
import { typeName, type Type } from "../../../types/type.ts";

// Flags in this order only, each at most once; what does not match is text. `*` consumes no argument.
export const CONVERSION = /%-?\+? ?#?0?(?:\d+|\*)?(?:\.(?:\d+|\*))?[hlLjzt]*(rx|rh|gr|[diuoxXcspraAeEfFgG%])/g;

/** Conversions of a format in order, as `d`, `s`, `rx`…; `%%` in any shape is text. */
export const conversionsOf = (format: string): string[] =>
  [...format.matchAll(CONVERSION)].map((match) => match[1]!).filter((conversion) => conversion !== "%");

type Accepts = (type: Type) => boolean;

const number: Accepts = (type) => type.kind === "int" || type.kind === "bool" || type.kind === "enum" || type.kind === "pointer";
const buffer: Accepts = (type) => type.kind === "buffer";

const ACCEPTS: Readonly<Record<string, Accepts>> = {
  d: number,
  i: number,
  u: number,
  o: number,
  x: number,
  X: number,
  c: number,
  p: number,
  gr: number,
  r: buffer,
  rx: buffer,
  rh: buffer,
  s: () => true,
};

/** What is wrong with `args` for the conversions, or null. */
export function formatProblem(conversions: readonly string[], args: readonly Type[]): string | null {
  if (args.length !== conversions.length) {
    const few = args.length < conversions.length ? "not enough" : "too many";
    return `${few} arguments for format string (${args.length} supplied, ${conversions.length} expected)`;
  }
  for (const [i, conversion] of conversions.entries()) {
    const type = args[i]!;
    const accepts = ACCEPTS[conversion];
    if (accepts === undefined) return `unsupported format specifier: ${conversion}`;
    if (type.kind === "none" || type.kind === "void") return `unable to print ${type.kind} type for specifier: ${conversion}`;
    if (!accepts(type)) return `unsupported format specifier for type '${typeName(type)}': ${conversion}`;
  }
  return null;
}
