/** What befalls files: bits flip, pieces are cut out, doubled, moved or overwritten, numbers become absurd. */
import type { Random } from "../../test/support/random-script.ts";

const ABSURD = [0, 1, 7, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff];

function once(bytes: Uint8Array, pick: (below: number) => number): Uint8Array {
  const at = pick(bytes.length);
  const length = Math.min(bytes.length - at, 1 + pick(64));
  switch (pick(7)) {
    case 0:
      bytes[at]! ^= 1 << pick(8);
      return bytes;
    case 1:
      bytes[at] = pick(256);
      return bytes;
    case 2: {
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      if (at + 4 <= bytes.length) view.setUint32(at, ABSURD[pick(ABSURD.length)]!, pick(2) === 0);
      return bytes;
    }
    case 3:
      return bytes.slice(0, at);
    case 4: {
      const cut = new Uint8Array(bytes.length - length);
      cut.set(bytes.subarray(0, at));
      cut.set(bytes.subarray(at + length), at);
      return cut;
    }
    case 5: {
      const doubled = new Uint8Array(bytes.length + length);
      doubled.set(bytes.subarray(0, at + length));
      doubled.set(bytes.subarray(at), at + length);
      return doubled;
    }
    default:
      bytes.copyWithin(pick(bytes.length), at, at + length);
      return bytes;
  }
}

/** A copy with one to eight kinds of damage, most of them near the beginning, where what describes the rest is. */
export function damage(bytes: Uint8Array, random: Random): Uint8Array {
  let damaged: Uint8Array = bytes.slice();
  const pick = (below: number): number => (below === 0 ? 0 : random.below(below));
  for (let left = 1 + pick(8); left > 0 && damaged.length > 0; left--) {
    const isEarly = pick(2) === 0;
    damaged = once(damaged, (below) => (isEarly && below === damaged.length ? pick(Math.min(below, 4096)) : pick(below)));
  }
  return damaged;
}
