/** Runs a script: compile, print its diagnostics, replay, report. */
import { availableParallelism } from "node:os";
import { writeFileSync } from "node:fs";
import { renderDiagnostic } from "../../lang/diagnostics/render.ts";
import type { Diagnostic, Source } from "../../lang/diagnostics/diagnostic.ts";
import type { Recording } from "../../probes/recording.ts";
import { jsonPrinter } from "../output/json-printer.ts";
import { placesOf } from "../output/places.ts";
import type { Printer, PrinterOptions } from "../output/printer.ts";
import { textPrinter } from "../output/text-printer.ts";
import { compileScript, usesTasks, type Compilation } from "../session/compile.ts";
import { recordedMachine, symbolsFor, type MissingSymbols, type RecordedMachine } from "../session/recorded-machine.ts";
import { createSession, type SessionResult, type TimeWindow } from "../session/session.ts";
import { bootEpochNs, clockOf, liveClock } from "./clock.ts";
import { configOf } from "./environment.ts";
import { hostOf } from "./host.ts";
import { readImport } from "./imports.ts";
import { errnoText, loadRecording, loadSource } from "./load.ts";
import type { CliOptions } from "./options.ts";
import { openOutput, type Output } from "./output.ts";
import { lostLines, missingLines } from "./report.ts";
import { durationNs, traceTime } from "./time-argument.ts";

const writeError = (text: string): void => {
  process.stderr.write(text);
};

/** Errors to stderr; warnings to stdout before the program's own output (row 8.47). */
function showDiagnostics(source: Source, diagnostics: readonly Diagnostic[], warnings: boolean, output: Output): boolean {
  const errors = diagnostics.filter((d) => d.severity === "error");
  for (const error of errors) writeError(renderDiagnostic(source, error));
  if (errors.length > 0) return false;
  if (warnings) for (const warning of diagnostics) output.write(Buffer.from(renderDiagnostic(source, warning), "utf8").toString("latin1"));
  return true;
}

/** The clock that strftime() and time() print: the recorded machine's wall clock as far as it is known. */
function wallClock(options: CliOptions, recording: Recording | null): ReturnType<typeof clockOf> {
  if (recording === null) return clockOf(bootEpochNs(), options.timeZone);
  const boot = options.bootTime === null ? 0n : durationNs(options.bootTime);
  return boot === null ? null : clockOf(boot, options.timeZone);
}

function printerOptions(
  options: CliOptions,
  output: Output,
  clock: NonNullable<ReturnType<typeof clockOf>>,
  compilation: Compilation,
  machine: RecordedMachine,
  missing: MissingSymbols,
): PrinterOptions {
  return {
    context: {
      truncTrailer: compilation.config.strTruncTrailer,
      clock,
      unitLabels: compilation.usesArrowArgs ? "range" : "value",
      symbol: symbolsFor(machine, missing),
    },
    host: hostOf(compilation.config.maxCatBytes),
    write: (text) => {
      output.write(text);
    },
    writeError,
    ...placesOf(compilation.source),
    quiet: options.quiet,
    warnings: options.warnings,
  };
}

function reportEnd(
  options: CliOptions,
  recording: Recording,
  result: SessionResult,
  compilation: Compilation,
  missing: MissingSymbols,
): void {
  if (result.stats !== null) for (const line of lostLines(recording.info, result.stats)) writeError(line);
  if (!options.warnings) return;
  for (const line of missingLines({ ...result.missing, ...missing })) writeError(line);
  const asksWallTime = compilation.script?.actions.some((action) => action.kind === "time") ?? false;
  if (asksWallTime && options.bootTime === null)
    writeError("WARNING: the recording does not hold the wall-clock time of its boot: times count from 1970. Pass --boot-time SECONDS.\n");
}

/** --from and --to; a string is the word that is no time. */
function timeWindow(options: CliOptions): TimeWindow | string {
  const from = options.from === null ? null : traceTime(options.from);
  const to = options.to === null ? null : traceTime(options.to);
  if (options.from !== null && from === null) return options.from;
  if (options.to !== null && to === null) return options.to;
  return { from, to };
}

