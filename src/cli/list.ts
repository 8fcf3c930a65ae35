/** -l and -lv: the probes of a recording, or those of a script, expanded (rows 8.12–8.17). */
import { existsSync } from "node:fs";
import { renderDiagnostic } from "../../lang/diagnostics/render.ts";
import type { Recording } from "../../probes/recording.ts";
import { recordedMachine, type RecordedMachine } from "../session/recorded-machine.ts";
import { fieldsOf, listProbes, type ListedProbe } from "../workspace/probe-list.ts";
import { compile } from "./compile.ts";
import type { Console } from "./console.ts";
import { loadSource } from "./load.ts";
import { loadRecording } from "./recordings.ts";
import { loadTypes } from "./kernel-types.ts";
import { listTypes, namesTypes } from "./list-types.ts";
import { loadSideData } from "./side-data.ts";
import type { CliOptions } from "./options.ts";

const COMMON_FIELD = /^common_/;

function text({ name, fields }: ListedProbe, { verbose }: CliOptions): string {
  const shown = verbose ? fields().filter((field) => !COMMON_FIELD.test(field.name)) : [];
  return [name, ...shown.map((field) => `    ${field.decl}`)].map((line) => `${line}\n`).join("");
}

/** A file name that is none becomes a pattern, with a word about it (row 8.14). */
const looksLikeFile = (word: string): boolean => word.includes(".") && !/[:*]/.test(word);

function listPatterns(options: CliOptions, recording: Recording | null, machine: RecordedMachine, console: Console): number {
  const search = options.file ?? "*:*";
  if (looksLikeFile(search))
    console.error(
      `WARNING: It appears that '${search}' is a filename but the file does not exist. Treating '${search}' as a search pattern.\n`,
    );
  if (recording === null) console.error("HINT: no recording: pass --trace FILE (or --sample) to list the probes that it holds\n");
  let status = 0;
  for (const pattern of search.split(",")) {
    if (namesTypes(pattern)) status = Math.max(status, listTypes(pattern, machine.types, options.verbose, console));
    else for (const listed of listProbes(pattern, machine)) console.print(text(listed, options));
  }
  return status;
}

const UNLISTED = new Set(["begin", "end", "self", "test", "bench"]);

function listScript(options: CliOptions, recording: Recording | null, machine: RecordedMachine, console: Console): number {
  const loaded = loadSource(options);
  if (!loaded.ok) {
    console.error(`${loaded.message}\n`);
    return loaded.exitCode;
  }
  const { diagnostics, script, source } = compile(loaded.source, options, recording, machine);
  for (const error of diagnostics.filter((d) => d.severity === "error")) console.error(renderDiagnostic(source, error));
  if (script === null) return 1;
  const points = new Map(script.attach.map(({ point }) => [point.name, point]));
  for (const [name, point] of points) {
    if (!UNLISTED.has(point.provider)) console.print(text({ name, fields: () => fieldsOf(point) }, options));
  }
  return 0;
}

export async function list(options: CliOptions, console: Console): Promise<number> {
  const opened = await loadRecording(options);
  if (!opened.ok) {
    console.error(`${opened.message}\n`);
    return opened.exitCode;
  }
  const { recording } = opened;
  const beside = await loadSideData(options, console);
  if (!beside.ok) {
    console.error(`${beside.message}\n`);
    return beside.exitCode;
  }
  const kernel = await loadTypes(options, console);
  if (!kernel.ok) {
    console.error(`${kernel.message}\n`);
    return kernel.exitCode;
  }
  const machine = recordedMachine(recording, { ...beside.side, types: kernel.types });
  const isScript = options.program !== null || (options.file !== null && existsSync(options.file));
  const status = (isScript ? listScript : listPatterns)(options, recording, machine, console);
  recording?.close();
  return status;
}
