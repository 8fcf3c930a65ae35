/** `hindsight record SCRIPT -- CMD`. */
import type { Console } from "../console.ts";
import type { PlanArguments } from "./arguments.ts";

export function record(args: PlanArguments, console: Console): Promise<number> {
  console.error(`${args.directory}\n`);
  return Promise.resolve(1);
}
