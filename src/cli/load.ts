/** Opens the script that the command line names. */
import { readFileSync } from "node:fs";
import type { Source } from "../../lang/diagnostics/diagnostic.ts";
import { sourceText } from "../../lang/diagnostics/source-bytes.ts";
import { failure, type Failure } from "./failure.ts";
import type { CliOptions } from "./options.ts";

/** Errors of open(2) as C prints them. */
const ERRNO_TEXT: Readonly<Record<string, string>> = {
  ENOENT: "No such file or directory",
  EACCES: "Permission denied",
  EISDIR: "Is a directory",
  ENOTDIR: "Not a directory",
};

export function errnoText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? (ERRNO_TEXT[error.code] ?? error.code) : error.message;
}

export function loadSource(options: CliOptions): { readonly ok: true; readonly source: Source } | Failure {
  if (options.program !== null) return { ok: true, source: { name: "stdin", text: options.program } };
  if (options.file === null) return failure("ERROR: USAGE: filename or -e 'program' required.");
  try {
    if (options.file === "-") return { ok: true, source: { name: "stdin", text: sourceText(readFileSync(0)) } };
    return { ok: true, source: { name: options.file, text: sourceText(readFileSync(options.file)) } };
  } catch (error) {
    return failure(`ERROR: failed to open file '${options.file}': ${errnoText(error)}`);
  }
}
