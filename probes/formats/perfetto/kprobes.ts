/** Probes that the recorder made of its own: their records have a name and a kind, and no arguments. */
import { ByteNames } from "../text/byte-names.ts";
import type { Draft } from "../../stream/draft.ts";
import { groupOfKprobe } from "./census.ts";
import type { EventEncoder } from "./encoder.ts";
import { kprobe, KPROBE_END } from "./fields.ts";
import { BYTES, Message } from "./message.ts";

const MOST_NAMES = 1 << 16;

export class KprobeMessages {
  readonly #names = new ByteNames(MOST_NAMES);
  /** By number of the name. */
  readonly #entries: (EventEncoder | undefined)[] = [];
  readonly #returns: (EventEncoder | undefined)[] = [];
  readonly #message = new Message();

  constructor(events: ReadonlyMap<string, EventEncoder>) {
    for (const encoder of events.values()) {
      const { category, name } = encoder.layout.event;
      const bytes = new TextEncoder().encode(name);
      const own = category === groupOfKprobe(KPROBE_END) ? this.#returns : this.#entries;
      own[this.#names.add(bytes, 0, bytes.length)] = encoder;
    }
  }

  /** Drafts the record of the message [start, stop); false: it has no name, or one that the survey of the recording left out. */
  encode(draft: Draft, bytes: Uint8Array, start: number, stop: number, flags: number, pid: number): boolean {
    const message = this.#message.open(bytes, start, stop);
    let [name, type] = [-1, 0];
    while (message.next())
      if (message.field === kprobe.name && message.wire === BYTES) name = this.#names.find(bytes, message.start, message.stop);
      else if (message.field === kprobe.type) type = message.lo;
    const encoder = (type === KPROBE_END ? this.#returns : this.#entries)[name];
    if (encoder === undefined) return false;
    draft.begin(encoder.layout.sizeBytes, encoder.layout.type, flags, pid);
    return true;
  }
}
