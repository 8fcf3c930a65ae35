/** The words behind `plan` and `record`: ours, the command's, and those that every hindsight takes. */
import { PLAN_TOOLS, type PlanTool } from "../../plan/tool.ts";
import { parseCommandLine, type CliOptions } from "../options.ts";

export interface PlanArguments {
  readonly options: CliOptions;
  /** Null: the one that fits the script. */
  readonly tool: PlanTool | null;
  readonly directory: string;
  /** Empty: none was given. */
  readonly command: readonly string[];
}

export type ParsedPlan =
  { readonly ok: true; readonly args: PlanArguments } | { readonly ok: false; readonly message: string; readonly usage: boolean };

const DIRECTORY = "hindsight-recording";

/** `-- CMD`, or `-- --option=value -- CMD` where the script has options of its own. */
function splitCommand(words: readonly string[]): { readonly own: readonly string[]; readonly command: readonly string[] } {
  const first = words.indexOf("--");
  if (first < 0) return { own: words, command: [] };
  const rest = words.slice(first + 1);
  const second = rest.indexOf("--");
  const areOptions = second >= 0 && rest.slice(0, second).every((word) => word.startsWith("--"));
  return areOptions
    ? { own: words.slice(0, first + 1 + second), command: rest.slice(second + 1) }
    : { own: words.slice(0, first), command: rest };
}

/** Takes `--name VALUE` and `--name=VALUE` out of the words. */
function takeFlag(words: readonly string[], name: string): { readonly value: string | null; readonly rest: readonly string[] } {
  const rest: string[] = [];
  let value: string | null = null;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === "--") {
      rest.push(...words.slice(i));
      break;
    }
    if (word === `--${name}`) value = words[++i] ?? "";
    else if (word.startsWith(`--${name}=`)) value = word.slice(name.length + 3);
    else rest.push(word);
  }
  return { value, rest };
}

export function parsePlanArguments(words: readonly string[]): ParsedPlan {
  const { own, command } = splitCommand(words);
  const { value: toolName, rest: withDirectory } = takeFlag(own, "tool");
  const { value: directory, rest } = takeFlag(withDirectory, "dir");
  const tool = PLAN_TOOLS.find((name) => name === toolName) ?? null;
  if (toolName !== null && tool === null)
    return { ok: false, message: `ERROR: USAGE: --tool takes one of ${PLAN_TOOLS.join(", ")}, not '${toolName}'`, usage: false };
  if (directory === "") return { ok: false, message: "ERROR: USAGE: --dir takes a directory", usage: false };
  const parsed = parseCommandLine(rest);
  if (!parsed.ok) return parsed;
  const { options } = parsed;
  if (options.command !== "run" && options.command !== "help")
    return { ok: false, message: "ERROR: USAGE: plan and record take a script", usage: true };
  if (options.pid !== null && command.length > 0)
    return { ok: false, message: "ERROR: USAGE: either a process (-p) or a command (-- CMD), not both", usage: false };
  return {
    ok: true,
    args: { options, tool, directory: directory ?? DIRECTORY, command: options.cmd !== null ? ["sh", "-c", options.cmd] : command },
  };
}
