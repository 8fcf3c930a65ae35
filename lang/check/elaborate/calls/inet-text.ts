/** Texts of IPv4 and IPv6 addresses, as inet_pton(3) reads them. */

function parseV4(text: string): number[] | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part))) return null;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : null;
}

/** Groups of 16 bits separated by colons, the last two perhaps as an IPv4 address. */
function parseGroups(text: string): number[] | null {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [i, group] of groups.entries()) {
    const v4 = group.includes(".") && i === groups.length - 1 ? parseV4(group) : null;
    if (v4 !== null) bytes.push(...v4);
    else if (/^[0-9a-fA-F]{1,4}$/.test(group)) bytes.push(parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff);
    else return null;
  }
  return bytes;
}

const V6_BYTES = 16;

function parseV6(text: string): number[] | null {
  const gap = text.indexOf("::");
  if (gap < 0) {
    const bytes = parseGroups(text);
    return bytes?.length === V6_BYTES ? bytes : null;
  }
  const head = text.slice(0, gap);
  const tail = parseGroups(text.slice(gap + 2));
  const start = head.includes(".") ? null : parseGroups(head);
  // `::` stands for one group of zeroes at least.
  if (start === null || tail === null || start.length + tail.length > V6_BYTES - 2) return null;
  return [...start, ...new Array<number>(V6_BYTES - start.length - tail.length).fill(0), ...tail];
}

/** 4 or 16 bytes in network order, null if the text is no address. */
export function parseAddress(text: string): Uint8Array | null {
  const bytes = text.includes(":") ? parseV6(text) : parseV4(text);
  return bytes === null ? null : Uint8Array.from(bytes);
}
