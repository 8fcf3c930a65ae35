/** Numbers of any number of bits, in either order. Offsets count bits from the packet's start. Source: CTF 1.8.3, "Basic types". */

const NOTHING = new Uint8Array(0);

export class BitReader {
  bytes: Uint8Array = NOTHING;
  /** Of the packet in the bytes. */
  start = 0;
  at = 0;
  end = 0;
  /** Something was asked for that is behind the end: it is zero then. */
  isCut = false;
  /** The number that was read last: both halves. */
  lo = 0;
  hi = 0;
  view: DataView = new DataView(NOTHING.buffer);

  open(bytes: Uint8Array, view: DataView, start: number, bits: number): void {
    this.bytes = bytes;
    this.view = view;
    this.start = start;
    this.at = 0;
    this.end = bits;
    this.isCut = false;
  }

  align(bits: number): void {
    this.at = (this.at + bits - 1) & -bits;
  }

  /** Where the byte at hand is in `bytes`. */
  get byte(): number {
    return this.start + (this.at >>> 3);
  }

  skip(bits: number): void {
    if (bits > this.end - this.at) {
      this.isCut = true;
      this.at = this.end;
    } else this.at += bits;
  }

  /** Into lo and hi, extended by its sign. */
  integer(sizeBits: number, signed: boolean, little: boolean): void {
    if (sizeBits > this.end - this.at) {
      this.skip(sizeBits);
      this.lo = 0;
      this.hi = 0;
      return;
    }
    const { byte, at } = this;
    if ((at & 7) === 0 && (sizeBits & 7) === 0 && this.#whole(byte, sizeBits, little)) {
      // nothing is left to do
    } else if (little && (at & 7) + sizeBits <= 32 && byte + 4 <= this.view.byteLength) {
      // The compact header of LTTng: 5 and 27 bits of one word.
      this.lo = (this.view.getUint32(byte, true) >>> (at & 7)) & (sizeBits === 32 ? -1 : (1 << sizeBits) - 1);
      this.hi = 0;
    } else if (little) this.#gatherLittle(sizeBits);
    else this.#gatherBig(sizeBits);
    this.at += sizeBits;
    if (signed) this.#extend(sizeBits);
  }

  get number(): number {
    return (this.hi >>> 0) * 2 ** 32 + (this.lo >>> 0);
  }

  /** The same from a place in `bytes`, which is there; of 8, 16, 32 or 64 bits. */
  wholeAt(at: number, sizeBits: number, signed: boolean, little: boolean): void {
    this.#whole(at, sizeBits, little);
    if (signed) this.#extend(sizeBits);
  }

  #whole(at: number, sizeBits: number, little: boolean): boolean {
    const view = this.view;
    this.hi = 0;
    switch (sizeBits) {
      case 8:
        this.lo = view.getUint8(at);
        return true;
      case 16:
        this.lo = view.getUint16(at, little);
        return true;
      case 32:
        this.lo = view.getInt32(at, little);
        return true;
      case 64:
        this.lo = view.getInt32(little ? at : at + 4, little);
        this.hi = view.getInt32(little ? at + 4 : at, little);
        return true;
      default:
        return false;
    }
  }

  #gatherLittle(sizeBits: number): void {
    let [lo, hi] = [0, 0];
    for (let done = 0; done < sizeBits;) {
      const at = this.at + done;
      const offset = at & 7;
      const take = Math.min(8 - offset, sizeBits - done);
      const part = (this.bytes[this.start + (at >>> 3)]! >>> offset) & ((1 << take) - 1);
      if (done < 32) {
        lo |= part << done;
        if (done + take > 32) hi |= part >>> (32 - done);
      } else hi |= part << (done - 32);
      done += take;
    }
    this.lo = lo;
    this.hi = hi;
  }

  #gatherBig(sizeBits: number): void {
    let [lo, hi] = [0, 0];
    for (let done = 0; done < sizeBits;) {
      const at = this.at + done;
      const offset = at & 7;
      const take = Math.min(8 - offset, sizeBits - done);
      const part = (this.bytes[this.start + (at >>> 3)]! >>> (8 - offset - take)) & ((1 << take) - 1);
      hi = (hi << take) | (lo >>> (32 - take));
      lo = (lo << take) | part;
      done += take;
    }
    this.lo = lo;
    this.hi = hi;
  }

  #extend(sizeBits: number): void {
    if (sizeBits > 32) {
      const unused = 64 - sizeBits;
      if (unused > 0) this.hi = (this.hi << unused) >> unused;
      return;
    }
    const unused = 32 - sizeBits;
    if (unused > 0) this.lo = (this.lo << unused) >> unused;
    this.hi = this.lo >> 31;
  }
}
