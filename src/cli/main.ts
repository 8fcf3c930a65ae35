/** Entry of the command. */
import { wordsOf } from "./arguments.ts";
import { command } from "./command.ts";
import { openConsole } from "./console.ts";

void command(wordsOf(process.argv.slice(2)), (buffering) => openConsole(process.env, buffering)).then((status) => {
  process.exitCode = status;
});
