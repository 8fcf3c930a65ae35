/** A record that is put together before its size is known. */
export class Draft {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  sizeBytes = 0;

  constructor(mostBytes: number) {
    this.bytes = new Uint8Array(mostBytes);
    this.view = new DataView(this.bytes.buffer);
  }

  /** `fixedBytes`: up to where text begins; they are zero but for what every record begins with. */
  begin(fixedBytes: number, type: number, flags: number, pid: number): void {
    this.bytes.fill(0, 0, fixedBytes);
    this.sizeBytes = fixedBytes;
    this.view.setUint16(0, type, true);
    this.view.setUint8(2, flags);
    this.view.setInt32(4, pid, true);
  }

  number(at: number, sizeBytes: number, lo: number, hi: number): void {
    const { view } = this;
    if (sizeBytes === 4) view.setInt32(at, lo, true);
    else if (sizeBytes === 8) {
      view.setInt32(at, lo, true);
      view.setInt32(at + 4, hi, true);
    } else if (sizeBytes === 2) view.setInt16(at, lo, true);
    else view.setInt8(at, lo);
  }

  /** To a place with room for whole words, of which the last one is zero there. */
  copyTo(bytes: Uint8Array, view: DataView, at: number): void {
    const { sizeBytes } = this;
    const words = sizeBytes & ~3;
    for (let i = 0; i < words; i += 4) view.setInt32(at + i, this.view.getInt32(i, true), true);
    for (let i = words; i < sizeBytes; i++) bytes[at + i] = this.bytes[i]!;
  }

  /** Bytes that are the same elsewhere. */
  move(at: number, from: DataView, start: number, sizeBytes: number): void {
    const { view } = this;
    const words = sizeBytes & ~3;
    for (let i = 0; i < words; i += 4) view.setInt32(at + i, from.getInt32(start + i, true), true);
    for (let i = words; i < sizeBytes; i++) view.setUint8(at + i, from.getUint8(start + i));
  }

  /** Text of a fixed size, of which the last byte stays zero. */
  chars(at: number, sizeBytes: number, from: Uint8Array, start: number, stop: number): void {
    const length = Math.min(stop - start, sizeBytes - 1);
    for (let i = 0; i < length; i++) this.bytes[at + i] = from[start + i]!;
  }

  /** Text behind the fields; false: it did not fit whole. `at`: where its __data_loc is. */
  text(at: number, from: Uint8Array, start: number, stop: number): boolean {
    const room = this.bytes.length - this.sizeBytes - 1;
    const length = Math.max(0, Math.min(stop - start, room));
    const to = this.sizeBytes;
    for (let i = 0; i < length; i++) this.bytes[to + i] = from[start + i]!;
    this.bytes[to + length] = 0;
    this.sizeBytes = to + length + 1;
    this.view.setUint32(at, ((length + 1) << 16) | to, true);
    return length === stop - start;
  }

  /** Room for up to `wanted` elements behind the fields: where they begin; how many there are told by the __data_loc at `at`. */
  elements(at: number, sizeBytes: number, wanted: number): number {
    const to = Math.min(this.bytes.length, Math.ceil(this.sizeBytes / sizeBytes) * sizeBytes);
    const count = Math.max(0, Math.min(wanted, Math.floor((this.bytes.length - to) / sizeBytes)));
    this.sizeBytes = to + count * sizeBytes;
    this.view.setUint32(at, ((count * sizeBytes) << 16) | to, true);
    return to;
  }
}
