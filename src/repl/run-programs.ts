/** Results at once: what programs say over the recording, or up to where the user looks. */
import { positionText } from "./position-text.ts";
import { printMaps } from "./print-maps.ts";
import { setPrograms } from "./programs.ts";
import type { Program } from "./session.ts";
import type { Session } from "./session.ts";
import { counted } from "./time-text.ts";
import { emit, emitEnd, goToTime, runOn, type Arrived } from "./travel.ts";

const INTERRUPTED = "interrupted: the run stands where it was stopped; run goes on\n";

/** Says where an interrupted run stands. */
export function tellArrival(session: Session, arrived: Arrived): void {
  if (arrived !== "interrupted") return;
  session.text(INTERRUPTED);
  session.text(positionText(session));
}

/** From here, or from the start when the run is at its end. */
export async function runToEnd(session: Session): Promise<void> {
  const attached = session.attached!;
  const { replay } = attached;
  if (replay.position().phase === "finished") {
    emitEnd(session, attached, 0, 0, replay.position().told);
    return;
  }
  const arrived = await runOn(session);
  tellArrival(session, arrived);
  if (arrived === "interrupted") return;
  session.stand = { kind: "end" };
  const { lastRun } = session;
  if (lastRun !== null) session.note(`${counted(lastRun.firings, "event")} in ${lastRun.ms.toFixed(0)} ms\n`);
}

/** New or changed programs: to the end, or to the time at which the user looks. */
export async function showResults(session: Session): Promise<void> {
  const { attached, stand } = session;
  if (attached === null || !session.autorun) return;
  if (attached.replay.script.attach.length === 0) {
    session.note("no probes so far\n");
    return;
  }
  if (stand.kind === "end") return runToEnd(session);
  const arrived = await goToTime(session, stand.ns);
  emit(session, attached, 0, attached.replay.position().told);
  if (arrived === "interrupted") {
    tellArrival(session, arrived);
    return;
  }
  session.text(positionText(session));
  printMaps(session);
}

/** Whether they compiled. */
export async function changePrograms(session: Session, programs: readonly Program[]): Promise<boolean> {
  if (!setPrograms(session, programs)) return false;
  await showResults(session);
  return true;
}
