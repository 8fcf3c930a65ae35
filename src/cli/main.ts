/** Entry of the command: reads the arguments, then loads only what they need. */
import { parseCommandLine, type CliOptions } from "./options.ts";
import { FEATURES, USAGE, VERSION } from "./usage.ts";

async function dispatch(options: CliOptions): Promise<number> {
  switch (options.command) {
    case "help":
      process.stdout.write(USAGE);
      return 0;
    case "version":
      process.stdout.write(`hindsight v${VERSION}\n`);
      return 0;
    case "features":
      process.stdout.write(FEATURES);
      return 0;
    case "list":
      return (await import("./list.ts")).list(options);
    case "info":
      return (await import("./info.ts")).info(options);
    case "run":
      return (await import("./run.ts")).run(options);
  }
}

async function main(): Promise<void> {
  const parsed = parseCommandLine(process.argv.slice(2));
  if (!parsed.ok) {
    process.stderr.write((parsed.message === "" ? "" : `${parsed.message}\n`) + (parsed.usage ? USAGE : ""));
    process.exitCode = 1;
    return;
  }
  process.exitCode = await dispatch(parsed.options);
}

await main();
