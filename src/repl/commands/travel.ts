/** Commands that move through the recording. */
import { renderDiagnostic } from "../../../lang/diagnostics/render.ts";
import type { ConditionResult } from "../../session/travel/condition.ts";
import { absolute } from "../../session/session-options.ts";
import { positionText } from "../position-text.ts";
import { tellArrival } from "../run-programs.ts";
import type { Session } from "../session.ts";
import { offset, readCount, readTime } from "../time-text.ts";
import { advance, emit, goToEnd, goToFiring, goToTime, type Arrived } from "../travel.ts";
import { hasPrograms, usageError, type Command } from "./command.ts";

/** Where a move led. */
function tell(session: Session, arrived: Arrived): void {
  if (arrived === "interrupted") return tellArrival(session, arrived);
  const { phase, ns } = session.attached!.replay.position();
  session.stand = phase === "running" ? { kind: "time", ns } : { kind: "end" };
  session.text(positionText(session));
}

const SEEK = "seek TIME, seek start, seek end, seek event N";

async function seek(session: Session, rest: string): Promise<void> {
  if (!hasPrograms(session)) return;
  const { replay } = session.attached!;
  const event = /^event\s+(\S+)$/.exec(rest)?.[1];
  if (event !== undefined) {
    const number = readCount(event, 1);
    if (number === null) {
      usageError(session, SEEK);
      return;
    }
    tell(session, await goToFiring(session, number));
    return;
  }
  if (rest === "start") {
    tell(session, await goToFiring(session, 0));
    return;
  }
  if (rest === "end") {
    tell(session, await goToEnd(session));
    return;
  }
  const time = readTime(rest);
  if (time === null) {
    usageError(session, `${SEEK} (seconds of the recording's clock, 12.5, or +0.2, +15ms after its first event)`);
    return;
  }
  const ns = absolute(time, replay.firstNs)!;
  tell(session, await goToTime(session, ns));
}

/** Forward with what is printed on the way, or back. */
async function step(session: Session, by: number): Promise<void> {
  const attached = session.attached!;
  const { firings, told } = attached.replay.position();
  const arrived = await goToFiring(session, Math.max(0, firings + by));
  const now = attached.replay.position();
  emit(session, attached, told, now.told);
  tell(session, arrived);
}

const stepping = (direction: 1 | -1): Command["run"] =>
  async function (session, rest) {
    if (!hasPrograms(session)) return;
    const count = readCount(rest, 1);
    if (count === null) return usageError(session, `${direction === 1 ? "step" : "back"} [N]`);
    await step(session, direction * count);
  };

/** The condition's own text, and what is wrong with it there. */
function failCondition(session: Session, text: string, { compilation, errors, message }: Extract<ConditionResult, { ok: false }>): void {
  const { source } = compilation;
  const start = source.text.lastIndexOf(`return (\n${text}\n)`) + "return (\n".length;
  if (errors.length === 0) return session.fail(`ERROR: ${message}\n`);
  for (const { span, ...rest } of errors) {
    const isInside = span !== null && span.start >= start && span.start <= start + text.length;
    const place = isInside ? { start: span.start - start, end: Math.min(span.end - start, text.length) } : null;
    session.fail(renderDiagnostic({ name: "condition", text }, { ...rest, span: place, related: [] }));
  }
}

async function untilCondition(session: Session, text: string): Promise<Arrived | null> {
  const { replay } = session.attached!;
  const result = replay.compileCondition(text);
  if (!result.ok) {
    failCondition(session, text, result);
    return null;
  }
  return advance(session, { kind: "condition", condition: result.condition }, true);
}

async function untilProbe(session: Session, name: string): Promise<Arrived | null> {
  const programs = session.attached!.replay.programsOf(name);
  if (programs.length > 0) return advance(session, { kind: "programs", programs }, true);
  const names = [...new Set(session.attached!.replay.script.attach.map(({ point }) => point.name))];
  session.fail(`ERROR: no program is attached to ${name}\nHINT: they are on ${names.slice(0, 8).join(", ")}\n`);
  return null;
}

async function untilTime(session: Session, text: string): Promise<Arrived | null> {
  const time = readTime(text);
  if (time === null) {
    usageError(session, "until time TIME (12.5), or until time +1s from here");
    return null;
  }
  const ns = time.relative ? session.attached!.replay.position().ns + time.ns : time.ns;
  return advance(session, { kind: "time", ns }, true);
}

async function until(session: Session, rest: string): Promise<void> {
  if (!hasPrograms(session)) return;
  if (rest === "") {
    usageError(session, "until CONDITION, until probe NAME, until time TIME");
    return;
  }
  const { replay } = session.attached!;
  if (replay.position().phase !== "running") {
    session.note("from the start, as the run is at its end\n");
    await goToFiring(session, 0);
  }
  const from = replay.position();
  const [, kind, name = ""] = /^(probe|time)\s+(\S+)$/.exec(rest) ?? [];
  const arrived = await (kind === "probe"
    ? untilProbe(session, name)
    : kind === "time"
      ? untilTime(session, name)
      : untilCondition(session, rest));
  if (arrived === null) return;
  if (arrived === "end") session.text(`not from ${offset(from.ns, replay.firstNs)} s to the end\n`);
  tell(session, arrived);
}

const PROGRAM = "tracepoint:sched:sched_switch { @n = count(); @last = args.next_comm; }";

export const travelCommands: readonly Command[] = [
  {
    name: "seek",
    aliases: ["goto"],
    usage: "TIME | start | end | event N",
    argument: "place",
    summary: "go to a moment of the recording",
    help: "TIME is in seconds of the recording's clock (12.5), or after its first event (+0.2, +15ms). An event is one that a program of yours ran at, and timers count. end is before end probes; run goes on from there.",
    example: [PROGRAM, "seek +1.5", "print @n", "seek event 3"],
    run: seek,
  },
  {
    name: "step",
    aliases: ["s", "next"],
    usage: "[N]",
    argument: "none",
    summary: "to the next event, or N events on",
    help: "What programs print at these events is shown.",
    example: [PROGRAM, "seek start", "step", "step 10"],
    run: stepping(1),
  },
  {
    name: "back",
    aliases: ["b"],
    usage: "[N]",
    argument: "none",
    summary: "to the state before the last event, or N events back",
    help: "Maps hold again what they held then.",
    example: [PROGRAM, "back", "print @n", "back 100"],
    run: stepping(-1),
  },
  {
    name: "until",
    aliases: ["u"],
    usage: "CONDITION | probe NAME | time TIME",
    argument: "condition",
    summary: "run until something is true",
    help: 'CONDITION is an expression over maps, and over pid, comm, nsecs … of the event: @n > 10 && comm == "bash". It is looked at behind each event that a program runs at. probe NAME stops at the next event of that attach point, time +1s a second from here.',
    example: [PROGRAM, "until @n == 100", "until probe tracepoint:sched:sched_switch", "until time +0.5"],
    run: until,
  },
  {
    name: "where",
    aliases: ["w"],
    usage: "",
    argument: "none",
    summary: "where the run stands",
    help: "The number of the event, its time after the first event of the recording, its probe, CPU and task.",
    example: [PROGRAM, "where"],
    run: (session) => {
      if (hasPrograms(session)) session.text(positionText(session));
    },
  },
];
