/** What a trace's metadata say: their text, whole or in packets, and the classes that it declares. */
import { MetadataError } from "./lexer.ts";
import { parseMetadata, type Block } from "./parser.ts";
import type { CtfClock, CtfEvent, CtfStream, CtfTrace } from "./types.ts";

const MAGIC = 0x75d11d57;
const HEADER_BYTES = 37;
const RECORD_SEPARATOR = 0x1e;

export type MetadataResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

const refuse = (message: string): { readonly ok: false; readonly message: string } => ({ ok: false, message });

export const isPacketised = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && [true, false].some((little) => magicOf(bytes, little) === MAGIC);

const magicOf = (bytes: Uint8Array, little: boolean): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, little);

export function metadataText(bytes: Uint8Array): MetadataResult<string> {
  if (bytes[0] === RECORD_SEPARATOR)
    return refuse(
      "its metadata are those of CTF 2 (JSON); only CTF 1.8 is read: babeltrace2 (TRACE -c sink.ctf.fs, ctf-version 1.8) makes it of this",
    );
  if (!isPacketised(bytes)) return { ok: true, value: new TextDecoder().decode(bytes) };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = magicOf(bytes, true) === MAGIC;
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + HEADER_BYTES > bytes.length || view.getUint32(at, little) !== MAGIC)
      return refuse(`its metadata have no packet at byte ${at}`);
    const contentBytes = view.getUint32(at + 24, little) / 8;
    const packetBytes = view.getUint32(at + 28, little) / 8;
    if (bytes[at + 32] !== 0 || bytes[at + 33] !== 0) return refuse("its metadata are compressed or encrypted");
    if (contentBytes < HEADER_BYTES || packetBytes < contentBytes || at + contentBytes > bytes.length)
      return refuse(`the packet of metadata at byte ${at} claims ${contentBytes} of ${packetBytes} bytes`);
    parts.push(bytes.subarray(at + HEADER_BYTES, at + contentBytes));
    at += packetBytes;
  }
  const decoder = new TextDecoder();
  return { ok: true, value: parts.map((part) => decoder.decode(part)).join("") };
}

export function readMetadata(text: string): MetadataResult<CtfTrace> {
  try {
    return { ok: true, value: traceOf(parseMetadata(text)) };
  } catch (error) {
    if (error instanceof MetadataError) return refuse(`metadata, ${error.message}`);
    throw error;
  }
}

const integer = (text: string | undefined, otherwise: bigint): bigint =>
  text !== undefined && /^-?\d+$/.test(text) ? BigInt(text) : otherwise;

const idOf = (block: Block, key: string): number => Number(integer(block.values.get(key), 0n));

function traceOf(blocks: readonly Block[]): CtfTrace {
  const trace = blocks.find(({ kind }) => kind === "trace");
  if (trace === undefined) throw new MetadataError("there is no trace block");
  const order = trace.values.get("byte_order");
  if (order !== "le" && order !== "be") throw new MetadataError(`byte_order = ${order ?? "nothing"} is neither le nor be`);
  const of = (kind: string): Block[] => blocks.filter((block) => block.kind === kind);
  const streams = of("stream").map((block) => streamOf(block));
  // Without one, all events are of stream 0 and have no header.
  if (streams.length === 0) streams.push({ id: 0, packetContext: null, eventHeader: null, eventContext: null });
  return {
    byteOrder: order,
    packetHeader: trace.types.get("packet.header") ?? null,
    env: new Map(of("env").flatMap(({ values }) => [...values])),
    clocks: of("clock").map(clockOf),
    streams: new Map(streams.map((stream) => [stream.id, stream])),
    events: of("event").map(eventOf),
  };
}

function streamOf(block: Block): CtfStream {
  const { types } = block;
  return {
    id: idOf(block, "id"),
    packetContext: types.get("packet.context") ?? null,
    eventHeader: types.get("event.header") ?? null,
    eventContext: types.get("event.context") ?? null,
  };
}

function clockOf({ values }: Block): CtfClock {
  const frequency = integer(values.get("freq"), 1_000_000_000n);
  if (frequency <= 0n) throw new MetadataError(`a clock has a frequency of ${frequency}`);
  return {
    name: values.get("name") ?? "",
    frequency,
    offsetSeconds: integer(values.get("offset_s"), 0n),
    offset: integer(values.get("offset"), 0n),
  };
}

function eventOf(block: Block): CtfEvent {
  const { values, types } = block;
  return {
    id: idOf(block, "id"),
    streamId: idOf(block, "stream_id"),
    name: values.get("name") ?? `event_${idOf(block, "id")}`,
    context: types.get("context") ?? null,
    fields: types.get("fields") ?? null,
  };
}
