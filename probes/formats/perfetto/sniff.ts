/** A Trace is packets and nothing else, and what packets begin with is known. */
import { SNIFF_BYTES } from "../format.ts";
import { BYTES, Message, VARINT } from "./message.ts";

const PACKET_TAG = (1 << 3) | BYTES;

/** Wire types of TracePacket's fields that recorders begin with: clocks, configuration, the system, sequences, and what is compressed. */
const KNOWN = new Map<number, number>([
  ...[1, 2, 5, 6, 7, 9, 11, 12, 33, 34, 35, 36, 37, 38, 43, 44, 45, 46, 49, 50, 51, 56, 59, 60, 66, 67, 69, 72, 89, 113, 124, 126, 133].map(
    (id) => [id, BYTES] as const,
  ),
  ...[3, 8, 10, 13, 41, 42, 58, 79, 87, 98].map((id) => [id, VARINT] as const),
]);
/** Of extensions. */
const HIGHEST_FIELD = 1999;

/** How many of the fields in [start, end) are known; -1: they are no packet. `isCut`: there would be more of them. */
function knownFields(bytes: Uint8Array, start: number, end: number, isCut: boolean): number {
  const message = new Message().open(bytes, start, end);
  let known = 0;
  while (message.next()) {
    const wire = KNOWN.get(message.field);
    if (wire === undefined ? message.field > HIGHEST_FIELD : wire !== message.wire) return -1;
    if (wire !== undefined) known++;
  }
  if (!message.isDamaged) return known;
  // Of a field that the end of the head cuts, number and type are there.
  if (!isCut || !message.varint()) return -1;
  return KNOWN.get(message.lo >>> 3) === (message.lo & 7) ? known + 1 : -1;
}

/** Looks at the first packet, and whether another one follows. */
export function isPerfetto(head: Uint8Array): boolean {
  if (head[0] !== PACKET_TAG) return false;
  const length = new Message().open(head, 1, head.length);
  if (!length.varint()) return false;
  const start = length.at;
  const end = start + length.number;
  // A file that is smaller than its first packet has nothing to be read.
  if (end > head.length && head.length < SNIFF_BYTES) return false;
  if (end < head.length && head[end] !== PACKET_TAG) return false;
  return knownFields(head, start, Math.min(end, head.length), end > head.length) > 0;
}
