/** What the words of a command line ask for, loading only what that needs. */
import type { Console } from "./console.ts";
import { parseCommandLine, type CliOptions, type ParsedArgs } from "./options.ts";

/** Commands that have words of their own, and one of the machine's behind them. */
const RECORDING = ["plan", "record"] as const;

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
    case "repl":
      return (await import("./repl.ts")).repl(options, console);
    case "tui":
      return (await import("./tui.ts")).tui(options, console);
    case "run":
      return (await import("./run.ts")).run(options, console);
  }
}

/** The exit status. A defect of ours is told as such, never as an uncaught exception. */
export async function command(argv: readonly string[], open: (buffering: CliOptions["buffering"]) => Console): Promise<number> {
  const recording = RECORDING.find((name) => name === argv[0]);
  const isConversion = argv[0] === "convert";
  const parsed: ParsedArgs = recording === undefined && !isConversion ? parseCommandLine(argv) : { ok: false, message: "", usage: false };
  const console = open(parsed.ok ? parsed.options.buffering : "line");
  try {
    if (isConversion) return await (await import("./convert.ts")).convertCommand(argv.slice(1), console);
    if (recording !== undefined) return await (await import("./plan/command.ts")).planning(recording, argv.slice(1), console);
    if (parsed.ok) return await dispatch(parsed.options, console);
    const usage = parsed.usage ? (await import("./usage.ts")).USAGE : "";
    console.error((parsed.message === "" ? "" : `${parsed.message}\n`) + usage);
    return 1;
  } catch (error) {
    console.error(`ERROR: internal error, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return INTERNAL_ERROR;
  } finally {
    console.out.close();
  }
}
