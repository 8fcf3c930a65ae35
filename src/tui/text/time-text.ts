/** Times and numbers as people read them. */

const SECOND = 1_000_000_000n;

/** `12.345678901`, of the recording's clock. */
export function seconds(ns: bigint): string {
  const size = ns < 0n ? -ns : ns;
  return `${ns < 0n ? "-" : ""}${String(size / SECOND)}.${String(size % SECOND).padStart(9, "0")}`;
}

/** Since the first event. */
export const offset = (ns: bigint): string => (ns < 0n ? seconds(ns) : `+${seconds(ns)}`);

const UNITS: readonly (readonly [bigint, string])[] = [
  [SECOND, "s"],
  [1_000_000n, "ms"],
  [1000n, "us"],
  [1n, "ns"],
];

/** At most three digits before the point and three behind it: `1.25ms`. */
export function duration(ns: bigint): string {
  const [unit, name] = UNITS.find(([size]) => ns >= size) ?? [1n, "ns"];
  const thousandths = String(((ns % unit) * 1000n) / unit).padStart(3, "0");
  const fraction = thousandths.replace(/0+$/, "");
  return `${String(ns / unit)}${fraction === "" ? "" : `.${fraction}`}${name}`;
}

/** `1234567` as `1,234,567`. */
export const grouped = (n: bigint | number): string => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
