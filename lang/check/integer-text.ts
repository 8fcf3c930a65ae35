/** Integers as positional parameters, interval rates and configuration give them: any base, `_`, exponents, suffixes, durations. */
const DURATION_NS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
};

const UINT64_MAX = (1n << 64n) - 1n;

const FORM = /^(0[xX][0-9a-fA-F_]+|0[bB][01_]+|[1-9][eE][0-9]+|[0-9][0-9_]*)(ull|ul|ll|u|l|ns|us|ms|s|m|h|d)?$/;

function magnitude(digits: string): bigint | null {
  const exponent = /^([1-9])[eE]([0-9]+)$/.exec(digits);
  if (exponent !== null) return Number(exponent[2]) > 19 ? null : BigInt(exponent[1]!) * 10n ** BigInt(exponent[2]!);
  const plain = digits.replaceAll("_", "");
  if (digits.endsWith("_")) return null;
  if (/^0[xXbB]/.test(plain)) return plain.length > 2 ? BigInt(plain) : null;
  if (/^0[0-9]/.test(plain)) return /^[0-7]+$/.test(plain) ? BigInt(`0o${plain.slice(1)}`) : null;
  return BigInt(plain);
}

/** Null if the text is not such an integer or does not fit into 64 bits. A minus sign is allowed down to -2^63. */
export function parseInteger(text: string): bigint | null {
  const negative = text.startsWith("-");
  const match = FORM.exec(negative ? text.slice(1) : text);
  if (match === null) return null;
  const value = magnitude(match[1]!);
  if (value === null) return null;
  const scaled = value * (DURATION_NS[match[2] ?? ""] ?? 1n);
  if (negative) return scaled <= 1n << 63n ? -scaled : null;
  return scaled <= UINT64_MAX ? scaled : null;
}
