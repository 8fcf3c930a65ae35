/** Messages of protocol buffers, written by hand: what pprof needs of them. */

export interface Message {
  /** A varint; 0, the default, is left out. */
  readonly number: (field: number, value: number | bigint) => void;
  readonly bytes: (field: number, value: Uint8Array) => void;
  /** Packed varints; none is left out. */
  readonly numbers: (field: number, values: readonly (number | bigint)[]) => void;
  readonly message: (field: number, write: (message: Message) => void) => void;
}

const VARINT = 0;
const LENGTH = 2;

function pushVarint(to: number[], value: number | bigint): void {
  let left = BigInt.asUintN(64, BigInt(value));
  for (; left > 0x7fn; left >>= 7n) to.push(Number(left & 0x7fn) | 0x80);
  to.push(Number(left));
}

export function encodeMessage(write: (message: Message) => void): Uint8Array {
  const out: number[] = [];
  const lengthDelimited = (field: number, content: ArrayLike<number>): void => {
    pushVarint(out, (field << 3) | LENGTH);
    pushVarint(out, content.length);
    for (let i = 0; i < content.length; i++) out.push(content[i]!);
  };
  write({
    number(field, value) {
      if (BigInt(value) === 0n) return;
      pushVarint(out, (field << 3) | VARINT);
      pushVarint(out, value);
    },
    bytes: lengthDelimited,
    numbers(field, values) {
      if (values.length === 0) return;
      const packed: number[] = [];
      for (const value of values) pushVarint(packed, value);
      lengthDelimited(field, packed);
    },
    message: (field, inner) => lengthDelimited(field, encodeMessage(inner)),
  });
  return Uint8Array.from(out);
}
