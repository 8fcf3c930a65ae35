import { bytesSource, type ByteSource } from "./byte-source.ts";
import { openFile } from "./file.ts";
import { decodeTraceDat } from "./formats/trace-dat/decode.ts";
import { isTraceDat, sniffBytes } from "./formats/trace-dat/sniff.ts";
import type { Recording } from "./recording.ts";

export type OpenResult = { readonly ok: true; readonly recording: Recording } | { readonly ok: false; readonly message: string };

const startsWith = (head: Uint8Array, ...bytes: readonly number[]): boolean =>
  head.length >= bytes.length && bytes.every((b, i) => head[i] === b);

/** Content that people are likely to hand over, by its first bytes. */
const knownContents: readonly { readonly is: (head: Uint8Array) => boolean; readonly says: string }[] = [
  { is: (h) => startsWith(h, 0x1f, 0x8b), says: "it is gzip-compressed: unpack it first (gunzip)" },
  { is: (h) => startsWith(h, 0x28, 0xb5, 0x2f, 0xfd), says: "it is zstd-compressed: unpack it first (zstd -d)" },
  { is: (h) => startsWith(h, 0xfd, 0x37, 0x7a, 0x58, 0x5a), says: "it is xz-compressed: unpack it first (unxz)" },
  { is: (h) => new TextDecoder().decode(h).startsWith("PERFILE2"), says: "it is a perf.data file, which cannot be replayed yet" },
];

/** `17 08 44 74 …  "..Dt"` for a message. */
function show(head: Uint8Array): string {
  const bytes = [...head];
  const text = bytes.map((b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : ".")).join("");
  return `${bytes.map((b) => b.toString(16).padStart(2, "0")).join(" ")} ${JSON.stringify(text)}`;
}

async function decode(source: ByteSource): Promise<OpenResult> {
  const head = new Uint8Array(Math.min(sniffBytes, source.sizeBytes));
  const got = source.readAt(0, head);
  const refuse = (message: string): OpenResult => {
    source.close();
    return { ok: false, message: `${source.path}: ${message}` };
  };
  if (source.sizeBytes === 0) return refuse("the file is empty");
  if (got < head.length) return refuse("the file cannot be read");
  if (!isTraceDat(head)) {
    const known = knownContents.find((content) => content.is(head));
    return refuse(
      `not a recording: expected a trace.dat (first bytes 17 08 44 "tracing"), found ${show(head)}${known ? `; ${known.says}` : ""}`,
    );
  }
  const result = await decodeTraceDat(source);
  return result.ok ? result : refuse(`damaged trace.dat: ${result.damage.message}`);
}

/** Opens a recording, whatever its name: the content decides. The message of a failure names the file and says what is wrong with it. */
export async function openRecording(path: string): Promise<OpenResult> {
  const opened = openFile(path);
  return opened.ok ? decode(opened.source) : opened;
}

/** A recording that is in memory. `name` stands for the path. */
export async function openRecordingBytes(name: string, bytes: Uint8Array): Promise<OpenResult> {
  return decode(bytesSource(name, bytes));
}
