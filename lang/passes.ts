/**
 * Read this first: the way of a script through the language, in order.
 *
 *   parse         text → syntax tree (parse/, lex/); mistakes become `error` nodes and diagnostics
 *   config        configuration block, then the environment over it (check/config.ts)
 *   imports       the probes, macros, functions and definitions of other files (check/imports.ts)
 *   definitions   C structs, enums and macros of the script and its headers: types, and what names in programs stand for (check/definitions/)
 *   macros        calls become blocks; library macros are read if they are used (check/macros/, stdlib/)
 *   options       getopt() calls become literals of the command line (check/getopt.ts)
 *   unsupported   top-level constructs that are read but not compiled yet (check/report-unsupported.ts)
 *   expand        attach points: parameters, wildcards, what the recording offers (check/attach/)
 *   split         one body per group of attach points that it cannot tell apart; `probe` becomes a literal (check/split-bodies.ts)
 *   fold          positional parameters and operations on literals become literals (check/fold/)
 *   elaborate     types in rounds to a fixed point, and the typed program of the last round (check/elaborate/)
 *   large values  what is too large for a program to copy (check/report-large-values.ts)
 *   addresses     fields that are shown as numbers, but hold a text elsewhere (check/report-addresses.ts)
 *
 * The order matters: `probe` and parameters must be literals before folding, and folding comes before types because the type of a
 * literal depends on its value.
 */
import { check, type CheckEnv, type CheckResult } from "./check/check.ts";
import type { Script } from "./ast/ast.ts";
import type { Source } from "./diagnostics/diagnostic.ts";
import { parse } from "./parse/parse.ts";

export interface FrontEndResult extends CheckResult {
  readonly script: Script;
}

/**
 * Script text to typed program. Never throws on a user's mistake: `program` is then null and `diagnostics` says why, syntax first.
 * A script with syntax errors is not checked further, since what is missing would only cause more messages.
 */
export function compileToHir(source: Source, env: CheckEnv): FrontEndResult {
  const { script, diagnostics } = parse(source);
  if (diagnostics.some(({ severity }) => severity === "error")) {
    const { config } = check({ script: { ...script, items: [], definitions: [], imports: [] }, source }, env);
    return { script, program: null, diagnostics, config, source };
  }
  const checked = check({ script, source }, env);
  return { script, ...checked, diagnostics: [...diagnostics, ...checked.diagnostics] };
}
