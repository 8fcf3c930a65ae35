/** Raw events as lines: time, CPU, task, name, fields. */
import type { TracepointField } from "../../lang/catalogue.ts";
import { utcClock } from "../output/strftime.ts";
import type { PrintContext } from "../output/value-text.ts";
import { eventsAround, type RawEvent } from "../session/travel/events-around.ts";
import { recordFields } from "../workspace/record-fields.ts";
import type { Session } from "./session.ts";
import { offset } from "./time-text.ts";

const PLAIN: PrintContext = { truncTrailer: "", clock: utcClock(0n), unitLabels: "value", symbol: () => null };

interface Described {
  readonly name: string;
  readonly fields: readonly TracepointField[];
}

function describe(session: Session, id: number): Described {
  const { tracepoints, sampled = [] } = session.options.workspace.recording.catalogue;
  const tracepoint = tracepoints.find((one) => one.id === id);
  if (tracepoint !== undefined) return { name: `${tracepoint.category}:${tracepoint.name}`, fields: tracepoint.fields };
  const sample = sampled.find(({ records }) => records.eventId === id);
  return sample === undefined ? { name: `#${id}`, fields: [] } : { name: sample.label, fields: sample.records.fields };
}

function line(session: Session, event: RawEvent, firstNs: bigint): string {
  const { recording } = session.options.workspace;
  const { name, fields } = describe(session, event.eventId);
  const context = session.attached?.context ?? PLAIN;
  const values = recordFields(fields, event.record, recording.catalogue.byteOrder, context).map((field) => `${field.name}=${field.text}`);
  const task = `${event.comm === "" ? "<...>" : event.comm}(${event.tid})`;
  return `${offset(event.tsNs, firstNs)}  cpu ${event.cpu}  ${task.padEnd(20)} ${name}  ${values.join(" ")}`.trimEnd();
}

/** `count` events before the moment where the run stands and as many behind it; without programs, the first ones. A byte string. */
export function eventLines(session: Session, count: number): string {
  const { recording } = session.options.workspace;
  const replay = session.attached?.replay ?? null;
  const here = replay?.position().ns ?? -1n;
  const events = eventsAround(recording, here, count, count);
  replay?.reclaim();
  const firstNs = replay?.firstNs ?? events[0]?.tsNs ?? 0n;
  const next = events.findIndex(({ tsNs }) => tsNs > here);
  return events.map((event, i) => `${i === next && i > 0 ? "> " : "  "}${line(session, event, firstNs)}\n`).join("") || "no events\n";
}
