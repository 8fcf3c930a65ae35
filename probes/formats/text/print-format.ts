/** Print formats of events, taken apart: the literal text, and what each conversion prints. */
import { parseArguments, unescapeC, type Expr } from "./c-expression.ts";

export type PrintPart =
  | { readonly kind: "literal"; readonly text: string }
  | {
      readonly kind: "conversion";
      /** `d`, `u`, `x`, `o`, `c`, `s`, `p`. */
      readonly type: string;
      /** Behind %p: `S`, `I4`, `I6c`, … */
      readonly suffix: string;
      readonly arg: Expr;
      /** Its text may be shorter than a width: blanks in front of it. */
      readonly padded: boolean;
    };

const CONVERSION = /%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?(?:hh|h|ll|l|L|z|t|j|q)?([a-zA-Z%])/g;
/** Extensions of %p (Linux Documentation/core-api/printk-formats.rst): those that take further letters, longest first. */
const POINTER =
  /^(?:I[Si]?(?:[46][hnbl]?c?|S?[pfsc]*)|i[46]|M[FR]?|m[FR]?|U[bBlL]?|[fFsS][RbB]*|h[CDN]?|x|K|B|E[a-z]*|b[l]?|d\d?|D\d?|G[fgpm]*|e|R|r|V|N[F]?|a[pd]?|g|O[A-Za-z]*|C[nr]?|t[Rdt]*)?/;

const STRING = /\s*"((?:[^"\\]|\\.)*)"/y;

/** The parts in order; null if it does not begin with a string. */
export function parsePrintFormat(printFormat: string): PrintPart[] | null {
  let template = "";
  let at = 0;
  for (;;) {
    STRING.lastIndex = at;
    const match = STRING.exec(printFormat);
    if (match === null) break;
    template += unescapeC(match[1]!);
    at = STRING.lastIndex;
  }
  if (at === 0) return null;
  const comma = printFormat.indexOf(",", at);
  const args = comma < 0 ? [] : parseArguments(printFormat.slice(comma + 1));
  return partsOf(template, args);
}

function partsOf(template: string, args: readonly Expr[]): PrintPart[] {
  const parts: PrintPart[] = [];
  let literal = "";
  let next = 0;
  let at = 0;
  for (;;) {
    CONVERSION.lastIndex = at;
    const match = CONVERSION.exec(template);
    literal += template.slice(at, match?.index);
    if (match === null) break;
    at = CONVERSION.lastIndex;
    const [, flags = "", width, precision, letter = ""] = match;
    if (letter === "%") {
      literal += "%";
      continue;
    }
    if (width === "*") next++;
    if (precision === "*") next++;
    let suffix = "";
    if (letter === "p") {
      suffix = POINTER.exec(template.slice(at))![0];
      at += suffix.length;
    }
    if (literal !== "") parts.push({ kind: "literal", text: literal });
    literal = "";
    const type = letter === "i" ? "d" : letter === "X" ? "x" : letter;
    parts.push({
      kind: "conversion",
      type,
      suffix,
      arg: args[next++] ?? { kind: "unknown" },
      padded: width !== undefined && !flags.includes("0"),
    });
  }
  if (literal !== "") parts.push({ kind: "literal", text: literal });
  return parts;
}
