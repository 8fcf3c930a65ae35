/** `hindsight plan` and `hindsight record`. */
import type { Console } from "../console.ts";
import { USAGE } from "../usage.ts";
import { parsePlanArguments } from "./arguments.ts";

export type PlanningCommand = "plan" | "record";

export async function planning(name: PlanningCommand, words: readonly string[], console: Console): Promise<number> {
  const parsed = parsePlanArguments(words);
  if (!parsed.ok) {
    console.error((parsed.message === "" ? "" : `${parsed.message}\n`) + (parsed.usage ? USAGE : ""));
    return 1;
  }
  if (parsed.args.options.command === "help") {
    console.print(USAGE);
    return 0;
  }
  if (name === "plan") return (await import("./plan.ts")).plan(parsed.args, console);
  return (await import("./record.ts")).record(parsed.args, console);
}
