/** Moving through the run: forward in slices, between which Ctrl-C is heard; back by the moments that the replay keeps. */
import type { Advanced, Goal, Position } from "../session/travel/replay.ts";
import type { Attached } from "../workspace/workspace.ts";
import type { Session } from "./session.ts";
import { counted, offset } from "./time-text.ts";

/** Firings between two looks at the keyboard, at first; then as many as take about so long. */
const FIRST_SLICE = 256;
const LARGEST_SLICE = 1 << 20;
const SLICE_MS = 20;

const nextSlice = (slice: number, ms: number): number =>
  ms < SLICE_MS / 2 ? Math.min(LARGEST_SLICE, slice * 4) : ms > SLICE_MS * 2 ? Math.max(1, slice >> 1) : slice;

export type Arrived = Advanced["stopped"] | "interrupted";

/** What the programs printed on the way. */
export function emit({ options: { sink } }: Session, { log }: Attached, from: number, to: number): void {
  for (const { to: where, text } of log.between(from, to)) (where === "output" ? sink.bytes : sink.error)(text);
}

/** What the end of a run puts before the maps: of use where a terminal shows ^C. */
const GAP = "\n\n";

/** The end of a run, from `from` on: maps stand apart from what was printed since `start`, if anything was. */
export function emitEnd(session: Session, attached: Attached, start: number, from: number, to: number): void {
  const pieces = attached.log.between(from, to);
  const gap = pieces.findLastIndex(({ text }) => text === GAP);
  const isApart = gap > 0 || attached.log.between(start, from).length > 0;
  const { sink } = session.options;
  pieces.forEach(({ to: where, text }, i) => {
    if (i !== gap) (where === "output" ? sink.bytes : sink.error)(text);
    else if (isApart && i < pieces.length - 1) sink.bytes("\n");
  });
}

function note(session: Session, { firings, phase }: Position): void {
  const { farthest } = session;
  session.farthest = { firings: Math.max(farthest.firings, firings), isEnd: farthest.isEnd || phase !== "running" };
}

/** Until a run is long. */
const PATIENCE_MS = 500;

const progressText = ({ replay }: Attached, { ns, firings }: Position): string =>
  `${offset(ns, replay.firstNs).slice(0, -6)} s, ${counted(firings, "event")}; Ctrl-C stops`;

/** Forward. `isLoud`: what is printed on the way is shown. */
export async function advance(session: Session, goal: Goal, isLoud: boolean): Promise<Arrived> {
  const attached = session.attached!;
  const { replay } = attached;
  let { told } = replay.position();
  const begun = performance.now();
  for (let slice = FIRST_SLICE; ;) {
    const started = performance.now();
    const { stopped, position } = replay.advance(goal, slice);
    slice = nextSlice(slice, performance.now() - started);
    note(session, position);
    if (isLoud) emit(session, attached, told, position.told);
    told = position.told;
    if (stopped !== "budget") return stopped;
    if (performance.now() - begun > PATIENCE_MS) session.progress(progressText(attached, position));
    await session.breathe();
    if (session.isInterrupted) return "interrupted";
  }
}

/** As near as what is known brings it at once. */
function catchUp(session: Session): void {
  const { replay } = session.attached!;
  if (replay.position().firings < session.farthest.firings) replay.seekFiring(session.farthest.firings);
}

export async function goToFiring(session: Session, number: number): Promise<Arrived> {
  const { replay } = session.attached!;
  const { farthest } = session;
  if (number <= farthest.firings || farthest.isEnd) {
    replay.seekFiring(number);
    return "goal";
  }
  catchUp(session);
  return advance(session, { kind: "firing", number }, false);
}

/** `ns` of the recording's clock: everything up to then has happened. */
export async function goToTime(session: Session, ns: bigint): Promise<Arrived> {
  const { replay } = session.attached!;
  const here = replay.position();
  if (session.farthest.isEnd || (here.firings === session.farthest.firings && here.ns > ns)) {
    replay.seekTime({ ns, relative: false });
    return "goal";
  }
  if (here.firings < session.farthest.firings) {
    replay.seekFiring(session.farthest.firings);
    if (replay.position().ns > ns) {
      replay.seekTime({ ns, relative: false });
      return "goal";
    }
  }
  return advance(session, { kind: "time", ns }, false);
}

/** The state before end probes. */
export async function goToEnd(session: Session): Promise<Arrived> {
  const { replay } = session.attached!;
  if (session.farthest.isEnd) {
    replay.seekEnd();
    return "end";
  }
  catchUp(session);
  return advance(session, { kind: "end" }, false);
}

/** To the end, with all that is printed behind `told` events of output, the maps at last. */
export async function runOn(session: Session): Promise<Arrived> {
  const attached = session.attached!;
  const { replay } = attached;
  const from = replay.position();
  /** What begin probes print is printed before anything can be asked for. */
  const start = from.firings === 0 ? 0 : from.told;
  emit(session, attached, start, from.told);
  const started = performance.now();
  const arrived = from.phase === "running" ? await advance(session, { kind: "end" }, true) : "end";
  if (arrived !== "end") return arrived;
  const { told } = replay.position();
  const result = replay.finish();
  const end = replay.position();
  note(session, end);
  if (from.phase === "running") session.lastRun = { ms: performance.now() - started, firings: end.firings - from.firings };
  emitEnd(session, attached, start, told, end.told);
  for (const text of session.options.shortfalls(result, attached)) session.options.sink.error(text);
  return "end";
}
