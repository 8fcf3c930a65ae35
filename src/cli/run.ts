/** Runs a script: opens what it needs, compiles, prints its diagnostics, and hands it on. */
import { writeFileSync } from "node:fs";
import { renderDiagnostic } from "../../lang/diagnostics/render.ts";
import type { Source } from "../../lang/diagnostics/diagnostic.ts";
import type { Recording } from "../../probes/recording.ts";
import type { Compilation } from "../session/compile.ts";
import { isExportFormat } from "../output/export/names.ts";
import { recordedMachine, type RecordedMachine } from "../session/recorded-machine.ts";
import { nothingAttached, selectProbes, type RunMode } from "../session/select-probes.ts";
import { compile } from "./compile.ts";
import type { Console } from "./console.ts";
import { unreadVariables } from "./environment.ts";
import { errnoText, loadSource } from "./load.ts";
import { loadRecording } from "./recordings.ts";
import { loadTypes } from "./kernel-types.ts";
import type { CliOptions } from "./options.ts";
import { loadSideData } from "./side-data.ts";
import { openOutput, type Output } from "./output.ts";
import { replay, type Replay } from "./replay.ts";

/** A script that is ready to be compiled, with what it runs over. */
interface Job {
  readonly source: Source;
  readonly options: CliOptions;
  readonly recording: Recording | null;
  readonly machine: RecordedMachine;
  readonly console: Console;
}

/** The program could not be loaded, rather than read (row 8.42). */
const isLoadFailure = (code: string): boolean => code.startsWith("HS5");

/** Errors to stderr, and the exit status; else warnings to stdout, before the program's own output (rows 8.47, 8.48). */
function showDiagnostics({ source, diagnostics }: Compilation, { options, console }: Job): number {
  const errors = diagnostics.filter((d) => d.severity === "error");
  for (const error of errors) console.error(renderDiagnostic(source, error));
  if (errors.length > 0) return errors.every(({ code }) => isLoadFailure(code)) ? 255 : 1;
  if (!options.warnings) return 0;
  for (const warning of diagnostics) {
    // What is about no place of the script is said on stderr (row 7.30). A document for other tools has stdout for itself.
    const say = warning.span === null || isExportFormat(options.format) ? console.error : console.print;
    say(renderDiagnostic(source, warning));
  }
  return 0;
}

export async function run(options: CliOptions, console: Console): Promise<number> {
  const loaded = loadSource(options);
  if (!loaded.ok) {
    console.error(`${loaded.message}\n`);
    return loaded.exitCode;
  }
  const { source } = loaded;
  if (options.mode === "format") return (await import("./format.ts")).format(source, options, console);
  if (options.cmd !== null) return (await import("./record-command.ts")).refuseCommand(options, options.cmd, console);
  const opened = await loadRecording(options);
  if (!opened.ok) {
    console.error(`${opened.message}\n`);
    return opened.exitCode;
  }
  const { recording } = opened;
  try {
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
    return await runJob({ source, options, recording, machine, console });
  } finally {
    recording?.close();
  }
}

async function runJob(job: Job): Promise<number> {
  const { source, options, recording, machine, console } = job;
  if (options.mode === "compiler-bench")
    return (await import("./compiler-bench.ts")).compilerBench(source, options, recording, machine, console);
  const told = recording?.info.warnings ?? [];
  const toldWarnings = told.length;
  for (const warning of told) console.error(`WARNING: ${warning}\n`);
  if (options.warnings) for (const warning of unreadVariables(process.env)) console.error(`WARNING: ${warning}\n`);
  const compilation = compile(source, options, recording, machine);
  if (options.debug.length > 0) console.print((await import("./debug.ts")).debugText(compilation, options.debug));
  const status = showDiagnostics(compilation, job);
  const { script } = compilation;
  if (status !== 0 || script === null) return status === 0 ? 1 : status;
  if (options.verbose) console.error((await import("./verbose.ts")).verboseText(compilation));
  if (options.emitElf !== null) {
    const { writeObject } = await import("../bpf/object/object.ts");
    const { objectWarnings } = await import("../session/object-limits.ts");
    if (options.warnings) for (const warning of objectWarnings(compilation)) console.error(renderDiagnostic(compilation.source, warning));
    const failed = writeTo(options.emitElf, writeObject(script, compilation.source));
    if (failed !== null) {
      console.error(`ERROR: failed to open file '${options.emitElf}': ${failed}\n`);
      return 1;
    }
  }
  if (options.mode === "codegen") return 0;
  return runMode({ ...job, toldWarnings }, compilation, options.mode === "test" || options.mode === "bench" ? options.mode : "run");
}

function writeTo(path: string, bytes: Uint8Array): string | null {
  try {
    writeFileSync(path, bytes);
    return null;
  } catch (error) {
    return errnoText(error);
  }
}

async function runMode(job: Job & Pick<Replay, "toldWarnings">, compilation: Compilation, mode: RunMode): Promise<number> {
  const { options, recording, machine, console, toldWarnings } = job;
  const whole = compilation.script!;
  const script = selectProbes(whole, mode, options.probeFilter);
  if (script.attach.length === 0) {
    const nothing = nothingAttached(whole, mode);
    if (nothing !== null) console.error(`ERROR: ${nothing.message}\n`);
    else if (!options.quiet) console.out.write("No probes to attach\n");
    return nothing?.exitCode ?? 1;
  }
  let output: Output = console.out;
  try {
    if (options.output !== null) output = openOutput(options.output, options.buffering);
  } catch (error) {
    console.error(`ERROR: Failed to open output file: "${options.output ?? ""}": ${errnoText(error)}\n`);
    return 1;
  }
  try {
    return await replay({ options, mode, recording, machine, compilation, script, console, output, toldWarnings });
  } finally {
    if (output !== console.out) output.close();
  }
}
