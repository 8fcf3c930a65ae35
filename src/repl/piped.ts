/** Inputs from a file or a pipe: they run one by one until one fails. */
import { isCommand } from "./commands/table.ts";
import { execute } from "./execute.ts";
import { isUnfinished } from "./input.ts";
import type { ReplOptions } from "./face.ts";
import { changePrograms } from "./run-programs.ts";
import { Session } from "./session.ts";

export interface Piece {
  readonly text: string;
  /** Of its first line, from 1. */
  readonly line: number;
}

/** Cuts a text into inputs, each of as many lines as it needs. */
export function* inputsOf(text: string): Generator<Piece> {
  const lines = text.split(/\r?\n/);
  let start = 0;
  for (let end = 1; end <= lines.length; end++) {
    const piece = lines.slice(start, end).join("\n");
    if (end < lines.length && isUnfinished(piece, isCommand)) continue;
    if (piece.trim() !== "") yield { text: piece, line: start + 1 };
    start = end;
  }
}

/** The exit status: 1 if an input failed, whose line is told. */
export async function runPiped(session: Session, text: string): Promise<number> {
  for (const { text: input, line } of inputsOf(text)) {
    if (!(await execute(session, input))) {
      session.options.sink.error(`ERROR: line ${line}: ${input.split("\n", 1)[0]!.trim()}\n`);
      return 1;
    }
    if (session.isLeaving) return 0;
  }
  return 0;
}

/** The whole session, with the script that the command line names. */
export async function replPiped(options: ReplOptions, text: string): Promise<number> {
  const session = new Session(options);
  if (options.script !== null) {
    const file = options.script.name === "stdin" ? null : options.script.name;
    if (!(await changePrograms(session, [{ file, text: options.script.text }]))) return 1;
  }
  return runPiped(session, text);
}
