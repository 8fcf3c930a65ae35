/** Opens recordings, whatever their names: the content decides. */
import { bytesSource, type ByteSource } from "./byte-source.ts";
import { createSpool, isStream, listDirectory, openFile, streamPieces } from "./file.ts";
import { nothingBeside, SNIFF_BYTES, type Beside, type OpenResult } from "./formats/format.ts";
import { recordingFormats } from "./formats/formats.ts";
import type { Recording } from "./recording.ts";
import { unreadableText } from "./unreadable-text.ts";
import { packingOf, unknownPacking, unpack, type Packing } from "./unpack.ts";

export type { OpenResult } from "./formats/format.ts";

const startsWith = (head: Uint8Array, ...bytes: readonly number[]): boolean =>
  head.length >= bytes.length && bytes.every((b, i) => head[i] === b);

/** What to say of content that people are likely to hand over; null: nothing. */
const knownContent = (head: Uint8Array): string | null =>
  startsWith(head, 0x7f, 0x45, 0x4c, 0x46) ? "it is an ELF file: side data, not a recording" : unknownPacking(head);

const SHOWN_BYTES = 16;
/** There are gzip files that unpack to themselves. */
const MOST_LAYERS = 2;

/** `17 08 44 74 …  "..Dt"` for a message. */
function show(head: Uint8Array): string {
  const bytes = [...head.subarray(0, SHOWN_BYTES)];
  const text = bytes.map((b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : ".")).join("");
  return `${bytes.map((b) => b.toString(16).padStart(2, "0")).join(" ")} ${JSON.stringify(text)}`;
}

function unknownContent(head: Uint8Array): string {
  const unreadable = unreadableText(head);
  if (unreadable !== null) return unreadable;
  const known = knownContent(head);
  const names = recordingFormats.map(({ name }) => name).join(", ");
  return `not a recording (${names}): it begins with ${show(head)}${known === null ? "" : `; ${known}`}`;
}

/** Where unpacked and piped bytes are put aside: on the disk, or in memory for bytes that came from there. */
interface Store {
  write(piece: Uint8Array): void;
  source(path: string): ByteSource;
  discard(): void;
}

function memoryStore(): Store {
  const pieces: Uint8Array[] = [];
  return {
    write(piece) {
      // A Buffer's slice would share its memory.
      pieces.push(new Uint8Array(piece));
    },
    source(path) {
      const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const piece of pieces) {
        all.set(piece, at);
        at += piece.length;
      }
      return bytesSource(path, all);
    },
    discard() {
      pieces.length = 0;
    },
  };
}

async function decode(source: ByteSource, newStore: () => Store, beside: Beside, depth = 0): Promise<OpenResult> {
  const refuse = (message: string): OpenResult => {
    source.close();
    return { ok: false, message: `${source.path}: ${message}` };
  };
  const head = new Uint8Array(Math.min(SNIFF_BYTES, source.sizeBytes));
  const got = source.readAt(0, head);
  if (source.sizeBytes === 0) return refuse("the file is empty");
  if (got < head.length) return refuse("the file cannot be read");
  const packing = packingOf(head);
  if (packing !== null && depth === MOST_LAYERS) return refuse(`it is compressed more than ${MOST_LAYERS} times`);
  if (packing !== null) return decodePacked(source, packing, newStore, beside, depth + 1);
  const format = recordingFormats.find((one) => one.sniff(head));
  if (format === undefined) return refuse(unknownContent(head));
  const result = await format.open(source, beside);
  return result.ok ? result : refuse(result.message);
}

async function decodePacked(
  packed: ByteSource,
  packing: Packing,
  newStore: () => Store,
  beside: Beside,
  depth: number,
): Promise<OpenResult> {
  const store = newStore();
  const damage = await unpack(packed, packing, (piece) => {
    store.write(piece);
    return true;
  });
  packed.close();
  const source = store.source(packed.path);
  if (damage !== null && source.sizeBytes === 0) {
    source.close();
    return { ok: false, message: `${packed.path}: ${damage}` };
  }
  const result = await decode(source, newStore, beside, depth);
  if (!result.ok) return damage === null ? result : { ok: false, message: `${result.message}; ${damage}` };
  return { ok: true, recording: describePacked(result.recording, packed, packing, damage) };
}

function describePacked(recording: Recording, packed: ByteSource, packing: Packing, damage: string | null): Recording {
  const { info } = recording;
  return {
    ...recording,
    info: {
      ...info,
      format: `${info.format}, ${packing}-compressed`,
      sizeBytes: packed.sizeBytes,
      get warnings() {
        return damage === null ? info.warnings : [`${damage}: what follows is left out`, ...info.warnings];
      },
    },
  };
}

const isRecording = (head: Uint8Array): boolean => packingOf(head) !== null || recordingFormats.some((format) => format.sniff(head));

/**
 * A pipe cannot be read twice, and the first names of tasks are looked for in a pass of their own: so it is put aside as it comes. What does not
 * begin as a recording is not: it may have no end (/dev/zero).
 */
async function openStream(path: string, beside: Beside): Promise<OpenResult> {
  const store = createSpool();
  const head = new Uint8Array(SNIFF_BYTES);
  let filled = 0;
  try {
    for await (const piece of streamPieces(path)) {
      store.write(piece);
      if (filled === SNIFF_BYTES) continue;
      const start = piece.subarray(0, SNIFF_BYTES - filled);
      head.set(start, filled);
      filled += start.length;
      if (filled === SNIFF_BYTES && !isRecording(head)) break;
    }
  } catch (error) {
    store.discard();
    return { ok: false, message: `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}` };
  }
  return decode(store.source(path), createSpool, beside);
}

/** Opens a recording; `-` is the standard input. The message of a failure names the file and says what is wrong with it. */
export async function openRecording(path: string, beside: Beside = nothingBeside): Promise<OpenResult> {
  if (isStream(path)) return openStream(path, beside);
  if (listDirectory(path) !== null) return (await import("./open-directory.ts")).openDirectory(path, beside);
  const opened = openFile(path);
  return opened.ok ? decode(opened.source, createSpool, beside) : opened;
}

/** A recording that is in memory. `name` stands for the path. */
export async function openRecordingBytes(name: string, bytes: Uint8Array, beside: Beside = nothingBeside): Promise<OpenResult> {
  return decode(bytesSource(name, bytes), memoryStore, beside);
}
