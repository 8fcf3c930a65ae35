/** What every reader offers: the list of them is formats.ts. */
import type { ByteSource } from "../byte-source.ts";
import type { EventSource } from "../catalogue.ts";
import type { Recording } from "../recording.ts";

export type OpenResult = { readonly ok: true; readonly recording: Recording } | { readonly ok: false; readonly message: string };

/** What was kept beside a recording and is wanted to read it, where it names things only. */
export interface Beside {
  /** Descriptions of the kernel's events (--events-from); null: none were given. */
  readonly events: readonly EventSource[] | null;
  /** Texts of kprobe_events, uprobe_events or dynamic_events (--dynamic-events). */
  readonly definitions: readonly string[];
  /** Text of /proc/kallsyms (--kallsyms). */
  readonly kallsyms: string | null;
}

export const nothingBeside: Beside = { events: null, definitions: [], kallsyms: null };

/** Bytes of a file's beginning that sniffing may look at. */
export const SNIFF_BYTES = 65_536;

export interface RecordingFormat {
  /** As messages name it: `trace.dat`. */
  readonly name: string;
  /** Whether a recording of this format begins like that: its first SNIFF_BYTES, or all of it. Looks at the content only; never throws. */
  sniff(head: Uint8Array): boolean;
  /** Reads what has to be known before the first record. On failure a message without the file's name; the source stays the caller's then. */
  open(source: ByteSource, beside: Beside): Promise<OpenResult>;
}
