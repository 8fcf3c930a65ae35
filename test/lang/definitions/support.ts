/** C definitions of a script as types, and what is wrong with them. */
import { collectDefinitions, type Definitions, type ReadHeader } from "../../../lang/check/definitions/collect.ts";
import { makeReport } from "../../../lang/check/report.ts";
import type { Diagnostic } from "../../../lang/diagnostics/diagnostic.ts";
import { parse } from "../../../lang/parse/parse.ts";
import type { TypeSource } from "../../../lang/types/type-source.ts";
import type { StructType } from "../../../lang/types/type.ts";

export interface Options {
  readonly types?: TypeSource;
  readonly readHeader?: ReadHeader;
}

export function collect(
  text: string,
  options: Options = {},
): { readonly definitions: Definitions; readonly diagnostics: readonly Diagnostic[] } {
  const source = { name: "stdin", text };
  const { script, diagnostics } = parse(source);
  const report = makeReport();
  for (const diagnostic of diagnostics) report.add(diagnostic);
  const { definitions } = collectDefinitions({ script, source }, options.types ?? null, options.readHeader ?? null, report);
  return { definitions, diagnostics: report.diagnostics };
}

export const messages = (text: string, options: Options = {}): string[] => collect(text, options).diagnostics.map(({ message }) => message);

/** The struct or union; the test fails with the messages if there is none. */
export function compound(text: string, name: string, tag: "struct" | "union" = "struct"): StructType {
  const { definitions, diagnostics } = collect(text);
  const type = definitions.types.compound(tag, name);
  if (type === null) throw new Error(`no ${tag} ${name}: ${diagnostics.map(({ message }) => message).join("; ")}`);
  return type;
}
