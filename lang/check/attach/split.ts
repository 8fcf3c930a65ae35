/** Splits the text of an attach point at `:`, with positional parameters put in first (row 1.04). */
export type Split = { readonly parts: readonly string[] } | { readonly error: string };

const DIGIT = /[0-9]/;

/** Quotes are removed, a backslash in quotes escapes the next character; parameters are expanded in place and may hold `:` themselves. */
export function splitAttachPoint(text: string, params: readonly string[]): Split {
  const parts: string[] = [];
  let part = "";
  let quoted = false;
  let rest = text;
  while (rest !== "") {
    const char = rest[0]!;
    const next = rest[1];
    if (!quoted && char === "$") {
      const digits = /^\$([1-9][0-9]*)/.exec(rest)?.[1];
      if (digits === undefined) {
        const after = next === undefined || DIGIT.test(next) ? "" : ` Try quoting this entire part if this is intentional e.g. "$${next}".`;
        return { error: `invalid trailing character for positional param: ${next ?? ""}.${after}` };
      }
      // A parameter is not expanded again: its own `$` is text.
      const value = params[Number(digits) - 1] ?? "";
      const pieces = value.split(":");
      part += pieces[0]!;
      for (const piece of pieces.slice(1)) {
        parts.push(part);
        part = piece;
      }
      rest = rest.slice(1 + digits.length);
      continue;
    }
    if (char === '"') quoted = !quoted;
    else if (quoted && char === "\\" && next !== undefined) {
      part += next;
      rest = rest.slice(1);
    } else if (!quoted && char === ":") {
      parts.push(part);
      part = "";
    } else part += char;
    rest = rest.slice(1);
  }
  parts.push(part);
  return { parts };
}
