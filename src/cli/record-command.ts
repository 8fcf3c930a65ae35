/** -c: a recording cannot be made by replaying one, but the command that makes it can be named (row 8.33). */
import type { Source } from "../../lang/diagnostics/diagnostic.ts";
import { findProvider } from "../../lang/check/attach/providers.ts";
import { partsOf } from "../../lang/check/attach/split.ts";
import type { Script } from "../../lang/ast/ast.ts";
import { parse } from "../../lang/parse/parse.ts";
import type { Console } from "./console.ts";
import type { CliOptions } from "./options.ts";

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** trace-cmd's names of the events that a script asks for. */
function eventsOf(script: Script, params: readonly string[]): string[] {
  const events = new Set<string>();
  for (const item of script.items) {
    if (item.kind !== "probe") continue;
    for (const point of item.attach) {
      const [written = "", ...parts] = partsOf(point, params).parts;
      if (findProvider(written)?.name === "tracepoint") events.add(parts.length === 1 ? `*:${parts[0]!}` : parts.join(":"));
    }
  }
  return [...events];
}

const NAMES_OF_TASKS = ["task:task_newtask", "task:task_rename", "sched:sched_process_exec"];

/** Process ids and comms are known from the events that change them. */
const asksForTasks = (text: string): boolean => /\b(?:pid|comm)\b/.test(text);

export function refuseCommand({ text, name }: Source, options: CliOptions, command: string, console: Console): number {
  const events = eventsOf(parse({ name, text }).script, options.params);
  const wanted = events.length > 0 && asksForTasks(text) ? [...events, ...NAMES_OF_TASKS] : events;
  const record = ["trace-cmd record -o trace.dat", ...wanted.map((event) => `-e ${quoted(event)}`), command].join(" ");
  const script = options.program === null ? quoted(options.file ?? "-") : `-e ${quoted(options.program)}`;
  const replay = ["hindsight --trace trace.dat", script, ...options.params.map(quoted)].join(" ");
  console.error(`ERROR: -c runs no command: hindsight replays recordings. Record '${command}' first, then replay it\n`);
  console.error(
    events.length === 0 ? "HINT: the script asks for no tracepoint, which -c could record\n" : `HINT: ${record}\nHINT: ${replay}\n`,
  );
  return 1;
}
