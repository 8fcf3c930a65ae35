/** help and help COMMAND. */
import { didYouMean } from "../../../lang/diagnostics/suggest.ts";
import type { Session } from "../session.ts";
import { table, type Command } from "./command.ts";

const KEYS: readonly (readonly [string, string])[] = [
  ["Tab", "complete probes, fields, functions, maps, commands, files"],
  ["Alt-Enter", "a new line; Enter runs what is complete"],
  ["Up, Down", "history (lines of a program first); Ctrl-R searches it"],
  ["Ctrl-A E K U W Y _", "begin, end, cut, cut before, cut word, paste, undo"],
  ["Ctrl-C", "clear the input; stop a run"],
  ["Ctrl-D", "leave"],
];

const INTRODUCTION = `A line that begins with a probe is a program: it is added, and runs over the recording.
  tracepoint:sched:sched_switch { @[args.prev_comm] = count(); }
A block alone runs once, by itself: { print(1 + 2); }. @name prints a map.
Inside braces a line may end anywhere.
`;

const heading = ({ name, usage }: Command): string => (usage === "" ? name : `${name} ${usage}`);

function overview(commands: readonly Command[]): string {
  return `${INTRODUCTION}\n${table(commands.map((one) => [heading(one), one.summary]))}\nKeys:\n${table(KEYS)}\nhelp COMMAND explains one.\n`;
}

function details(command: Command): string {
  const aliases = command.aliases.length === 0 ? "" : `Also: ${command.aliases.join(", ")}\n`;
  const example = command.example.length === 0 ? "" : `\nFor example:\n${command.example.map((line) => `    ${line}\n`).join("")}`;
  return `${heading(command)}\n    ${command.summary}\n\n${command.help}\n${aliases}${example}`;
}

export function helpCommand(find: (name: string) => Command | null, commands: () => readonly Command[]): Command {
  return {
    name: "help",
    aliases: ["?", "h"],
    usage: "[COMMAND]",
    argument: "command",
    summary: "this list, or one command explained",
    help: "Every command has an example.",
    example: ["help seek"],
    run(session: Session, rest) {
      if (rest === "") {
        session.text(overview(commands()));
        return;
      }
      const command = find(rest);
      if (command !== null) {
        session.text(details(command));
        return;
      }
      const near = didYouMean(
        rest,
        commands().map(({ name }) => name),
      );
      session.fail(`ERROR: there is no command ${rest}\n${near === null ? "" : `HINT: did you mean ${near}?\n`}`);
    },
  };
}
