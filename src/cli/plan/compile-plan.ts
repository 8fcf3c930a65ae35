/** Makes the plan of a script that the command line names, and says what is wrong with it. */
import { renderDiagnostic } from "../../../lang/diagnostics/render.ts";
import type { Diagnostic, Source } from "../../../lang/diagnostics/diagnostic.ts";
import { makePlan } from "../../plan/make-plan.ts";
import type { PlanMachine } from "../../plan/machine.ts";
import type { RecordingPlan, Unrecordable } from "../../plan/plan.ts";
import type { Console } from "../console.ts";
import { configOf } from "../environment.ts";
import { headerReader } from "../headers.ts";
import { readImport } from "../imports.ts";
import type { CliOptions } from "../options.ts";

/** How to record what is missing is what a plan is made for. */
function withoutAdvice({ hint, ...diagnostic }: Diagnostic): Diagnostic {
  const lines = hint?.split("\n").filter((line) => !line.startsWith("record it with:")) ?? [];
  return lines.length === 0 ? diagnostic : { ...diagnostic, hint: lines.join("\n") };
}

/** Null: the script has errors, which were said. */
export function compilePlan(
  source: Source,
  machine: PlanMachine,
  options: CliOptions,
  group: string,
  console: Console,
): RecordingPlan | null {
  const result = makePlan({
    source,
    machine,
    group,
    env: {
      params: options.params,
      namedParams: options.namedParams,
      config: configOf(process.env),
      unsafe: options.unsafe,
      pid: options.pid,
      readImport,
      readHeader: headerReader(source.name, options.includeDirs),
      includes: options.includes,
    },
  });
  // What is doubtful about the script is said when it runs.
  for (const diagnostic of result.diagnostics)
    if (diagnostic.severity === "error") console.error(renderDiagnostic(result.source, withoutAdvice(diagnostic)));
  return result.ok ? result.plan : null;
}

export function sayUnrecordable(list: readonly Unrecordable[], console: Console): void {
  for (const { what, why, hint } of list) {
    console.error(`WARNING: cannot be recorded: ${what}: ${why}\n`);
    if (hint !== null) console.error(`HINT: ${hint}\n`);
  }
}
