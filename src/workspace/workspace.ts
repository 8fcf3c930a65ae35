/**
 * A recording with everything that scripts over it need, for faces that hold several programs and move through time: they compile as the command
 * does, and print as it does. One recording serves one replay at a time.
 */
import { renderDiagnostic } from "../../lang/diagnostics/render.ts";
import type { Diagnostic, Source } from "../../lang/diagnostics/diagnostic.ts";
import type { Recording } from "../../probes/recording.ts";
import type { Backend } from "../bpf/machine-types.ts";
import type { Host } from "../output/host.ts";
import { jsonPrinter } from "../output/json-printer.ts";
import { placesOf } from "../output/places.ts";
import type { PrinterOptions } from "../output/printer.ts";
import { textPrinter } from "../output/text-printer.ts";
import type { PrintContext } from "../output/value-text.ts";
import { compileScript, usesTasks, type Compilation, type CompileOptions } from "../session/compile.ts";
import { symbolsFor, type MissingSymbols, type RecordedMachine } from "../session/recorded-machine.ts";
import { newStackSource, stackTexts } from "../session/stack-text.ts";
import type { TimeWindow } from "../session/session-options.ts";
import { createReplay, type Replay } from "../session/travel/replay.ts";
import { newOutputLog, type OutputLog } from "./output-log.ts";

export interface WorkspaceOptions {
  readonly recording: Recording;
  readonly machine: RecordedMachine;
  /** What a text is compiled with, whatever it is called. */
  readonly compileOptions: (source: Source) => CompileOptions;
  readonly clock: PrintContext["clock"];
  readonly host: (maxCatBytes: number) => Host;
  readonly backend: Backend;
  readonly seed: bigint;
  readonly window: TimeWindow;
  readonly bootEpochNs: bigint;
  readonly warnings: boolean;
}

/** A program that is attached, and what it has printed by the instant that it stands at. */
export interface Attached {
  readonly compilation: Compilation;
  readonly replay: Replay;
  readonly log: OutputLog;
  /** How values of its maps print. */
  readonly context: PrintContext;
  readonly missing: MissingSymbols;
}

export interface Workspace {
  readonly recording: Recording;
  readonly machine: RecordedMachine;
  compile(text: string, name?: string): Compilation;
  /** Null: the compilation has errors. The one that was attached before must not be used any more. */
  attach(compilation: Compilation, format?: "text" | "json"): Attached | null;
  close(): void;
}

/** Errors and warnings as the command prints them, one text each. */
export const diagnosticTexts = (compilation: Compilation, of: Diagnostic["severity"]): string[] =>
  compilation.diagnostics.filter(({ severity }) => severity === of).map((one) => renderDiagnostic(compilation.source, one));

/** What a face calls a text that came from no file. */
const UNNAMED = "script";

export function createWorkspace(options: WorkspaceOptions): Workspace {
  const { recording, machine } = options;
  const compile = (text: string, name: string): Compilation => {
    const source = { name, text };
    return compileScript(source, options.compileOptions(source));
  };
  return {
    recording,
    machine,
    compile: (text, name = UNNAMED) => compile(text, name),
    attach(compilation, format = "text") {
      const { script } = compilation;
      if (script === null) return null;
      // Whoever had the recording before left its streams anywhere.
      for (const stream of recording.streams) stream.rewind();
      const missing: MissingSymbols = { kernelSymbols: 0, userSymbols: 0 };
      const stackSource = newStackSource();
      const context: PrintContext = {
        truncTrailer: compilation.config.strTruncTrailer,
        clock: options.clock,
        unitLabels: compilation.usesArrowArgs ? "range" : "value",
        symbol: symbolsFor(machine, missing),
        stack: stackTexts(stackSource, machine, missing),
      };
      const log = newOutputLog();
      const printerOptions: PrinterOptions = {
        context,
        host: options.host(compilation.config.maxCatBytes),
        write: (text) => log.write("output", text),
        writeError: (text) => log.write("error", text),
        ...placesOf(compilation.source),
        quiet: true,
        warnings: options.warnings,
      };
      const printer = (format === "json" ? jsonPrinter : textPrinter)(printerOptions);
      const { name, text } = compilation.source;
      const replay = createReplay({
        script,
        contextBytes: compilation.contextBytes,
        hir: compilation.hir,
        stackRecords: machine.stackRecords,
        stackSource,
        recording,
        backend: options.backend,
        ncpus: recording.catalogue.ncpus,
        randSeed: options.seed,
        window: options.window,
        printMapsOnExit: compilation.config.printMapsOnExit,
        trackTasks: usesTasks(compilation.hir),
        bootEpochNs: options.bootEpochNs,
        sink: (event) => {
          log.begin();
          printer(event);
        },
        compile: (suffix) => compile(text + suffix, name),
      });
      return { compilation, replay, log, context, missing };
    },
    close() {
      recording.close();
    },
  };
}
