/** What records that are no events tell of tasks, as lines {"task": …}: the inverse of what the reader of JSON lines does. */
import type { Recording, TaskRule } from "../../../probes/recording.ts";
import type { WalkedEvent } from "../each-event.ts";
import { addressText, stringText, wordText } from "./bytes-text.ts";

export interface TaskText {
  /** Only the name and process of the record's own task, which a line of an event of that task tells as well. */
  readonly namesOnly: boolean;
  /** The object's text; null: the record tells nothing. */
  readonly text: (record: WalkedEvent) => string | null;
}

/** A member of the object, with its comma; "": the record does not tell it. */
type Member = (record: WalkedEvent) => string;

const COMMON_PID = 4;
const NOT_TOLD = 0xffff_ffff;

function members(rule: TaskRule, isLittle: boolean): readonly Member[] {
  const u32 = ({ view, start }: WalkedEvent, at: number): number => view.getUint32(start + at, isLittle);
  const u64 = (record: WalkedEvent, at: number, text: typeof addressText): string =>
    text(u32(record, isLittle ? at : at + 4), u32(record, isLittle ? at + 4 : at));
  const unsigned = (low: number, high: number): string => wordText(low, high, "unsigned");
  switch (rule.kind) {
    case "fork": {
      const { parent, flags } = rule;
      const isWide = "wideFlags" in rule;
      const flagsText = (record: WalkedEvent): string =>
        isWide ? u64(record, flags, addressText) : addressText(u32(record, isLittle ? flags : flags + 4), 0);
      return [
        (record) => `,"parent":${u32(record, parent)}`,
        ...(flags < 0 ? [] : [(record: WalkedEvent) => `,"flags":${flagsText(record)}`]),
      ];
    }
    case "tgid":
      return [(record) => (u32(record, rule.tgid) === 0 ? "" : `,"tgid":${u32(record, rule.tgid)}`)];
    case "comm": {
      const { offset, sizeBytes } = rule.comm;
      return [
        ({ bytes, start }) => {
          const [from, to] = [start + offset, start + offset + sizeBytes];
          const nul = bytes.subarray(from, to).indexOf(0);
          return nul === 0 ? "" : `,"comm":${stringText(bytes, from, nul < 0 ? to : from + nul)}`;
        },
      ];
    }
    case "told_id":
      return [(record) => (u32(record, rule.value) === NOT_TOLD ? "" : `,"${rule.id}":${u32(record, rule.value)}`)];
    case "started":
      return [
        (record) => {
          const text = u64(record, rule.value, unsigned);
          return text === "0" ? "" : `,"started":${text}`;
        },
      ];
    case "cgroup":
      return [(record) => `,"cgroup":${u64(record, rule.value, unsigned)}`];
    case "exit":
      return [() => `,"exits":true`];
    default:
      return [];
  }
}

/** Where the thread id is of the task that a rule tells of. */
function taskAt(rule: TaskRule): number {
  if (rule.kind === "fork") return rule.child;
  return "pid" in rule ? rule.pid : COMMON_PID;
}

function isTold(rule: TaskRule): boolean {
  if (rule.kind === "comm") return rule.comm.loc === "inline" && !rule.comm.basename;
  if (rule.kind === "cgroup") return rule.hierarchy < 0;
  if (rule.kind === "fork") return !("late" in rule) && rule.comm === null;
  return rule.kind === "tgid" || rule.kind === "told_id" || rule.kind === "started" || rule.kind === "exit";
}

/** By event id. Records that tell what these lines have no place for, which no format's do, are not among them. */
export function taskTexts({ catalogue, taskRules }: Recording): Map<number, TaskText> {
  const isLittle = catalogue.byteOrder === "little";
  const events = new Set(catalogue.tracepoints.map(({ id }) => id));
  const byId = new Map<number, TaskRule[]>();
  for (const rule of taskRules) if (!events.has(rule.eventId)) byId.set(rule.eventId, [...(byId.get(rule.eventId) ?? []), rule]);
  const texts = new Map<number, TaskText>();
  for (const [id, rules] of byId) {
    const [at, ...others] = new Set(rules.map(taskAt));
    if (at === undefined || others.length > 0 || !rules.every(isTold)) continue;
    const told = rules.flatMap((rule) => members(rule, isLittle));
    texts.set(id, {
      namesOnly: at === COMMON_PID && rules.every(({ kind }) => kind === "comm" || kind === "tgid"),
      text(record) {
        const pid = record.view.getUint32(record.start + at, isLittle);
        const text = told.map((member) => member(record)).join("");
        return pid === 0 || text === "" ? null : `{"pid":${pid}${text}}`;
      },
    });
  }
  return texts;
}
