const max64 = 2n ** 64n - 1n;
const maxLong = 2n ** 63n - 1n;

/** Largest value before the factor is applied, and the factor: integer suffixes of row 2.42, durations of row 2.43. */
const suffixes = {
  "": { max: max64, factor: 1n },
  u: { max: 2n ** 32n - 1n, factor: 1n },
  l: { max: maxLong, factor: 1n },
  ll: { max: maxLong, factor: 1n },
  ul: { max: max64, factor: 1n },
  ull: { max: max64, factor: 1n },
  ns: { max: max64, factor: 1n },
  us: { max: max64, factor: 1_000n },
  ms: { max: max64, factor: 1_000_000n },
  s: { max: max64, factor: 1_000_000_000n },
  m: { max: max64, factor: 60_000_000_000n },
  h: { max: max64, factor: 3_600_000_000_000n },
  d: { max: max64, factor: 86_400_000_000_000n },
} as const;

export type IntegerSuffix = "" | "u" | "l" | "ll" | "ul" | "ull";

export type ParsedInteger =
  | { readonly ok: true; readonly value: bigint; readonly suffix: IntegerSuffix }
  /** The message without "syntax: "; the part of the text that is wrong, as offsets into it. */
  | { readonly ok: false; readonly message: string; readonly start: number; readonly end: number };

function isSuffix(text: string): text is keyof typeof suffixes {
  return Object.hasOwn(suffixes, text);
}

function isIntegerSuffix(text: string): text is IntegerSuffix {
  return isSuffix(text) && /^[ul]*$/.test(text);
}

/**
 * Reads an unsigned integer as scripts write it (rows 2.39 to 2.44): decimal with `_`, 0x, leading 0 for octal, `1e6`,
 * suffixes and durations (the value is then in nanoseconds).
 * `binary` admits 0b101, which only config values and positional parameters may use (row 2.40).
 * Source: bpftrace docs/language.md "Literals".
 */
export function parseInteger(text: string, { binary }: { readonly binary: boolean }): ParsedInteger {
  const wrong = (message: string, start = 0, end = text.length): ParsedInteger => ({ ok: false, message, start, end });
  const overflow = (max: bigint) => wrong(`overflow error, maximum value is ${max}: ${text}`);

  if (text.includes(".")) return wrong("floating point numbers are not supported");
  const parts =
    /^(?<prefix>0[xX])(?<digits>[0-9a-fA-F_]*)(?<rest>.*)$/s.exec(text) ??
    (binary ? /^(?<prefix>0[bB])(?<digits>[01_]*)(?<rest>.*)$/s.exec(text) : null) ??
    /^(?<prefix>)(?<digits>\d[\d_]*)(?:[eE](?<exponent>\d[\d_]*))?(?<rest>.*)$/s.exec(text);
  if (parts?.groups === undefined) return wrong(`invalid integer: ${text}`);
  const { prefix = "", digits = "", exponent, rest = "" } = parts.groups;

  const suffix = /^[uUlL]+$/.test(rest) ? rest.toLowerCase() : rest;
  const digitsEnd = prefix.length + digits.length;
  const suffixStart = text.length - rest.length;
  if (digits.replaceAll("_", "") === "") return wrong(`invalid integer: ${text}`);
  if (digits.endsWith("_")) return wrong("trailing underscore in integer literal", digitsEnd - 1, digitsEnd);
  if (exponent?.endsWith("_")) return wrong("trailing underscore in integer literal", suffixStart - 1, suffixStart);
  if (!isSuffix(suffix) || (prefix !== "" && !isIntegerSuffix(suffix))) {
    return wrong(`invalid integer suffix '${rest}'`, suffixStart);
  }

  const plain = digits.replaceAll("_", "");
  const isOctal = prefix === "" && exponent === undefined && plain.length > 1 && plain.startsWith("0");
  if (isOctal && /[89]/.test(plain)) return wrong(`invalid octal digit: ${text}`);
  if (exponent !== undefined) {
    if (!/^[1-9]$/.test(digits)) return wrong(`coefficient part of scientific literal must be 1-9: ${text}`);
    if (!/^[1-9]/.test(exponent)) return wrong(`invalid exponent: ${text}`);
    // 1e20 is above 2^64: a longer exponent need not be computed.
    if (Number(exponent.replaceAll("_", "")) > 19) return overflow(max64);
  }
  // A literal of many thousand digits would take quadratic time, and overflows anyway.
  const significant = plain.replace(/^0+(?=.)/, "");
  if (significant.length > 64) return overflow(max64);

  const base = isOctal ? "0o" : prefix.toLowerCase();
  const value = BigInt(base + significant) * 10n ** BigInt(exponent?.replaceAll("_", "") ?? "0");
  if (value > max64) return overflow(max64);
  const { max, factor } = suffixes[suffix];
  if (value > max / factor) return overflow(max);
  return { ok: true, value: value * factor, suffix: isIntegerSuffix(suffix) ? suffix : "" };
}
