/** What a run reads of a recording's streams, so that those that make their records of something else need not make more of them. */
import type { PageStream, WantedRecords } from "../../probes/recording.ts";
import type { PumpOptions, TaskRuleSpec } from "../bpf/machine-types.ts";

/** Ids of a recording's own events (common_type) are the low half of event ids, the number of their layout the other one. */
const TYPE_MASK = 0xffff;
const LAYOUT_SHIFT = 16;

/** No number that a rule looks at is longer. */
const NUMBER_BYTES = 8;

/** Of the record, as far as the rule looks. */
function bytesOfRule({ eventId: _eventId, ...rule }: TaskRuleSpec): number {
  if ("comm" in rule && rule.comm?.loc === "data_loc") return Infinity;
  const ofName = "comm" in rule && rule.comm !== null ? rule.comm.offset + rule.comm.sizeBytes : 0;
  const offsets = Object.values(rule).filter((value) => typeof value === "number");
  return Math.max(ofName, ...offsets.map((offset) => offset + NUMBER_BYTES));
}

/** By event id: what programs may read of its records. Records that are read elsewhere too are wanted whole. */
function bytesOf(options: PumpOptions): Map<number, number> {
  const { dispatch, minRecordBytes, wholeRecords, probed = [], stacks, taskRules } = options;
  const bytes = new Map(
    [...dispatch.keys()].map((id) => [id, wholeRecords?.has(id) === false ? (minRecordBytes?.get(id) ?? Infinity) : Infinity]),
  );
  for (const { eventId } of probed) bytes.set(eventId, Infinity);
  for (const rule of taskRules) bytes.set(rule.eventId, Math.max(bytes.get(rule.eventId) ?? 0, bytesOfRule(rule)));
  stacks?.layouts.forEach(({ kernel, user }, layout) => {
    for (const id of [kernel, user]) bytes.set(layout * 2 ** LAYOUT_SHIFT + id, Infinity);
  });
  return bytes;
}

const ofLayout = (bytes: ReadonlyMap<number, number>, layout: number): Map<number, number> =>
  new Map([...bytes].filter(([id]) => id >>> LAYOUT_SHIFT === layout).map(([id, count]) => [id & TYPE_MASK, count]));

/** Tells the streams what the run is going to read, before it brings them to their start. */
export function wantOnly(streams: readonly PageStream[], options: PumpOptions): void {
  const bytes = bytesOf(options);
  const isReadAgain = options.trackTasks && options.tellsTasks !== true;
  for (const stream of streams) {
    const wanted: WantedRecords = {
      bytes: ofLayout(bytes, stream.layout ?? 0),
      isReadAgain,
      userStacks: options.asksForUserStacks !== false,
    };
    stream.want?.(wanted);
  }
}

/** When they are at their start the next time, streams tell everything again. */
export function wantAll(streams: readonly PageStream[]): void {
  for (const stream of streams) stream.want?.(null);
}
