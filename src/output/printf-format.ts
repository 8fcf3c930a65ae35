/** The printf format grammar (row 5.61): what does not match it is text. */

export interface Conversion {
  readonly left: boolean;
  readonly plus: boolean;
  readonly alternate: boolean;
  readonly zero: boolean;
  readonly width: number;
  /** h l L j z t as written. */
  readonly length: string;
  readonly conv: string; // d i u o x X c s p r rx rh gr
}

export type Segment = string | Conversion;

// Flags in this order only, each at most once. `*` widths consume no argument and are ignored; a precision is ignored too.
const CONVERSION = /%(-?)(\+?) ?(#?)(0?)(\d+|\*)?(?:\.(?:\d+|\*))?([hlLjzt]*)(rx|rh|gr|[diuoxXcspr%])/g;

/** Literal texts and conversions in order; `%%` in any shape (`%5%`) is a text `%`. */
export function parseFormat(format: string): Segment[] {
  const segments: Segment[] = [];
  let text = "";
  let at = 0;
  for (const match of format.matchAll(CONVERSION)) {
    text += format.slice(at, match.index);
    at = match.index + match[0].length;
    const [, left, plus, alternate, zero, width, length = "", conv = ""] = match;
    if (conv === "%") {
      text += "%";
      continue;
    }
    if (text !== "") segments.push(text);
    text = "";
    segments.push({
      left: left !== "",
      plus: plus !== "",
      alternate: alternate !== "",
      zero: zero !== "",
      width: width === undefined || width === "*" ? 0 : Math.min(Number(width), 65_536),
      length,
      conv,
    });
  }
  text += format.slice(at);
  if (text !== "") segments.push(text);
  return segments;
}
