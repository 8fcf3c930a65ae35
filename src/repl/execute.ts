/** Does what an input asks for. */
import { providers } from "../../lang/check/attach/providers.ts";
import { didYouMean } from "../../lang/diagnostics/suggest.ts";
import { diagnosticTexts } from "../workspace/workspace.ts";
import { commands, findCommand, isCommand } from "./commands/table.ts";
import { readInput } from "./input.ts";
import { changePrograms } from "./run-programs.ts";
import { printMaps } from "./print-maps.ts";
import type { Session } from "./session.ts";
import { emit } from "./travel.ts";

function unknown(session: Session, word: string): void {
  const names = commands.flatMap(({ name, aliases }) => [name, ...aliases.filter((alias) => alias.length > 2)]);
  const near =
    didYouMean(word, names) ??
    didYouMean(
      word,
      providers.map(({ name }) => name),
    );
  const hint =
    near === null ? "help lists the commands; a program begins with a probe: tracepoint:sched:sched_switch { … }" : `did you mean ${near}?`;
  session.fail(`ERROR: unknown command: ${word}\nHINT: ${hint}\n`);
}

async function addProgram(session: Session, text: string): Promise<void> {
  const { draft } = session;
  session.draft = null;
  const index = draft?.replaces ?? null;
  const program = { file: index === null ? null : session.programs[index]!.file, text };
  const changed = index === null ? [...session.programs, program] : session.programs.with(index, program);
  const done = await changePrograms(session, changed);
  // Refused: it may be corrected in its place.
  if (!done && index !== null) session.draft = { text, replaces: index };
}

/** By itself, beside the programs: its maps are its own. */
function runBlock(session: Session, text: string): void {
  const { workspace, sink } = session.options;
  const compilation = workspace.compile(text, "block");
  const attached = workspace.attach(compilation, session.format, session.window);
  for (const error of diagnosticTexts(compilation, "error")) session.fail(error);
  if (attached === null) return;
  for (const warning of diagnosticTexts(compilation, "warning")) sink.error(warning);
  // It has run: the recording is not gone through for its sake.
  emit(session, attached, 0, attached.replay.position().told);
  printMaps(session, attached);
  session.attached?.replay.reclaim();
}

/** False: something failed. The session goes on either way. */
export async function execute(session: Session, text: string): Promise<boolean> {
  session.hasFailed = false;
  session.isInterrupted = false;
  const input = readInput(text, isCommand);
  switch (input.kind) {
    case "nothing":
      break;
    case "command":
      session.draft = null;
      await findCommand(input.name)!.run(session, input.rest);
      break;
    case "program":
      await addProgram(session, input.text);
      break;
    case "block":
      runBlock(session, input.text);
      break;
    case "unknown":
      unknown(session, input.word);
  }
  return !session.hasFailed;
}
