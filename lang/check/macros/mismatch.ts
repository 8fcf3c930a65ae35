/** A call that no definition of the macro takes: what the closest one wants (row 2.30). */
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { Report } from "../report.ts";
import { accepts, headOf, type Argument, type Macro } from "./registry.ts";

const NOUNS: Readonly<Record<string, string>> = { variable: "a variable", map: "a map", type: "a type" };

const nounOf = (kind: string): string => NOUNS[kind] ?? "an expression";

export function reportMismatch(report: Report, call: Span, closest: Macro, args: readonly Argument[]): void {
  const { params, name } = closest.item;
  const message = `Call to ${name.text}() has arguments that do not match any definition.`;
  if (params.length !== args.length) {
    const label = `The closest definition of ${name.text}() has a different number of arguments. Expected: ${params.length} but got ${args.length}`;
    report.error("macroMismatch", call, message, { related: [{ span: headOf(closest), label }] });
    return;
  }
  report.error("macroMismatch", call, message);
  for (const [i, param] of params.entries()) {
    const arg = args[i]!;
    if (accepts(param, arg)) continue;
    const wrong = `Mismatched arg. ${name.text}() expects ${nounOf(param.kind)} for arg ${param.name} but got ${nounOf(arg.kind)}.`;
    report.error("macroMismatch", arg.span, wrong, {
      related: [{ span: param.span, label: "This is the argument in the closest definition." }],
    });
  }
}
