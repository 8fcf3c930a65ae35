/**
 * Conditions to run until: an expression over the script's maps (and pid, comm, nsecs, … of the event that fired), compiled with the script as
 * one more program and run behind every firing.
 */
import type { Diagnostic } from "../../../lang/diagnostics/diagnostic.ts";
import { helperName } from "../../bpf/helpers/table.ts";
import type { CompiledScript } from "../../codegen/compiled.ts";
import type { Compilation } from "../compile.ts";

export interface Condition {
  readonly text: string;
  /** The script's programs, and behind them the condition's. */
  readonly compilation: Compilation;
  readonly script: CompiledScript;
  readonly program: number;
  /** Maps and programs of the script are what they are without the condition: its machine can take it up. */
  readonly isAddition: boolean;
}

export type ConditionResult =
  | { readonly ok: true; readonly condition: Condition }
  /** Diagnostics of the whole text, whose places are in `compilation.source`; or what is wrong with the condition as such. */
  | { readonly ok: false; readonly compilation: Compilation; readonly errors: readonly Diagnostic[]; readonly message: string };

/** Behind the script, so that what is in it keeps its numbers. */
const probeText = (text: string): string => `\ntest:until { return (\n${text}\n) ? 1 : 0; }\n`;

/** What changes maps or prints. */
const ACTING = [2, 3, 6, 130, 131, 132, 133];

const asText = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${String(part)}n` : part));

/** `loaded`: what the machine has now, the script with another condition perhaps. `compile`: the script's text with this behind it. */
export function compileCondition(
  { base, loaded }: { readonly base: CompiledScript; readonly loaded: CompiledScript },
  text: string,
  compile: (suffix: string) => Compilation,
): ConditionResult {
  const compilation = compile(probeText(text));
  const { script } = compilation;
  const fail = (message: string): ConditionResult => ({
    ok: false,
    compilation,
    errors: compilation.diagnostics.filter(({ severity }) => severity === "error"),
    message,
  });
  if (script === null) return fail(`${text} is no condition`);
  const program = base.programs.length;
  if (script.programs.length !== program + 1) return fail(`${text} is more than an expression`);
  const acting = script.programs[program]!.insns.find((insn) => insn.kind === "call" && ACTING.includes(insn.helper));
  if (acting?.kind === "call") return fail(`${text} does more than look (${helperName(acting.helper)})`);
  const isAddition =
    asText(script.maps) === asText(loaded.maps) &&
    base.programs.every((_, i) => asText(loaded.programs[i]!.insns) === asText(script.programs[i]!.insns)) &&
    asText(script.actions) === asText(loaded.actions);
  return { ok: true, condition: { text, compilation, script, program, isAddition } };
}
