/** How much of each event's records programs read, so that only so much of a call's text is decoded. */
import type { WantedRecords } from "../../recording.ts";
import { eventIds, FIRST_ARGUMENT, FIRST_FIELD, FIRST_POINTER, type CallEvents } from "./events.ts";

/** Each has what the ones before it have. */
export const depths = {
  /** The common fields. */
  common: 0,
  /** The number of the call, and what it returned. */
  number: 1,
  /** Arguments as numbers; of an exit there are none. */
  arguments: 2,
  /** The memory that pointers lead to. */
  memory: 3,
} as const;

/** Ids of events are below that. */
const MOST_IDS = 4096;
const ARGUMENT_BYTES = 8;
const MOST_ARGUMENTS = 255;

export class WantedDepth {
  /** By event id: one of `depths`. */
  readonly of = new Uint8Array(MOST_IDS);
  /** By id of the entry: how many of a call's arguments are wanted as numbers, by any of its events. */
  readonly argumentsOf = new Uint8Array(MOST_IDS);
  /** The same of calls without events of their own. */
  argumentsOfOthers = MOST_ARGUMENTS;

  constructor(calls: readonly CallEvents[]) {
    this.set(null, calls);
  }

  set(wanted: WantedRecords | null, calls: readonly CallEvents[]): void {
    const bytesOf = (id: number): number => (wanted === null ? Infinity : (wanted.bytes.get(id) ?? FIRST_FIELD));
    const shallow = (id: number): number => (bytesOf(id) > FIRST_FIELD ? depths.memory : depths.common);
    for (const id of Object.values(eventIds)) this.of[id] = shallow(id);
    this.of[eventIds.rawEnter] = entryDepth(bytesOf(eventIds.rawEnter), Infinity);
    this.argumentsOfOthers = argumentsIn(bytesOf(eventIds.rawEnter));
    for (const call of calls) {
      const [entry, exit] = [bytesOf(call.enterId), bytesOf(call.exitId)];
      this.of[call.enterId] = entryDepth(entry, FIRST_ARGUMENT + ARGUMENT_BYTES * call.kinds.length);
      const hasPointers = call.exitBytes > FIRST_POINTER;
      const exitDepth = exit > FIRST_POINTER && hasPointers ? depths.memory : exit > FIRST_FIELD ? depths.number : depths.common;
      this.of[call.exitId] = exitDepth;
      const own = exitDepth === depths.memory ? MOST_ARGUMENTS : argumentsIn(entry);
      this.argumentsOf[call.enterId] = Math.max(own, this.argumentsOfOthers);
    }
  }
}

function entryDepth(bytes: number, fixedBytes: number): number {
  if (bytes <= FIRST_FIELD) return depths.common;
  if (bytes <= FIRST_ARGUMENT) return depths.number;
  return bytes <= fixedBytes ? depths.arguments : depths.memory;
}

const argumentsIn = (bytes: number): number => Math.min(MOST_ARGUMENTS, Math.max(0, Math.ceil((bytes - FIRST_ARGUMENT) / ARGUMENT_BYTES)));
