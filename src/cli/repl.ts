/** `hindsight repl [SCRIPT]`: starts the REPL with what the other commands do. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { isatty } from "node:tty";
import { sourceText } from "../../lang/diagnostics/source-bytes.ts";
import type { ReplOptions, Sink } from "../repl/face.ts";
import type { SessionResult } from "../session/session-options.ts";
import { survey } from "../session/survey.ts";
import type { Attached, Workspace } from "../workspace/workspace.ts";
import type { Console } from "./console.ts";
import { infoText } from "./info.ts";
import { loadSource } from "./load.ts";
import { missingArguments } from "./missing-arguments.ts";
import { openWorkspace } from "./open-workspace.ts";
import type { CliOptions } from "./options.ts";
import { utf8 } from "./output.ts";
import { lostShortfalls, missingShortfalls, shortfallText, spaceShortfalls } from "./report.ts";
import { traceTime } from "./time-argument.ts";
import { VERSION } from "./usage.ts";

/** The words that name this recording for another command. */
const recordingWords = ({ traces, sample, clockOffsets }: CliOptions): string[] => [
  ...traces.flatMap((trace) => ["--trace", trace]),
  ...(sample ? ["--sample"] : []),
  ...clockOffsets.flatMap((offset) => ["--clock-offset", offset]),
];

function shortfalls(
  options: CliOptions,
  result: SessionResult,
  { missing, replay }: Attached,
  { recording: { info }, machine: { user } }: Workspace,
): string[] {
  const lost = result.stats === null ? [] : lostShortfalls(info, result.stats);
  const asked = options.warnings
    ? [
        ...missingShortfalls({ ...result.missing, ...missing }, info),
        ...spaceShortfalls(replay.script, user),
        ...missingArguments(result.missingArguments),
      ]
    : [];
  return replay.script.attach.length === 0 ? [] : [...lost, ...asked].map((one) => shortfallText(one, "WARNING"));
}

/** no-color.org, and terminals that know no colours. */
const hasColours = (env: Readonly<Record<string, string | undefined>>): boolean => (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";

function sinkOf({ out, error }: Console, dims: boolean): Sink {
  const text = (shown: string): void => out.write(utf8(shown));
  return {
    bytes: (shown) => out.write(shown),
    text,
    note: (shown) => text(dims ? `\x1b[2m${shown}\x1b[22m` : shown),
    error,
    flush: () => out.flush(),
  };
}

async function showTui(attached: Attached, path: string): Promise<void> {
  const { runTui } = await import("../tui/tui.ts");
  await runTui({
    attached,
    scriptName: "repl",
    recordingName: basename(path),
    input: process.stdin,
    output: process.stdout,
    env: process.env,
    parseTime: traceTime,
  });
}

/** What the terminal is told at once. */
function writeNow({ out }: Console, text: string): void {
  out.write(utf8(text));
  out.flush();
}

export async function repl(options: CliOptions, console: Console): Promise<number> {
  const wantsScript = options.file !== null || options.program !== null;
  const loaded = wantsScript ? loadSource(options) : null;
  if (loaded?.ok === false) {
    console.error(`${loaded.message}\n`);
    return loaded.exitCode;
  }
  const opened = await openWorkspace(options, console);
  if (!opened.ok) {
    console.error(`${opened.message}\n`);
    return opened.exitCode;
  }
  const { workspace } = opened;
  const { recording } = workspace;
  for (const warning of recording.info.warnings) console.error(`WARNING: ${warning}\n`);
  const isInteractive = isatty(0) && isatty(1);
  const given: ReplOptions = {
    workspace,
    sink: sinkOf(console, isInteractive && hasColours(process.env)),
    env: process.env,
    version: VERSION,
    hasColours: isInteractive && hasColours(process.env),
    script: loaded === null ? null : { name: loaded.source.name, text: loaded.source.text },
    format: options.format === "json" ? "json" : "text",
    window: {
      from: options.from === null ? null : traceTime(options.from),
      to: options.to === null ? null : traceTime(options.to),
    },
    info: () => infoText(recording, survey(recording)),
    shortfalls: (result, attached) => shortfalls(options, result, attached, workspace),
    planning: async (name, program, words) => {
      const { planning } = await import("./plan/command.ts");
      return planning(name, ["-e", program, ...(name === "plan" ? recordingWords(options) : []), ...words], console);
    },
    tui: (attached) => showTui(attached, recording.info.path),
  };
  try {
    if (!isInteractive) return await (await import("../repl/piped.ts")).replPiped(given, sourceText(readFileSync(0)));
    return await (await import("../repl/interactive.ts")).replInteractive(given, (text) => writeNow(console, text));
  } finally {
    workspace.close();
  }
}
