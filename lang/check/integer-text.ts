/** Integers from outside the script's grammar: positional parameters, interval rates, configuration. */
import { parseInteger as parseUnsigned } from "../lex/integer.ts";

/** As scripts write them, and 0b101, and a minus sign down to -2^63 (row 2.61). Null if the text is not such an integer. */
export function parseInteger(text: string): bigint | null {
  const negative = text.startsWith("-");
  const parsed = parseUnsigned(negative ? text.slice(1) : text, { binary: true });
  if (!parsed.ok) return null;
  if (!negative) return parsed.value;
  return parsed.value <= 1n << 63n ? -parsed.value : null;
}
