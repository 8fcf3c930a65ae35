/** Commands of a root shell, in groups that say why. */
import { shellWord } from "../../../lang/check/attach/checked-point.ts";
import type { RecordingPlan, Unrecordable } from "../plan.ts";

export interface Step {
  readonly why: string;
  readonly commands: readonly string[];
}

/** Whose events are recorded. */
export type Subject =
  | { readonly kind: "command"; readonly words: readonly string[] }
  | { readonly kind: "process"; readonly pid: number }
  /** All that runs, as long as it takes. */
  | { readonly kind: "machine" };

export interface ToolInput {
  readonly plan: RecordingPlan;
  readonly subject: Subject;
  /** Where the recording is kept, with what belongs to it. */
  readonly directory: string;
  /** Words behind the options that name files: the script and its parameters. */
  readonly script: readonly string[];
}

export interface ToolCommands {
  readonly steps: readonly Step[];
  readonly replay: string;
  readonly cleanUp: readonly string[];
  /** What this tool cannot record, though another may. */
  readonly unrecordable: readonly Unrecordable[];
}

export const TRACING = "/sys/kernel/tracing";

export const words = (list: readonly string[]): string => list.map(shellWord).join(" ");

/** Steps that have something to do. */
export const nonEmpty = (steps: readonly Step[]): Step[] => steps.filter(({ commands }) => commands.length > 0);
