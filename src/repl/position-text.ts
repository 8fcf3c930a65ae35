/** Where the run stands, in a line. */
import type { FiringView } from "../bpf/travel/travel-types.ts";
import type { CompiledScript } from "../codegen/compiled.ts";
import type { Session } from "./session.ts";
import { counted, offset, seconds, thousands } from "./time-text.ts";

/** Attach points of the programs that ran, in firing order: of a program with several, the one of the record's event. */
export function firedPoints({ attach }: CompiledScript, { programs, record, isTimer }: FiringView): string[] {
  const type = isTimer || record.length < 2 ? null : record[0]! | (record[1]! << 8);
  return programs.map((program) => {
    const points = attach.filter((one) => one.program === program).map(({ point }) => point);
    const byEvent = points.find((point) => point.provider === "tracepoint" && (point.tracepoint.id & 0xffff) === type);
    return (byEvent ?? points[0])?.name ?? `#${program}`;
  });
}

const task = (session: Session, tid: number): string => {
  const comm = tid === 0 ? "<idle>" : session.options.workspace.recording.comms.get(tid);
  return comm === undefined ? `tid ${tid}` : `${comm}(${tid})`;
};

export function positionText(session: Session): string {
  const { replay } = session.attached!;
  const { firings, ns, phase } = replay.position();
  const firing = replay.lastFiring();
  const time = `${offset(ns, replay.firstNs)} s`;
  if (firing !== null) {
    const names = firedPoints(replay.script, firing).join(", ");
    return `event ${thousands(firings)}  ${time}  ${names}${firing.isTimer ? "" : `  cpu ${firing.cpu}  ${task(session, firing.tid)}`}\n`;
  }
  if (phase !== "running") return `end  ${time}  ${counted(firings, "event")}\n`;
  return firings === 0 ? `start  ${offset(ns, replay.firstNs)} s (${seconds(ns)})\n` : `${time}  ${counted(firings, "event")} so far\n`;
}
