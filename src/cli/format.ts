/** --fmt: the script in its canonical layout, on stdout or over the file of -o (row 8.21). */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import type { Source } from "../../lang/diagnostics/diagnostic.ts";
import { sourceBytes } from "../../lang/diagnostics/source-bytes.ts";
import { renderDiagnostic } from "../../lang/diagnostics/render.ts";
import { formatScript } from "../../lang/format/format.ts";
import { parse } from "../../lang/parse/parse.ts";
import type { Console } from "./console.ts";
import { errnoText } from "./load.ts";
import type { CliOptions } from "./options.ts";
import { utf8 } from "./output.ts";

/** Whoever reads the file sees the old text or the new one, never a part. */
function replaceFile(path: string, text: string): string | null {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, sourceBytes(text));
    renameSync(temporary, path);
    return null;
  } catch (error) {
    rmSync(temporary, { force: true });
    return errnoText(error);
  }
}

export function format(source: Source, options: CliOptions, console: Console): number {
  const { script, diagnostics } = parse(source);
  for (const diagnostic of diagnostics) console.error(renderDiagnostic(source, diagnostic));
  if (diagnostics.length > 0) return 1;
  const text = formatScript(source.text, script);
  if (options.output === null) {
    console.out.write(utf8(text));
    return 0;
  }
  const failed = replaceFile(options.output, text);
  if (failed !== null) console.error(`ERROR: failed to open file '${options.output}': ${failed}\n`);
  return failed === null ? 0 : 1;
}
