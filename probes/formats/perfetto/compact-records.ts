/** Records of switches and wakings from columns. Of who is switched from only the state is there: it is who was switched to before. */
import type { CompactSched } from "./compact-sched.ts";
import type { Draft } from "../../stream/draft.ts";
import type { EventEncoder } from "./encoder.ts";
import type { EventLayout, PlacedField } from "./layout.ts";

const SWITCH = 4;
const WAKING = 20;
const COMM_BYTES = 16;
const NOBODY = -1;

/** Where the fields of an event go, by name. */
class Places {
  readonly layout: EventLayout;
  readonly #fields: ReadonlyMap<string, PlacedField>;

  constructor(layout: EventLayout) {
    this.layout = layout;
    this.#fields = new Map(layout.fields.map((field) => [field.name, field]));
  }

  number(draft: Draft, name: string, lo: number, hi: number): void {
    const field = this.#fields.get(name);
    if (field !== undefined) draft.number(field.offset, field.sizeBytes, lo, hi);
  }

  text(draft: Draft, name: string, bytes: Uint8Array, start: number, stop: number): void {
    const field = this.#fields.get(name);
    if (field !== undefined) draft.chars(field.offset, field.sizeBytes, bytes, start, stop);
  }
}

export class CompactRecords {
  readonly #switch: Places | null;
  readonly #waking: Places | null;
  /** Who was switched to last. */
  #last = NOBODY;
  #lastPrio = 0;
  readonly #lastComm = new Uint8Array(COMM_BYTES);
  #lastCommBytes = 0;
  /** Who runs, as far as an event tells. */
  #current = NOBODY;

  constructor(events: ReadonlyMap<number, EventEncoder>) {
    const [switches, wakings] = [events.get(SWITCH), events.get(WAKING)];
    this.#switch = switches === undefined ? null : new Places(switches.layout);
    this.#waking = wakings === undefined ? null : new Places(wakings.layout);
  }

  /** After a loss, and at the start. */
  forget(): void {
    this.#last = NOBODY;
    this.#current = NOBODY;
  }

  /** An event of the task `pid` was there. */
  runs(pid: number): void {
    this.#current = pid;
  }

  /** The switch that the columns are at; false: nobody knows who ran before. */
  draftSwitch(draft: Draft, columns: CompactSched, bytes: Uint8Array): boolean {
    const places = this.#switch;
    const isKnown = this.#last !== NOBODY && places !== null;
    const { values, high } = columns.switches;
    const pid = values[2]!;
    const prio = values[3]!;
    const start = columns.textStart(values[4]!);
    const stop = columns.textStop(values[4]!);
    if (isKnown) {
      draft.begin(places.layout.sizeBytes, places.layout.type, 0, this.#last);
      places.text(draft, "prev_comm", this.#lastComm, 0, this.#lastCommBytes);
      places.number(draft, "prev_pid", this.#last, 0);
      places.number(draft, "prev_prio", this.#lastPrio, 0);
      places.number(draft, "prev_state", values[1]!, high);
      places.text(draft, "next_comm", bytes, start, stop);
      places.number(draft, "next_pid", pid, 0);
      places.number(draft, "next_prio", prio, 0);
    }
    this.#last = pid;
    this.#lastPrio = prio;
    this.#lastCommBytes = Math.min(stop - start, COMM_BYTES - 1);
    for (let i = 0; i < this.#lastCommBytes; i++) this.#lastComm[i] = bytes[start + i]!;
    this.#current = pid;
    return isKnown;
  }

  /** The waking that the columns are at; false: nobody knows who woke. */
  draftWaking(draft: Draft, columns: CompactSched, bytes: Uint8Array): boolean {
    const places = this.#waking;
    if (places === null || this.#current === NOBODY) return false;
    const { values } = columns.wakings;
    const text = values[4]!;
    draft.begin(places.layout.sizeBytes, places.layout.type, values[5]!, this.#current);
    places.text(draft, "comm", bytes, columns.textStart(text), columns.textStop(text));
    places.number(draft, "pid", values[1]!, 0);
    places.number(draft, "target_cpu", values[2]!, 0);
    places.number(draft, "prio", values[3]!, 0);
    return true;
  }
}
