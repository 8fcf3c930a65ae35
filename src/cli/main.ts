/** Entry of the command. */
import { command } from "./command.ts";
import { openConsole } from "./console.ts";

void command(process.argv.slice(2), (buffering) => openConsole(process.env, buffering)).then((status) => {
  process.exitCode = status;
});
