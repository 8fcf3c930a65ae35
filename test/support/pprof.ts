/** Reads profiles of pprof back: gzip by the system, protocol buffers by hand (google/pprof, proto/profile.proto). */
import { gunzipSync } from "node:zlib";

interface Field {
  readonly number: number;
  readonly value: bigint | Uint8Array;
}

function varint(bytes: Uint8Array, at: number): { readonly value: bigint; readonly next: number } {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const byte = bytes[at++];
    if (byte === undefined) throw new Error("a varint is cut");
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value, next: at };
  }
}

function fields(bytes: Uint8Array): Field[] {
  const found: Field[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = varint(bytes, at);
    const first = varint(bytes, tag.next);
    const number = Number(tag.value >> 3n);
    const wire = Number(tag.value & 7n);
    if (wire === 0) found.push({ number, value: first.value });
    else if (wire === 2) found.push({ number, value: bytes.subarray(first.next, first.next + Number(first.value)) });
    else throw new Error(`wire type ${wire}`);
    at = wire === 2 ? first.next + Number(first.value) : first.next;
    if (at > bytes.length) throw new Error("a field is cut");
  }
  return found;
}

const numbersIn = (bytes: Uint8Array): bigint[] => {
  const all: bigint[] = [];
  for (let at = 0; at < bytes.length;) {
    const { value, next } = varint(bytes, at);
    all.push(value);
    at = next;
  }
  return all;
};

class Message {
  private readonly all: readonly Field[];
  constructor(bytes: Uint8Array) {
    this.all = fields(bytes);
  }
  messages(number: number): Message[] {
    return this.bytes(number).map((bytes) => new Message(bytes));
  }
  bytes(number: number): Uint8Array[] {
    return this.all.flatMap((field) => (field.number === number && field.value instanceof Uint8Array ? [field.value] : []));
  }
  number(number: number): number {
    const value = this.all.find((field) => field.number === number)?.value ?? 0n;
    return typeof value === "bigint" ? Number(value) : NaN;
  }
  packed(number: number): bigint[] {
    return this.bytes(number).flatMap(numbersIn);
  }
}

export interface DecodedProfile {
  readonly types: readonly string[];
  readonly samples: readonly {
    readonly stack: readonly string[];
    readonly values: readonly bigint[];
    readonly labels: Readonly<Record<string, string>>;
  }[];
  readonly mappings: readonly string[];
}

/** Throws where a reference leads nowhere. */
export function decodeProfile(gzipped: Uint8Array): DecodedProfile {
  const profile = new Message(gunzipSync(gzipped));
  const strings = profile.bytes(6).map((bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  if (strings[0] !== "") throw new Error("the first string is not empty");
  const text = (index: number): string => {
    const found = strings[index];
    if (found === undefined) throw new Error(`no string ${index}`);
    return found;
  };
  const byId = (messages: readonly Message[]): Map<number, Message> => new Map(messages.map((message) => [message.number(1), message]));
  const [locations, functions, mappings] = [byId(profile.messages(4)), byId(profile.messages(5)), byId(profile.messages(3))];
  const get = (map: Map<number, Message>, id: number): Message => {
    const found = map.get(id);
    if (id === 0 || found === undefined) throw new Error(`nothing has id ${id}`);
    return found;
  };
  const nameOf = (location: bigint): string => {
    const found = get(locations, Number(location));
    get(mappings, found.number(2));
    return text(get(functions, found.messages(4)[0]!.number(1)).number(2));
  };
  return {
    types: profile.messages(1).map((type) => `${text(type.number(1))} ${text(type.number(2))}`),
    samples: profile.messages(2).map((sample) => ({
      stack: sample.packed(1).map(nameOf),
      values: sample.packed(2),
      labels: Object.fromEntries(sample.messages(3).map((label) => [text(label.number(1)), text(label.number(2))])),
    })),
    mappings: [...mappings.values()].map((mapping) => text(mapping.number(5))),
  };
}
