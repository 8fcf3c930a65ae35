/** Starts the terminal interface: `hindsight tui SCRIPT`, or --tui. */
import path from "node:path";
import type { Compilation } from "../session/compile.ts";
import { countLines } from "../session/line-counts.ts";
import { diagnosticTexts, type Workspace } from "../workspace/workspace.ts";
import type { Console } from "./console.ts";
import { loadSource } from "./load.ts";
import { openWorkspace } from "./open-workspace.ts";
import type { CliOptions } from "./options.ts";
import { traceTime } from "./time-argument.ts";

const NO_TERMINAL = "ERROR: USAGE: the terminal interface needs a terminal: its input or output is none";
const DUMB = "ERROR: the terminal interface cannot move the cursor of this terminal (TERM=dumb)";

/** What the terminal interface asks for (CountingProgram), or why there is none. */
function countingProgram(workspace: Workspace, compilation: Compilation) {
  // It starts anew, and what it does to this machine would be done again.
  if (compilation.script?.actions.some(({ kind }) => kind === "system") === true) return "lines are not counted: the script calls system()";
  const counted = countLines(compilation, workspace.recording.catalogue.ncpus);
  const attached = counted === null ? null : workspace.attach(counted.compilation);
  return counted === null || attached === null
    ? "lines are not counted: with counters the script is too large"
    : { attached, counts: counted.counts };
}

export async function tui(options: CliOptions, console: Console): Promise<number> {
  const refuse = (message: string): number => {
    console.error(`${message}\n`);
    return 1;
  };
  if (!process.stdin.isTTY || !process.stdout.isTTY) return refuse(NO_TERMINAL);
  if (process.env["TERM"] === "dumb") return refuse(DUMB);
  const loaded = loadSource(options);
  if (!loaded.ok) return refuse(loaded.message);
  const opened = await openWorkspace(options, console);
  if (!opened.ok) return refuse(opened.message);
  const { workspace } = opened;
  try {
    const { name, text } = loaded.source;
    const compilation = workspace.compile(text, name);
    const attached = workspace.attach(compilation);
    if (attached === null) {
      for (const error of diagnosticTexts(compilation, "error")) console.error(error);
      return 1;
    }
    // They are on the shell's screen when the user is back there.
    for (const warning of workspace.recording.info.warnings) console.error(`WARNING: ${warning}\n`);
    if (options.warnings) for (const warning of diagnosticTexts(compilation, "warning")) console.error(warning);
    // A bundle of its own (tooling/tui-bundle.mjs): who does not look does not load it.
    const { runTui } = await import("../tui/tui.ts");
    await runTui({
      attached,
      scriptName: options.program === null ? path.basename(name) : "-e",
      recordingName: path.basename(workspace.recording.info.path),
      input: process.stdin,
      output: process.stdout,
      env: process.env,
      countLines: () => countingProgram(workspace, compilation),
      parseTime: traceTime,
    });
    return 0;
  } finally {
    workspace.close();
  }
}
