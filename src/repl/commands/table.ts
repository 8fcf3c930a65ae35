/** All commands. */
import type { Command } from "./command.ts";
import { helpCommand } from "./help.ts";
import { inspectCommands } from "./inspect.ts";
import { lookCommands } from "./look.ts";
import { otherCommands } from "./others.ts";
import { programCommands } from "./programs.ts";
import { travelCommands } from "./travel.ts";

export const findCommand = (word: string): Command | null =>
  commands.find(({ name, aliases }) => name === word || aliases.includes(word)) ?? null;

export const isCommand = (word: string): boolean => findCommand(word) !== null;

/** In the order of help. */
export const commands: readonly Command[] = [
  ...programCommands,
  ...travelCommands,
  ...lookCommands,
  ...inspectCommands,
  ...otherCommands,
  helpCommand(findCommand, () => commands),
];
