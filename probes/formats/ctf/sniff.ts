/** Files of a trace's directory: the metadata, as text, packets, or CTF 2's JSON, and streams. */

const BEGINNINGS: readonly (readonly number[])[] = [
  [0x57, 0x1d, 0xd1, 0x75],
  [0x75, 0xd1, 0x1d, 0x57],
  [0xc1, 0x1f, 0xfc, 0xc1],
  [0xc1, 0xfc, 0x1f, 0xc1],
  [0x1e, 0x7b],
  [...new TextEncoder().encode("/* CTF 1.")],
];

export const isCtfFile = (head: Uint8Array): boolean => BEGINNINGS.some((bytes) => bytes.every((byte, i) => head[i] === byte));
