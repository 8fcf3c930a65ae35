/** Commands about recording, the session itself, and its settings. */
import { absolute } from "../../session/session-options.ts";
import { positionText } from "../position-text.ts";
import { attachAgain, joined } from "../programs.ts";
import { showResults } from "../run-programs.ts";
import type { Session } from "../session.ts";
import { readTime, seconds } from "../time-text.ts";
import { hasPrograms, table, usageError, type Command } from "./command.ts";

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");

const planning = (name: "plan" | "record"): Command["run"] =>
  async function (session, rest) {
    if (!hasPrograms(session)) return;
    const { text } = joined(session.programs);
    const status = await session.options.planning(name, text, words(rest));
    // A plan is made from the recording that is open.
    session.attached?.replay.reclaim();
    if (status !== 0) session.hasFailed = true;
  };

async function tui(session: Session): Promise<void> {
  if (!session.isInteractive) {
    session.fail("ERROR: the terminal interface needs a terminal\n");
    return;
  }
  if (!hasPrograms(session)) return;
  const attached = session.attached!;
  await session.suspended(() => session.options.tui(attached));
  const { phase, ns } = attached.replay.position();
  session.stand = phase === "running" ? { kind: "time", ns } : { kind: "end" };
  session.text(positionText(session));
}

const bound = (session: Session, which: "from" | "to"): string => {
  const time = session.window[which];
  if (time === null) return which === "from" ? "start" : "end";
  return `${time.relative ? "+" : ""}${seconds(time.ns)}`;
};

const SETTINGS = ["format", "from", "to", "autorun"] as const;
type Setting = (typeof SETTINGS)[number];

const shown = (session: Session, setting: Setting): string => {
  switch (setting) {
    case "format":
      return session.format;
    case "autorun":
      return session.autorun ? "on" : "off";
    default:
      return bound(session, setting);
  }
};

/** False: it is no value of the setting. */
function change(session: Session, setting: Setting, value: string): boolean {
  if (setting === "format" && (value === "text" || value === "json")) {
    session.format = value;
    attachAgain(session);
    return true;
  }
  if (setting === "autorun" && (value === "on" || value === "off")) {
    session.autorun = value === "on";
    return true;
  }
  if (setting !== "from" && setting !== "to") return false;
  const none = setting === "from" ? "start" : "end";
  // What has happened here belongs to the time before.
  const here = session.attached === null ? null : session.attached.replay.position().ns + 1n;
  const time = value === none ? null : value === "here" && here !== null ? { ns: here, relative: false } : readTime(value);
  if (time === null && value !== none) return false;
  session.window = { ...session.window, [setting]: time };
  const wasAt = session.stand;
  attachAgain(session);
  const from = absolute(session.window.from, session.attached?.replay.firstNs ?? null);
  session.stand = wasAt.kind === "time" && from !== null && wasAt.ns <= from ? { kind: "end" } : wasAt;
  return true;
}

const SET = "set format text|json, set from TIME|here|start, set to TIME|here|end, set autorun on|off";

async function set(session: Session, rest: string): Promise<void> {
  const [name = "", value] = words(rest);
  if (name === "") {
    session.text(table(SETTINGS.map((setting) => [setting, shown(session, setting)])));
    return;
  }
  const setting = SETTINGS.find((one) => one === name);
  if (setting === undefined) {
    usageError(session, SET);
    return;
  }
  if (value === undefined) {
    session.text(`${shown(session, setting)}\n`);
    return;
  }
  if (!change(session, setting, value)) {
    usageError(session, SET);
    return;
  }
  if (setting !== "autorun") await showResults(session);
}

const PROGRAM = "tracepoint:sched:sched_switch { @n = count(); }";

export const otherCommands: readonly Command[] = [
  {
    name: "set",
    aliases: [],
    usage: "[NAME [VALUE]]",
    argument: "setting",
    summary: "settings: format, from, to, autorun",
    help: "format text or json, for everything that programs print. from and to bound what of the recording programs see: a TIME (as for seek), here, start or end; after set from here, programs count from this moment on. autorun off keeps new programs waiting for run or seek.",
    example: [PROGRAM, "seek +2", "set from here", "set format json", "set"],
    run: set,
  },
  {
    name: "plan",
    aliases: [],
    usage: "[-p PID | -- COMMAND]",
    argument: "text",
    summary: "the commands that record what the programs need",
    help: "As hindsight plan for a script of these programs, with its flags. It plans for the machine that was recorded.",
    example: [PROGRAM, "plan -- make"],
    run: planning("plan"),
  },
  {
    name: "record",
    aliases: [],
    usage: "[--dir DIR] -- COMMAND",
    argument: "text",
    summary: "record a command for the programs, and replay it",
    help: "As hindsight record, which needs root. The session stays with its own recording.",
    example: [],
    run: (session, rest) => session.suspended(() => planning("record")(session, rest)),
  },
  {
    name: "tui",
    aliases: [],
    usage: "",
    argument: "none",
    summary: "look at the programs in the terminal interface",
    help: "From where the run stands; its keys are explained there (?). Quitting it leads back here, to where it stood.",
    example: [],
    run: tui,
  },
  {
    name: "quit",
    aliases: ["q", "exit"],
    usage: "",
    argument: "none",
    summary: "leave",
    help: "Ctrl-D on an empty line does the same.",
    example: ["quit"],
    run: (session) => {
      session.isLeaving = true;
    },
  },
];
