/** Capture files written byte by byte, in both byte orders. */

export type ByteOrder = "little" | "big";

class Writer {
  readonly #parts: number[] = [];
  readonly #little: boolean;
  constructor(order: ByteOrder) {
    this.#little = order === "little";
  }
  number(value: number | bigint, size: 2 | 4 | 8): this {
    const view = new DataView(new ArrayBuffer(8));
    if (size === 8) view.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), this.#little);
    else if (size === 4) view.setUint32(0, Number(value) >>> 0, this.#little);
    else view.setUint16(0, Number(value), this.#little);
    this.#parts.push(...new Uint8Array(view.buffer, 0, size));
    return this;
  }
  bytes(bytes: Iterable<number>, padTo = 1): this {
    this.#parts.push(...bytes);
    while (this.#parts.length % padTo !== 0) this.#parts.push(0);
    return this;
  }
  done(): Uint8Array {
    return Uint8Array.from(this.#parts);
  }
}

export const writer = (order: ByteOrder): Writer => new Writer(order);

export interface PcapPacket {
  readonly second: number;
  readonly fraction: number;
  readonly data: Uint8Array;
  readonly length?: number;
}

const MAGIC = { us: 0xa1b2c3d4, ns: 0xa1b23c4d, modified: 0xa1b2cd34 } as const;

export function pcapBytes(order: ByteOrder, kind: keyof typeof MAGIC, linkType: number, packets: readonly PcapPacket[]): Uint8Array {
  const out = writer(order).number(MAGIC[kind], 4).number(2, 2).number(4, 2).number(0, 8).number(65_535, 4).number(linkType, 4);
  for (const { second, fraction, data, length = data.length } of packets) {
    out.number(second, 4).number(fraction, 4).number(data.length, 4).number(length, 4);
    if (kind === "modified") out.number(7, 4).number(0x0800, 2).number(0, 2);
    out.bytes(data);
  }
  return out.done();
}

type Option = readonly [code: number, value: Uint8Array];

export interface Block {
  readonly type: number;
  readonly body: Uint8Array;
}

function options(order: ByteOrder, list: readonly Option[]): Uint8Array {
  const out = writer(order);
  for (const [code, value] of list) out.number(code, 2).number(value.length, 2).bytes(value, 4);
  if (list.length > 0) out.number(0, 4);
  return out.done();
}

export const pcapng = (order: ByteOrder) => ({
  section: (): Block => ({ type: 0x0a0d0d0a, body: writer(order).number(0x1a2b3c4d, 4).number(1, 2).number(0, 2).number(-1n, 8).done() }),
  interface: (linkType: number, list: readonly Option[] = [], snapLength = 0): Block => ({
    type: 1,
    body: writer(order).number(linkType, 2).number(0, 2).number(snapLength, 4).bytes(options(order, list)).done(),
  }),
  enhanced: (iface: number, ticks: bigint, data: Uint8Array, list: readonly Option[] = [], length = data.length): Block => ({
    type: 6,
    body: writer(order)
      .number(iface, 4)
      .number(ticks >> 32n, 4)
      .number(ticks & 0xffffffffn, 4)
      .number(data.length, 4)
      .number(length, 4)
      .bytes(data, 4)
      .bytes(options(order, list))
      .done(),
  }),
  simple: (data: Uint8Array): Block => ({ type: 3, body: writer(order).number(data.length, 4).bytes(data, 4).done() }),
  statistics: (iface: number, list: readonly Option[]): Block => ({
    type: 5,
    body: writer(order).number(iface, 4).number(0, 8).bytes(options(order, list)).done(),
  }),
  u64: (value: bigint): Uint8Array => writer(order).number(value, 8).done(),
  u32: (value: number): Uint8Array => writer(order).number(value, 4).done(),
  file: (blocks: readonly Block[]): Uint8Array => {
    const out = writer(order);
    for (const { type, body } of blocks)
      out
        .number(type, 4)
        .number(body.length + 12, 4)
        .bytes(body)
        .number(body.length + 12, 4);
    return out.done();
  },
});

const u16 = (n: number): number[] => [n >> 8, n & 255];
const u32 = (n: number): number[] => [...u16(n >>> 16), ...u16(n & 0xffff)];

/** TCP header and payload. */
export const tcp = (sport: number, dport: number, flags: number, payload: readonly number[] = []): number[] => [
  ...u16(sport),
  ...u16(dport),
  ...u32(1000),
  ...u32(2000),
  0x50,
  flags,
  ...u16(0),
  ...u32(0),
  ...payload,
];

export const udp = (sport: number, dport: number, payload: readonly number[] = []): number[] => [
  ...u16(sport),
  ...u16(dport),
  ...u16(8 + payload.length),
  ...u16(0),
  ...payload,
];

export const ipv4 = (protocol: number, rest: readonly number[], fragmentOffset = 0): number[] => [
  0x45,
  0,
  ...u16(20 + rest.length),
  ...u16(1),
  ...u16(fragmentOffset),
  64,
  protocol,
  ...u16(0),
  ...[10, 0, 0, 1],
  ...[10, 0, 0, 2],
  ...rest,
];

export const ipv6 = (next: number, rest: readonly number[]): number[] => [
  0x60,
  0,
  0,
  0,
  ...u16(rest.length),
  next,
  63,
  ...[0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  ...[0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2],
  ...rest,
];

export const ethernet = (type: number, rest: readonly number[]): number[] => [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, ...u16(type), ...rest];
