/** Writes streams in the Common Trace Format 1.8 for tests: bits in either order, packets, metadata in packets. Source: CTF 1.8.3. */

export type ByteOrder = "le" | "be";

export const UUID = Uint8Array.from({ length: 16 }, (_, i) => i * 7 + 1);
export const UUID_TEXT = [...UUID]
  .map((byte, i) => `${[4, 6, 8, 10].includes(i) ? "-" : ""}${byte.toString(16).padStart(2, "0")}`)
  .join("");

/** Bits one behind the other; little-endian numbers fill each byte from its low end, big-endian ones from its high end. */
export class BitWriter {
  readonly #order: ByteOrder;
  #bits: number[] = [];

  constructor(order: ByteOrder) {
    this.#order = order;
  }

  get bits(): number {
    return this.#bits.length;
  }

  align(bits: number): this {
    while (this.#bits.length % bits !== 0) this.#bits.push(0);
    return this;
  }

  integer(value: number | bigint, sizeBits: number, alignBits = sizeBits % 8 === 0 ? 8 : 1, order = this.#order): this {
    this.align(alignBits);
    const number = BigInt.asUintN(sizeBits, BigInt(value));
    let bits = Array.from({ length: sizeBits }, (_, i) => Number((number >> BigInt(i)) & 1n));
    // The other order is one of bytes, as such numbers are whole bytes.
    if (order !== this.#order)
      bits = Array.from({ length: sizeBits / 8 }, (_, i) => bits.slice(sizeBits - 8 * (i + 1), sizeBits - 8 * i)).flat();
    if (this.#order === "be") bits.reverse();
    this.#bits.push(...bits);
    return this;
  }

  string(text: string): this {
    this.align(8);
    for (const byte of new TextEncoder().encode(text)) this.integer(byte, 8);
    return this.integer(0, 8);
  }

  /** As bytes: in a big-endian trace the first bit is the highest of its byte. */
  done(): Uint8Array {
    const bytes = new Uint8Array(Math.ceil(this.#bits.length / 8));
    this.#bits.forEach((bit, i) => {
      bytes[i >> 3]! |= bit << (this.#order === "le" ? i & 7 : 7 - (i & 7));
    });
    return bytes;
  }
}

export interface WrittenPacket {
  readonly streamId: number;
  readonly cpu: number;
  readonly begin: bigint;
  readonly end: bigint;
  readonly discarded?: number;
  readonly sequence?: number;
  /** Writes the events behind the header. */
  readonly events: (bits: BitWriter) => void;
}

const HEAD_BITS = 8 * (4 + 16 + 4 + 8 * 6 + 4);

/** The header and context that HEADER_TEXT declares, then the events; filled up to whole `packetBytes`. */
export function packetBytes(order: ByteOrder, packet: WrittenPacket, fillTo = 512): Uint8Array {
  const head = (contentBits: number, packetBits: number): BitWriter => {
    const bits = new BitWriter(order).integer(0xc1fc1fc1, 32);
    for (const byte of UUID) bits.integer(byte, 8);
    bits.integer(packet.streamId, 32);
    for (const value of [packet.begin, packet.end, contentBits, packetBits, packet.sequence ?? 0, packet.discarded ?? 0])
      bits.integer(value, 64);
    return bits.integer(packet.cpu, 32);
  };
  const trial = head(0, 0);
  if (trial.bits !== HEAD_BITS) throw new Error("the head has another length");
  packet.events(trial);
  const bytes = Math.ceil(trial.bits / 8 / fillTo) * fillTo;
  const bits = head(trial.bits, bytes * 8);
  packet.events(bits);
  const all = new Uint8Array(bytes);
  all.set(bits.done());
  return all;
}

/** What packetBytes writes, and two kinds of event headers. */
export const headerText = (order: ByteOrder): string => `/* CTF 1.8 */

typealias integer { size = 8; align = 8; signed = false; } := uint8_t;
typealias integer { size = 32; align = 8; signed = false; } := uint32_t;
typealias integer { size = 64; align = 8; signed = false; } := uint64_t;
typealias integer { size = 64; align = 8; signed = false; } := unsigned long;
typealias integer { size = 5; align = 1; signed = false; } := uint5_t;
typealias integer { size = 27; align = 1; signed = false; map = clock.monotonic.value; } := uint27_clock_t;
typealias integer { size = 64; align = 8; signed = false; map = clock.monotonic.value; } := uint64_clock_t;

trace {
	major = 1;
	minor = 8;
	uuid = "${UUID_TEXT}";
	byte_order = ${order};
	packet.header := struct { uint32_t magic; uint8_t uuid[16]; uint32_t stream_id; };
};

struct packet_context {
	uint64_clock_t timestamp_begin;
	uint64_clock_t timestamp_end;
	uint64_t content_size;
	uint64_t packet_size;
	uint64_t packet_seq_num;
	unsigned long events_discarded;
	uint32_t cpu_id;
};

struct event_header_compact {
	enum : uint5_t { compact = 0 ... 30, extended = 31 } id;
	variant <id> {
		struct { uint27_clock_t timestamp; } compact;
		struct { uint32_t id; uint64_clock_t timestamp; } extended;
	} v;
} align(8);

clock { name = monotonic; freq = 1000000000; offset_s = 1700000000; offset = 5; };
`;

const LOW_27 = (1n << 27n) - 1n;

/** Writes compact headers, and extended ones where the time or the id needs it. */
export class HeaderWriter {
  #last: bigint;

  constructor(begin: bigint) {
    this.#last = begin;
  }

  write(bits: BitWriter, id: number, ticks: bigint): void {
    bits.align(8);
    if (id < 31 && ticks - this.#last <= LOW_27) bits.integer(id, 5, 1).integer(ticks & LOW_27, 27, 1);
    else bits.integer(31, 5, 1).integer(id, 32).integer(ticks, 64);
    this.#last = ticks;
  }
}

/** Text in packets of up to `contentBytes`. */
export function packetised(text: string, order: ByteOrder, contentBytes = 1000): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const parts: number[] = [];
  for (let at = 0; at < bytes.length; at += contentBytes) {
    const part = bytes.subarray(at, at + contentBytes);
    const packet = 37 + part.length + 11;
    const head = new BitWriter(order).integer(0x75d11d57, 32);
    for (const byte of UUID) head.integer(byte, 8);
    head
      .integer(0, 32)
      .integer(8 * (37 + part.length), 32)
      .integer(8 * packet, 32);
    for (const byte of [0, 0, 0, 1, 8]) head.integer(byte, 8);
    parts.push(...head.done(), ...part, ...new Uint8Array(11));
  }
  return Uint8Array.from(parts);
}

export function concatPackets(packets: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(packets.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const packet of packets) {
    all.set(packet, at);
    at += packet.length;
  }
  return all;
}
