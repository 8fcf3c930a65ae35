/** Entry of the command: reads the arguments, then loads only what they need. */
import { openConsole, type Console } from "./console.ts";
import { parseCommandLine, type CliOptions } from "./options.ts";

/** Row 8.42. */
const INTERNAL_ERROR = 2;

async function dispatch(options: CliOptions, console: Console): Promise<number> {
  switch (options.command) {
    case "help":
      console.print((await import("./usage.ts")).USAGE);
      return 0;
    case "version":
      console.print(`hindsight v${(await import("./usage.ts")).VERSION}\n`);
      return 0;
    case "features":
      console.print((await import("./features.ts")).featuresText());
      return 0;
    case "list":
      return (await import("./list.ts")).list(options, console);
    case "info":
      return (await import("./info.ts")).info(options, console);
    case "run":
      return (await import("./run.ts")).run(options, console);
  }
}

async function main(): Promise<number> {
  const parsed = parseCommandLine(process.argv.slice(2));
  const console = openConsole(process.env, parsed.ok ? parsed.options.buffering : "line");
  if (!parsed.ok) {
    const usage = parsed.usage ? (await import("./usage.ts")).USAGE : "";
    console.error((parsed.message === "" ? "" : `${parsed.message}\n`) + usage);
    return 1;
  }
  try {
    return await dispatch(parsed.options, console);
  } catch (error) {
    console.error(`ERROR: internal error, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return INTERNAL_ERROR;
  } finally {
    console.out.close();
  }
}

process.exitCode = await main();
