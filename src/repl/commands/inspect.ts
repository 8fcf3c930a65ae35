/** Commands that look into the programs. */
import { disassemble } from "../../bpf/isa/disasm.ts";
import type { ProgramSpec } from "../../bpf/spec.ts";
import { verifierLog, verify } from "../../bpf/verifier/verify.ts";
import { explainText } from "../explain-text.ts";
import { positionText } from "../position-text.ts";
import { programAt } from "../programs.ts";
import type { Session } from "../session.ts";
import { statsText } from "../stats.ts";
import { counted } from "../time-text.ts";
import { hasPrograms, type Command } from "./command.ts";
import { programIndex } from "./programs.ts";

/** What the programs compiled to: those of program N of the list, or all. */
function compiledOf(session: Session, rest: string): readonly ProgramSpec[] | null {
  if (!hasPrograms(session)) return null;
  const { script } = session.attached!.compilation;
  if (rest === "") return script!.programs;
  const index = programIndex(session, rest);
  return index === null ? null : script!.programs.filter(({ lines }) => programAt(session, lines[0]?.start ?? 0) === index);
}

function disasm(session: Session, rest: string): void {
  const { attached } = session;
  const programs = compiledOf(session, rest);
  const { compilation } = attached ?? {};
  for (const program of programs ?? [])
    session.text(`${program.section}: ${program.name}\n${disassemble(program, compilation!.script!.maps, compilation!.source.text)}\n`);
}

/** Steps of the verifier that are shown. */
const MOST_STEPS = 2_000;

function verified(session: Session, rest: string): void {
  const [, wantsLog = "", number = ""] = /^(log\b)?\s*(.*)$/.exec(rest) ?? [];
  const programs = compiledOf(session, number);
  const maps = session.attached?.compilation.script?.maps ?? [];
  for (const program of programs ?? []) {
    const { stats } = verify(program, maps);
    const stack = [...stats.stackDepth.values()].reduce((sum, bytes) => Math.max(sum, bytes), 0);
    const loops = stats.callbacks.size > 0 ? `, ${counted(stats.callbacks.size, "callback")}` : "";
    session.text(
      `${program.section}: ${program.name}: ok, ${counted(program.insns.length, "insn")}, ${counted(stats.insns, "insn")} processed, ` +
        `${counted(stats.totalStates, "state")} (peak ${stats.peakStates}, most at an insn ${stats.maxStatesPerInsn}), ` +
        `stack ${stack} bytes${loops}\n`,
    );
    if (wantsLog !== "") session.text(`${verifierLog(program, maps, MOST_STEPS).join("\n")}\n\n`);
  }
}

function explain(session: Session, rest: string): void {
  if (!hasPrograms(session)) return;
  const { replay } = session.attached!;
  const index = rest === "" ? null : programIndex(session, rest);
  if (rest !== "" && index === null) return;
  if (replay.lastFiring() === null) {
    session.fail("ERROR: the run does not stand at an event\nHINT: step, back and until stop at events\n");
    return;
  }
  session.text(positionText(session));
  const traced = replay.explain().filter(({ program }) => {
    const start = replay.script.programs[program]?.lines[0]?.start ?? 0;
    return index === null || programAt(session, start) === index;
  });
  if (traced.length === 0) session.text("no such program ran at this event\n");
  for (const program of traced) session.text(explainText(session, program));
}

const PROGRAM = "tracepoint:sched:sched_switch { @n = count(); }";

export const inspectCommands: readonly Command[] = [
  {
    name: "explain",
    aliases: ["x"],
    usage: "[N]",
    argument: "program",
    summary: "what the programs did at this event",
    help: "Instruction by instruction, with the line of the script: registers that changed, what was written to the stack and to maps, helpers with arguments and results; then how maps changed. Of program N only, if there is a number.",
    example: [PROGRAM, "seek event 3", "explain"],
    run: explain,
  },
  {
    name: "disasm",
    aliases: ["d"],
    usage: "[N]",
    argument: "program",
    summary: "the eBPF code of a program",
    help: "Of all programs without N, with the script's text where its code begins.",
    example: [PROGRAM, "disasm 1"],
    run: disasm,
  },
  {
    name: "verify",
    aliases: ["v"],
    usage: "[log] [N]",
    argument: "program",
    summary: "what the verifier found",
    help: "Instructions and states that it walked, and the stack that is used. log adds the walk: what each register is known to hold behind each instruction, path after path.",
    example: [PROGRAM, "verify", "verify log 1"],
    run: verified,
  },
  {
    name: "stats",
    aliases: [],
    usage: "",
    argument: "none",
    summary: "how often programs ran, and what that took",
    help: "Runs up to where the run stands; instructions, and those that the verifier processed. The time of a run is measured by going over the whole recording with that program alone and with none; < says that the difference drowns in what such runs differ by.",
    example: [PROGRAM, "stats"],
    run: async (session) => {
      if (hasPrograms(session)) session.text(await statsText(session));
    },
  },
];
