/** Makes BTF blobs for tests, kinds that no compiler here emits included. */

const HEADER_BYTES = 24;

export interface BtfBlob {
  /** Offset of a name in the string table; added if it is new. */
  name(text: string): number;
  /** `data`: the words behind the first three. Returns the id. */
  add(kind: number, name: string, word: number, data?: readonly number[], vlen?: number, flag?: boolean): number;
  bytes(): Uint8Array;
}

/** `base`: how many ids (void included) and bytes of strings are in the BTF that this one extends. */
export function btfBlob(
  options: { readonly little?: boolean; readonly base?: { readonly count: number; readonly stringBytes: number } } = {},
): BtfBlob {
  const { little = true, base = { count: 1, stringBytes: 0 } } = options;
  const words: number[] = [];
  let strings = base.stringBytes === 0 ? "\0" : "";
  let next = base.count;
  const name = (text: string): number => {
    if (text === "") return 0;
    const known = `\0${strings}`.indexOf(`\0${text}\0`);
    if (known >= 0) return base.stringBytes + known;
    strings += `${text}\0`;
    return base.stringBytes + strings.length - text.length - 1;
  };
  return {
    name,
    add(kind, text, word, data = [], vlen = 0, flag = false) {
      words.push(name(text), (((flag ? 0x80 : 0) | kind) << 24) | vlen, word, ...data);
      return next++;
    },
    bytes() {
      const text = new TextEncoder().encode(strings);
      const bytes = new Uint8Array(HEADER_BYTES + words.length * 4 + text.length);
      const view = new DataView(bytes.buffer);
      view.setUint16(0, 0xeb9f, little);
      view.setUint8(2, 1);
      for (const [i, value] of [HEADER_BYTES, 0, words.length * 4, words.length * 4, text.length].entries())
        view.setUint32(4 + i * 4, value, little);
      for (const [i, value] of words.entries()) view.setUint32(HEADER_BYTES + i * 4, value >>> 0, little);
      bytes.set(text, HEADER_BYTES + words.length * 4);
      return bytes;
    },
  };
}
