/** What every reader offers: the list of them is formats.ts. */
import type { ByteSource } from "../byte-source.ts";
import type { Recording } from "../recording.ts";

export type OpenResult = { readonly ok: true; readonly recording: Recording } | { readonly ok: false; readonly message: string };

/** Bytes of a file's beginning that sniffing may look at. */
export const SNIFF_BYTES = 65_536;

export interface RecordingFormat {
  /** As messages name it: `trace.dat`. */
  readonly name: string;
  /** Whether a recording of this format begins like that: its first SNIFF_BYTES, or all of it. Looks at the content only; never throws. */
  sniff(head: Uint8Array): boolean;
  /** Reads what has to be known before the first record. On failure a message without the file's name; the source stays the caller's then. */
  open(source: ByteSource): Promise<OpenResult>;
}
