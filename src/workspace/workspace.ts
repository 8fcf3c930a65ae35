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
import type { ExportContext } from "../output/export/export-format.ts";
import type { PrintContext } from "../output/value-text.ts";
import { compileScript, usesTasks, type Compilation, type CompileOptions } from "../session/compile.ts";
import { symbolsFor, type MissingSymbols, type RecordedMachine } from "../session/recorded-machine.ts";
import { newStackSource, stackNames, stackTexts } from "../session/stack-text.ts";
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
  /** How values of its maps print, and what its stacks are called. */
  readonly context: ExportContext;
  readonly missing: MissingSymbols;
}

export interface Workspace {
  readonly recording: Recording;
  readonly machine: RecordedMachine;
  /** A text, or the texts of several programs as one script (join-programs.ts). */
  compile(script: string | Source, name?: string): Compilation;
  /** Null: the compilation has errors. The one that was attached before must not be used any more. `window`: that of the command line if absent. */
  attach(compilation: Compilation, format?: "text" | "json", window?: TimeWindow): Attached | null;
  close(): void;
}

/** Errors and warnings as the command prints them, one text each. */
export const diagnosticTexts = (compilation: Compilation, of: Diagnostic["severity"]): string[] =>
  compilation.diagnostics.filter(({ severity }) => severity === of).map((one) => renderDiagnostic(compilation.source, one));

/** What a face calls a text that came from no file. */
const UNNAMED = "script";

export function createWorkspace(options: WorkspaceOptions): Workspace {
  const { recording, machine } = options;
  /** What was compiled: a compilation's own source has the files that it imports behind it. */
  const sources = new WeakMap<Compilation, Source>();
  const compile = (source: Source): Compilation => {
    const compilation = compileScript(source, options.compileOptions(source));
    sources.set(compilation, source);
    return compilation;
  };
  return {
    recording,
    machine,
    compile: (script, name = UNNAMED) => compile(typeof script === "string" ? { name, text: script } : script),
    attach(compilation, format = "text", window = options.window) {
      const { script } = compilation;
      if (script === null) return null;
      // Whoever had the recording before left its streams anywhere.
      for (const stream of recording.streams) stream.rewind();
      const missing: MissingSymbols = { kernelSymbols: 0, userSymbols: 0 };
      const stackSource = newStackSource();
      const context: ExportContext = {
        truncTrailer: compilation.config.strTruncTrailer,
        clock: options.clock,
        unitLabels: compilation.usesArrowArgs ? "range" : "value",
        symbol: symbolsFor(machine, missing),
        stack: stackTexts(stackSource, machine, missing),
        stackNames: stackNames(stackSource, machine, missing),
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
      const source = sources.get(compilation) ?? compilation.source;
      const replay = createReplay({
        script,
        contextBytes: compilation.contextBytes,
        hir: compilation.hir,
        stackRecords: machine.stackRecords,
        spaces: machine.user.spaceChanges,
        stackSource,
        recording,
        backend: options.backend,
        ncpus: recording.catalogue.ncpus,
        randSeed: options.seed,
        window,
        printMapsOnExit: compilation.config.printMapsOnExit,
        trackTasks: usesTasks(compilation.hir),
        bootEpochNs: options.bootEpochNs,
        sink: (event) => {
          log.begin();
          printer(event);
        },
        compile: (suffix) => compile({ ...source, text: source.text + suffix }),
      });
      return { compilation, replay, log, context, missing };
    },
    close() {
      recording.close();
    },
  };
}
