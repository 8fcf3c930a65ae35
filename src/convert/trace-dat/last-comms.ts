/** The last name of each task, as tracefs keeps it (saved_cmdlines), from what the records tell. */
import type { Recording, TaskRule } from "../../../probes/recording.ts";
import type { RecordAt } from "./each-record.ts";

type CommRule = Extract<TaskRule, { readonly kind: "comm" }>;

const SLASH = 0x2f;
const MOST_TASKS = 65_536;
const decoder = new TextDecoder();

export class LastComms {
  readonly #rules = new Map<number, CommRule[]>();
  readonly #comms: Map<number, string>;
  readonly #little: boolean;

  constructor(recording: Recording) {
    this.#comms = new Map(recording.comms);
    this.#little = recording.catalogue.byteOrder === "little";
    // Who has the names has the last ones.
    if (recording.comms.size > 0) return;
    for (const rule of recording.taskRules) {
      if (rule.kind !== "comm") continue;
      const rules = this.#rules.get(rule.eventId) ?? [];
      rules.push(rule);
      this.#rules.set(rule.eventId, rules);
    }
  }

  get comms(): ReadonlyMap<number, string> {
    return this.#comms;
  }

  note(id: number, record: RecordAt): void {
    for (const rule of this.#rules.get(id) ?? []) this.#apply(rule, record);
  }

  #apply({ pid, comm }: CommRule, { bytes, view, start, size }: RecordAt): void {
    if (pid + 4 > size || comm.offset + 4 > size) return;
    let from = comm.offset;
    let length = comm.sizeBytes;
    if (comm.loc === "data_loc") {
      const location = view.getUint32(start + comm.offset, this.#little);
      from = location & 0xffff;
      length = location >>> 16;
    }
    if (from + length > size) return;
    let text = bytes.subarray(start + from, start + from + length);
    const nul = text.indexOf(0);
    if (nul >= 0) text = text.subarray(0, nul);
    if (comm.basename) text = text.subarray(text.lastIndexOf(SLASH) + 1);
    const task = view.getInt32(start + pid, this.#little);
    if (text.length === 0 || task <= 0 || (this.#comms.size >= MOST_TASKS && !this.#comms.has(task))) return;
    this.#comms.set(task, decoder.decode(text.subarray(0, 15)));
  }
}
