/** Numbers with texts, which a program looks up in an array map. */
export interface TextTable {
  /** Name of the map. */
  readonly name: string;
  /** By number; undefined where a number has no text of its own. */
  readonly texts: readonly (string | undefined)[];
  /** For every other number. */
  readonly unknown: string;
}

/** Capacity of a text with its NUL, as in bpftrace (row 10.19). */
export const TABLE_TEXT_BYTES = 64;

/** The texts one after the other, the unknown one last: contents of an array map. */
export function tableBytes({ texts, unknown }: TextTable): Uint8Array {
  const bytes = new Uint8Array((texts.length + 1) * TABLE_TEXT_BYTES);
  const encoder = new TextEncoder();
  [...texts, unknown].forEach((text, i) => {
    encoder.encodeInto(text ?? unknown, bytes.subarray(i * TABLE_TEXT_BYTES, (i + 1) * TABLE_TEXT_BYTES - 1));
  });
  return bytes;
}
