/** Commands that keep the list of programs. */
import { readFileSync, writeFileSync } from "node:fs";
import { sourceBytes, sourceText } from "../../../lang/diagnostics/source-bytes.ts";
import { editText } from "../edit-text.ts";
import { joined, programName } from "../programs.ts";
import type { Program } from "../session.ts";
import { changePrograms, runToEnd } from "../run-programs.ts";
import type { Session } from "../session.ts";
import { counted, readCount } from "../time-text.ts";
import { hasPrograms, usageError, type Command } from "./command.ts";

/** Index of the program that a number names; null with an error. */
export function programIndex(session: Session, text: string): number | null {
  const number = readCount(text, session.programs.length);
  if (number !== null && number <= session.programs.length) return number - 1;
  session.fail(
    session.programs.length === 0
      ? "ERROR: there is no program\n"
      : `ERROR: there is no program ${text.trim()}: list shows 1 to ${session.programs.length}\n`,
  );
  return null;
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function listText(session: Session): string {
  return session.programs
    .map((program, i) => {
      const from = program.file === null ? "" : `  # ${program.file}`;
      const indent = " ".repeat(String(i + 1).length + 2);
      const lines = program.text.trimEnd().split("\n");
      return `${i + 1}: ${lines[0] ?? ""}${from}\n${lines
        .slice(1)
        .map((line) => `${indent}${line}\n`)
        .join("")}`;
    })
    .join("");
}

async function replace(session: Session, index: number, text: string): Promise<void> {
  const file = session.programs[index]!.file;
  await changePrograms(session, session.programs.with(index, { file, text }));
}

async function edit(session: Session, rest: string): Promise<void> {
  const [, number = "", text = ""] = /^(\d*)\s*([\s\S]*)$/.exec(rest) ?? [];
  const index = programIndex(session, number);
  if (index === null) return;
  if (text !== "") return replace(session, index, text);
  const { env } = session.options;
  const editor = env["VISUAL"] ?? env["EDITOR"] ?? "";
  const before = session.programs[index]!.text;
  if (editor === "" && session.isInteractive) {
    session.draft = { text: before, replaces: index };
    return;
  }
  if (editor === "") {
    usageError(session, "edit N PROGRAM, or set EDITOR");
    return;
  }
  const edited = session.suspended(() => editText(editor, before));
  if (!edited.ok) {
    session.fail(`ERROR: ${edited.message}\n`);
    return;
  }
  if (edited.text.trim() === "") {
    session.note("empty: the program stays as it was\n");
    return;
  }
  if (edited.text !== before) await replace(session, index, edited.text);
}

async function remove(session: Session, rest: string): Promise<void> {
  const index = programIndex(session, rest);
  if (index === null) return;
  const { attached } = session;
  const before = session.programs[index]!;
  const wasAuto = session.autorun;
  session.autorun = false;
  const done = await changePrograms(session, session.programs.toSpliced(index, 1));
  session.autorun = wasAuto;
  if (!done && session.attached === attached) return;
  session.note(`removed ${programName(before, index)}\n`);
}

function save(session: Session, rest: string): void {
  if (rest === "") return usageError(session, "save FILE.bt");
  if (!hasPrograms(session)) return;
  const { text } = joined(session.programs);
  try {
    writeFileSync(rest, sourceBytes(text));
  } catch (error) {
    return session.fail(`ERROR: failed to write '${rest}': ${reason(error)}\n`);
  }
  session.text(`saved ${counted(session.programs.length, "program")} to ${rest}\n`);
}

async function load(session: Session, rest: string): Promise<void> {
  if (rest === "") {
    usageError(session, "load FILE.bt");
    return;
  }
  let text: string;
  try {
    text = sourceText(readFileSync(rest));
  } catch (error) {
    session.fail(`ERROR: failed to open file '${rest}': ${reason(error)}\n`);
    return;
  }
  const program: Program = { file: rest, text };
  await changePrograms(session, [...session.programs, program]);
}

const SWITCHES = "tracepoint:sched:sched_switch { @[args.prev_comm] = count(); }";
const WRITES = "tracepoint:syscalls:sys_enter_write { @bytes = sum(args.count); }";

export const programCommands: readonly Command[] = [
  {
    name: "list",
    aliases: ["ls"],
    usage: "",
    argument: "none",
    summary: "the programs of this session",
    help: "Programs are numbered from 1. They run together as one script, so they share maps.",
    example: [SWITCHES, "list"],
    run: (session) => {
      if (session.programs.length === 0) session.text("no programs\n");
      else session.text(listText(session));
    },
  },
  {
    name: "run",
    aliases: ["r"],
    usage: "",
    argument: "none",
    summary: "run the programs to the end of the recording",
    help: "From where the run stands; at its end, everything is printed once more. Ctrl-C stops the run where it is.",
    example: ["set autorun off", SWITCHES, "run"],
    run: async (session) => {
      if (hasPrograms(session)) await runToEnd(session);
    },
  },
  {
    name: "edit",
    aliases: [],
    usage: "[N] [PROGRAM]",
    argument: "program",
    summary: "change a program",
    help: "Opens the program (the last one without N) in $VISUAL or $EDITOR, or else in this editor. With a program behind the number, that takes its place.",
    example: [SWITCHES, "edit 1 tracepoint:sched:sched_switch { @n = count(); }"],
    run: edit,
  },
  {
    name: "remove",
    aliases: ["rm"],
    usage: "[N]",
    argument: "program",
    summary: "take a program out",
    help: "Program N, or the last one. The others run anew when you ask for it.",
    example: [SWITCHES, WRITES, "remove 1", "list"],
    run: remove,
  },
  {
    name: "clear",
    aliases: [],
    usage: "",
    argument: "none",
    summary: "take all programs out",
    help: "The recording stays open.",
    example: [SWITCHES, "clear", "list"],
    run: async (session) => {
      await changePrograms(session, []);
    },
  },
  {
    name: "save",
    aliases: [],
    usage: "FILE.bt",
    argument: "file",
    summary: "write the programs to a script",
    help: "One script of all programs, for hindsight FILE.bt or bpftrace FILE.bt.",
    example: [SWITCHES, "save switches.bt"],
    run: save,
  },
  {
    name: "load",
    aliases: ["source"],
    usage: "FILE.bt",
    argument: "file",
    summary: "add a script as a program",
    help: "Its messages name the file.",
    example: [SWITCHES, "save switches.bt", "clear", "load switches.bt"],
    run: load,
  },
];
