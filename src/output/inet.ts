/** inet values: u32 length (4 or 16, 0 for none), then the address in network order; printed as inet_ntop does (row 5.37). */

function ipv4Text(view: DataView, at: number): string {
  return [0, 1, 2, 3].map((i) => view.getUint8(at + i)).join(".");
}

/** The longest run of at least two zero groups becomes `::`; the first of equal runs wins. */
function zeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 1 };
  for (let i = 0; i < groups.length; i++) {
    let end = i;
    while (end < groups.length && groups[end] === 0) end++;
    if (end - i > best.length) best = { start: i, length: end - i };
    i = Math.max(i, end - 1);
  }
  return best;
}

function ipv6Text(view: DataView, at: number): string {
  const groups = Array.from({ length: 8 }, (_, i) => view.getUint16(at + 2 * i));
  const { start, length } = zeroRun(groups);
  // ::a.b.c.d and ::ffff:a.b.c.d keep their IPv4 tail, as in glibc.
  const v4Tail = start === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff));
  const hex = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((g) => g.toString(16))
      .join(":");
  if (v4Tail) return (length === 6 ? "::" : "::ffff:") + ipv4Text(view, at + 12);
  return start < 0 ? hex(0, 8) : `${hex(0, start)}::${hex(start + length, 8)}`;
}

/** Empty for an address of a family that is neither. */
export function inetText(view: DataView, at: number): string {
  const bytes = view.getUint32(at, true);
  if (bytes === 16) return ipv6Text(view, at + 4);
  return bytes === 4 ? ipv4Text(view, at + 4) : "";
}
