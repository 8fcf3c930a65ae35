/** Compiles a script as the command line asks for it. */
import { availableParallelism } from "node:os";
import type { Source } from "../../lang/diagnostics/diagnostic.ts";
import type { Recording } from "../../probes/recording.ts";
import { compileScript, type Compilation, type CompileOptions } from "../session/compile.ts";
import type { RecordedMachine } from "../session/recorded-machine.ts";
import { configOf } from "./environment.ts";
import { headerReader } from "./headers.ts";
import { readImport } from "./imports.ts";
import { optimiseLater } from "./optimiser.ts";
import type { CliOptions } from "./options.ts";

export const ncpusOf = (recording: Recording | null): number => recording?.catalogue.ncpus ?? availableParallelism();

export function compileOptions(source: Source, options: CliOptions, recording: Recording | null, machine: RecordedMachine): CompileOptions {
  return {
    catalogue: machine.catalogue,
    params: options.params,
    namedParams: options.namedParams,
    readImport,
    readHeader: headerReader(source.name, options.includeDirs),
    includes: options.includes,
    config: configOf(process.env),
    ncpus: ncpusOf(recording),
    unsafe: options.unsafe,
    pid: options.pid,
    keepWarnings: options.keepWarnings,
    architecture: machine.architecture,
    otherArchitecture: machine.otherArchitecture,
    kernelSymbols: machine.symbols,
    types: machine.types.source,
  };
}

export function compile(source: Source, options: CliOptions, recording: Recording | null, machine: RecordedMachine): Compilation {
  optimiseLater(source.text);
  return compileScript(source, compileOptions(source, options, recording, machine));
}
