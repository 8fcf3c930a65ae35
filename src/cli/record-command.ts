/** -c: a replay runs no command; what records one for the script does (row 8.33). */
import { shellWord } from "../../lang/check/attach/checked-point.ts";
import type { Console } from "./console.ts";
import type { CliOptions } from "./options.ts";

export function refuseCommand(options: CliOptions, command: string, console: Console): number {
  const script = options.program === null ? [options.file ?? "-"] : ["-e", options.program];
  const words = ["-c", command, ...script, ...options.params].map(shellWord).join(" ");
  console.error(`ERROR: -c runs no command: hindsight replays recordings. Record '${command}' first, then replay it\n`);
  console.error(`HINT: as root, hindsight record ${words}\nHINT: hindsight plan ${words} prints the commands that record it\n`);
  return 1;
}