async function replayAndReport(
  options: CliOptions,
  recording: Recording | null,
  machine: RecordedMachine,
  compilation: Compilation,
  output: Output,
): Promise<number> {
  const script = compilation.script;
  if (script === null) return 1;
  const clock = wallClock(options, recording);
  if (clock === null) {
    writeError(
      `ERROR: unknown time zone or boot time: --tz ${options.timeZone}${options.bootTime === null ? "" : ` --boot-time ${options.bootTime}`}\n`,
    );
    return 1;
  }
  const window = timeWindow(options);
  if (typeof window === "string") {
    writeError(`ERROR: not a time: '${window}' (want seconds of the recording's clock, 12.5, or +0.2, +15ms after its first event)\n`);
    return 1;
  }
  const make: (o: PrinterOptions) => Printer = options.format === "json" ? jsonPrinter : textPrinter;
  const live = liveClock();
  const missing: MissingSymbols = { kernelSymbols: 0, userSymbols: 0 };
  const session = createSession({
    script,
    contextBytes: compilation.contextBytes,
    recording,
    live,
    sink: make(printerOptions(options, output, clock, compilation, machine, missing)),
    backend: options.backend,
    ncpus: ncpusOf(recording),
    randSeed: options.seed,
    window,
    printMapsOnExit: compilation.config.printMapsOnExit,
    trackTasks: usesTasks(compilation.hir),
    breathe: () => {
      output.flush();
      return new Promise((resolve) => setImmediate(resolve));
    },
  });
  const stop = (): void => {
    session.stop();
    live.wake();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  const result = await session.run();
  process.off("SIGINT", stop).off("SIGTERM", stop);
  output.flush();
  if (recording !== null) reportEnd(options, recording, result, compilation, missing);
  return result.exitCode;
}

export const ncpusOf = (recording: Recording | null): number => recording?.catalogue.ncpus ?? availableParallelism();

export async function run(options: CliOptions): Promise<number> {
  const loaded = loadSource(options);
  if (!loaded.ok) {
    writeError(`${loaded.message}\n`);
    return loaded.exitCode;
  }
  const opened = await loadRecording(options);
  if (!opened.ok) {
    writeError(`${opened.message}\n`);
    return opened.exitCode;
  }
  const { source } = loaded;
  const { recording } = opened;
  try {
    return await runWith(source, options, recording);
  } finally {
    recording?.close();
  }
}

async function runWith(source: Source, options: CliOptions, recording: Recording | null): Promise<number> {
  let output: Output;
  try {
    output = openOutput(options.output, options.buffering);
  } catch (error) {
    writeError(`ERROR: Failed to open output file: "${options.output ?? ""}": ${errnoText(error)}\n`);
    return 1;
  }
  try {
    for (const warning of recording?.info.warnings ?? []) writeError(`WARNING: ${warning}\n`);
    const machine = recordedMachine(recording);
    const compilation = compileScript(source, {
      catalogue: recording?.catalogue ?? null,
      params: options.params,
      namedParams: options.namedParams,
      readImport,
      config: configOf(process.env),
      ncpus: ncpusOf(recording),
      unsafe: options.unsafe,
      architecture: machine.architecture,
      kernelSymbols: machine.symbols,
    });
    if (options.debug.length > 0) {
      const { debugText } = await import("./debug.ts");
      output.write(Buffer.from(debugText(compilation.source, compilation, options.debug), "utf8").toString("latin1"));
    }
    if (!showDiagnostics(compilation.source, compilation.diagnostics, options.warnings, output) || compilation.script === null) return 1;
    if (options.emitElf !== null) {
      const { writeObject } = await import("../bpf/object/object.ts");
      writeFileSync(options.emitElf, writeObject(compilation.script, compilation.source));
    }
    if (compilation.script.attach.length === 0) {
      if (!options.quiet) output.write("No probes to attach\n");
      return 1;
    }
    if (options.dryRun) return 0;
    return await replayAndReport(options, recording, machine, compilation, output);
  } finally {
    output.close();
  }
}
