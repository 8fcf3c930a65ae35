/** Events that tell the names of themselves and of their fields with each record. */
import { ByteNames } from "../text/byte-names.ts";
import type { Draft } from "../../stream/draft.ts";
import type { EventEncoder } from "./encoder.ts";
import type { GenericEncoder } from "./events.ts";
import { generic } from "./fields.ts";
import { BYTES, Message } from "./message.ts";
import type { CodeNumbers } from "./symbols.ts";

const MOST_NAMES = 1 << 16;

interface Own {
  readonly encoder: EventEncoder;
  /** Its fields' numbers, by number of the field's name. */
  readonly ids: readonly (number | undefined)[];
}

export class GenericMessages {
  readonly #names = new ByteNames(MOST_NAMES);
  /** By number of the event's name. */
  readonly #events: (Own | undefined)[] = [];
  readonly #message = new Message();
  readonly #field = new Message();

  constructor(events: ReadonlyMap<string, GenericEncoder>) {
    const numberOf = (name: string): number => {
      const bytes = new TextEncoder().encode(name);
      return this.#names.add(bytes, 0, bytes.length);
    };
    for (const [name, { encoder, fieldIds }] of events) {
      const ids: (number | undefined)[] = [];
      for (const [field, id] of fieldIds) ids[numberOf(field)] = id;
      this.#events[numberOf(name)] = { encoder, ids };
    }
  }

  /** Drafts the record of the message [start, stop); false: it has no name, or one that the survey of the recording left out. */
  encode(draft: Draft, bytes: Uint8Array, start: number, stop: number, flags: number, pid: number, code: CodeNumbers): boolean {
    const message = this.#message.open(bytes, start, stop);
    let own: Own | undefined;
    while (message.next()) {
      if (message.wire !== BYTES) continue;
      if (message.field === generic.name) {
        if (own !== undefined) return false;
        own = this.#events[this.#names.find(bytes, message.start, message.stop)];
        if (own === undefined) return false;
        draft.begin(own.encoder.layout.sizeBytes, own.encoder.layout.type, flags, pid);
        own.encoder.begin();
      } else if (message.field === generic.field && own !== undefined) this.#put(draft, own, message, code);
    }
    own?.encoder.finish(draft);
    return own !== undefined;
  }

  #put(draft: Draft, own: Own, { bytes, start, stop }: Message, code: CodeNumbers): void {
    const field = this.#field.open(bytes, start, stop);
    let id: number | undefined;
    while (field.next())
      if (field.field === generic.fieldName && field.wire === BYTES) id = own.ids[this.#names.find(bytes, field.start, field.stop)];
      else if (id !== undefined) own.encoder.put(draft, id, field, code);
  }
}
