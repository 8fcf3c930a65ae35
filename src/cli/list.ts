/** -l and -lv: the probes of a recording, or those of a script, expanded (rows 8.12–8.16). */
import { existsSync } from "node:fs";
import { renderDiagnostic } from "../../lang/diagnostics/render.ts";
import type { Tracepoint } from "../../lang/catalogue.ts";
import { compileScript } from "../session/compile.ts";
import { configOf } from "./environment.ts";
import { readImport } from "./imports.ts";
import { loadRecording, loadSource } from "./load.ts";
import type { CliOptions } from "./options.ts";
import { ncpusOf } from "./run.ts";

const INTERVAL_FORMS = ["interval:hz:", "interval:ms:", "interval:s:", "interval:us:"];
const ALIASES: Readonly<Record<string, string>> = { t: "tracepoint", i: "interval" };

const glob = (pattern: string): RegExp => new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`);

/** A pattern of one part searches the names of every provider. */
function matcher(pattern: string): (name: string) => boolean {
  const parts = pattern.split(":");
  const provider = parts[0] ?? "";
  if (parts.length === 1) {
    const any = glob(`*${provider}*`);
    return (name) => any.test(name);
  }
  const whole = glob([ALIASES[provider] ?? provider, ...parts.slice(1)].join(":"));
  return (name) => whole.test(name);
}

const COMMON_FIELD = /^common_/;

function fieldLines(tracepoint: Tracepoint): string {
  return tracepoint.fields
    .filter((field) => !COMMON_FIELD.test(field.name))
    .map((field) => `    ${field.decl}\n`)
    .join("");
}

const nameOf = (tracepoint: Tracepoint): string => `tracepoint:${tracepoint.category}:${tracepoint.name}`;

const looksLikeFile = (word: string): boolean => word.endsWith(".bt") || word.includes("/");

export async function list(options: CliOptions): Promise<number> {
  const opened = await loadRecording(options);
  if (!opened.ok) {
    process.stderr.write(`${opened.message}\n`);
    return opened.exitCode;
  }
  const { recording } = opened;
  const fields = (tracepoint: Tracepoint): string => (options.verbose ? fieldLines(tracepoint) : "");
  if (options.program !== null || (options.file !== null && looksLikeFile(options.file) && existsSync(options.file))) {
    const loaded = loadSource(options);
    if (!loaded.ok) {
      process.stderr.write(`${loaded.message}\n`);
      return loaded.exitCode;
    }
    const { diagnostics, script, source } = compileScript(loaded.source, {
      catalogue: recording?.catalogue ?? null,
      params: options.params,
      namedParams: options.namedParams,
      readImport,
      config: configOf(process.env),
      ncpus: ncpusOf(recording),
    });
    const errors = diagnostics.filter((d) => d.severity === "error");
    for (const error of errors) process.stderr.write(renderDiagnostic(source, error));
    if (script === null) return 1;
    for (const { point } of script.attach) {
      if (point.provider === "begin" || point.provider === "end") continue;
      process.stdout.write(`${point.name}\n${point.provider === "tracepoint" ? fields(point.tracepoint) : ""}`);
    }
    return 0;
  }
  if (options.file !== null && looksLikeFile(options.file))
    process.stderr.write(
      `WARNING: It appears that '${options.file}' is a filename but the file does not exist. Treating '${options.file}' as a search pattern.\n`,
    );
  const matchers = (options.file ?? "tracepoint:*").split(",").map(matcher);
  const matches = (name: string): boolean => matchers.some((match) => match(name));
  if (recording === null) process.stderr.write("HINT: no recording: pass --trace FILE (or --sample) to list the probes that it holds\n");
  let text = INTERVAL_FORMS.filter(matches)
    .map((form) => `${form}\n`)
    .join("");
  for (const tracepoint of recording?.catalogue.tracepoints ?? []) {
    if (matches(nameOf(tracepoint))) text += `${nameOf(tracepoint)}\n${fields(tracepoint)}`;
  }
  process.stdout.write(text);
  recording?.close();
  return 0;
}
