/** What a command is. The table of all of them (table.ts) is what help, completion and docs/repl.md are made of. */
import type { Session } from "../session.ts";

/** What stands behind a command, for completion. */
export type Argument = "none" | "probe" | "map" | "file" | "program" | "condition" | "command" | "setting" | "place" | "text";

export interface Command {
  readonly name: string;
  readonly aliases: readonly string[];
  /** What may stand behind the name, as help shows it: `[N]`. */
  readonly usage: string;
  readonly argument: Argument;
  /** A line. */
  readonly summary: string;
  /** Some sentences. */
  readonly help: string;
  /** Inputs that show it, one behind the other in a session; programs among them. */
  readonly example: readonly string[];
  readonly run: (session: Session, rest: string) => void | Promise<void>;
}

/** Words for commands that need a program and have none. */
export function hasPrograms(session: Session): boolean {
  if (session.attached !== null) return true;
  session.fail("ERROR: there is no program\nHINT: type one: tracepoint:sched:sched_switch { @[args.prev_comm] = count(); }\n");
  return false;
}

export function usageError(session: Session, usage: string): void {
  session.fail(`ERROR: USAGE: ${usage}\n`);
}

/** Lines of two columns. */
export function table(rows: readonly (readonly [string, string])[], most = 34): string {
  const width = Math.min(most, Math.max(0, ...rows.map(([left]) => left.length)));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd() + "\n").join("");
}
