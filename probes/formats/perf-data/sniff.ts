/** `PERFILE2`, or its bytes swapped as a recorder of the other byte order writes the number. */
const MAGIC = "PERFILE2";
const SWAPPED = "2ELIFREP";

export function byteOrderOf(head: Uint8Array): "little" | "big" | null {
  const text = String.fromCharCode(...head.subarray(0, MAGIC.length));
  if (text === MAGIC) return "little";
  return text === SWAPPED ? "big" : null;
}

export const isPerfData = (head: Uint8Array): boolean => byteOrderOf(head) !== null;
