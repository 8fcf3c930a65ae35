/** Runs a compiled script over a recording, or over nothing but time, and says at the end what was missing. */
import { isatty } from "node:tty";
import type { Recording } from "../../probes/recording.ts";
import type { CompiledScript } from "../codegen/compiled.ts";
import { jsonPrinter } from "../output/json-printer.ts";
import { placesOf } from "../output/places.ts";
import type { Printer, PrinterOptions } from "../output/printer.ts";
import { textPrinter } from "../output/text-printer.ts";
import type { ExportContext } from "../output/export/export-format.ts";
import { isExportFormat } from "../output/export/names.ts";
import { usesTasks, type Compilation } from "../session/compile.ts";
import { symbolsFor, type MissingSymbols, type RecordedMachine } from "../session/recorded-machine.ts";
import type { RunMode } from "../session/select-probes.ts";
import { createSession, type SessionResult, type TimeWindow } from "../session/session.ts";
import { newStackSource, stackNames, stackTexts } from "../session/stack-text.ts";
import { bootEpochNs, liveClock } from "./clock.ts";
import { ncpusOf } from "./compile.ts";
import type { Console } from "./console.ts";
import { hostOf } from "./host.ts";
import type { CliOptions } from "./options.ts";
import { missingArguments } from "./missing-arguments.ts";
import type { Output } from "./output.ts";
import { progressOf } from "./progress.ts";
import { recordedStrings } from "./recorded-strings.ts";
import { lostShortfalls, missingShortfalls, shortfallJson, shortfallText, spaceShortfalls, type Shortfall } from "./report.ts";
import { durationNs, traceTime } from "./time-argument.ts";
import { clockOf } from "./time-zone.ts";

export interface Replay {
  readonly options: CliOptions;
  readonly mode: RunMode;
  readonly recording: Recording | null;
  readonly machine: RecordedMachine;
  readonly compilation: Compilation;
  /** How many of the recording's warnings have been told. */
  readonly toldWarnings: number;
  /** The compilation's, with the probes that take part. */
  readonly script: CompiledScript;
  readonly console: Console;
  /** Program output: stdout, or the file of -o. */
  readonly output: Output;
}

/** The clock that strftime() and time() print: the recorded machine's wall clock as far as it is known. */
function wallClock({ options, recording }: Replay): ReturnType<typeof clockOf> {
  if (recording === null) return clockOf(bootEpochNs(), options.timeZone);
  const boot = options.bootTime === null ? 0n : durationNs(options.bootTime);
  return boot === null ? null : clockOf(boot, options.timeZone);
}

const noTime = (word: string): string =>
  `not a time: '${word}' (want seconds of the recording's clock, 12.5, or +0.2, +15ms after its first event)`;

/** --from and --to; a string is what is wrong with them. */
function timeWindow(options: CliOptions): TimeWindow | string {
  const from = options.from === null ? null : traceTime(options.from);
  const to = options.to === null ? null : traceTime(options.to);
  if (options.from !== null && from === null) return noTime(options.from);
  if (options.to !== null && to === null) return noTime(options.to);
  if (from !== null && to !== null && from.relative === to.relative && to.ns <= from.ns)
    return `nothing is replayed: --to ${options.to!} is not behind --from ${options.from!}`;
  return { from, to };
}

interface Printing {
  readonly printer: Printer;
  /** After the run. */
  readonly finish: () => void;
}

const nothing = (): void => undefined;

async function printerOf(replay: Replay, options: PrinterOptions, context: ExportContext): Promise<Printing> {
  const { format } = replay.options;
  if (replay.mode === "run" && isExportFormat(format)) {
    const { exportPrinter } = await import("../output/export/export-printer.ts");
    return exportPrinter(format, context, options);
  }
  const printer = (format === "json" ? jsonPrinter : textPrinter)(options);
  if (replay.mode === "run") return { printer, finish: nothing };
  const { selfTestPrinter } = await import("../output/self-test-printer.ts");
  return { printer: selfTestPrinter(printer, options, format === "json" ? "json" : "text"), finish: nothing };
}

/** Row 7.36: who started us waits for this word. */
function notifying(printer: Printer, console: Console): Printer {
  if (process.env["__BPFTRACE_NOTIFY_PROBES_ATTACHED"] === undefined) return printer;
  return (event) => {
    printer(event);
    if (event.kind !== "attached") return;
    console.out.write("__BPFTRACE_NOTIFY_PROBES_ATTACHED\n");
    console.out.flush();
  };
}

const NO_BOOT_TIME: Shortfall = {
  type: "missing",
  kind: "bootTime",
  count: null,
  message: "the recording does not hold the wall-clock time of its boot: times count from 1970. Pass --boot-time SECONDS.",
  hint: null,
};

/** Warnings that came up while the recording was read; with --strict all of them count. */
function damages({ options, recording, toldWarnings }: Replay): Shortfall[] {
  const warnings = recording?.info.warnings ?? [];
  return warnings
    .slice(options.strict ? 0 : toldWarnings)
    .map((message) => ({ type: "damaged", kind: "recording", count: null, message, hint: null }));
}

function betterHint({ script, machine }: Replay, one: Shortfall): Shortfall {
  const hint = machine.catalogue === null ? null : recordedStrings(script, machine.catalogue);
  return hint === null ? one : { ...one, hint };
}

function shortfalls(replay: Replay, result: SessionResult, missing: MissingSymbols): Shortfall[] {
  const { options, recording, compilation, script, machine } = replay;
  if (recording === null) return [];
  const lost = [...damages(replay), ...(result.stats === null ? [] : lostShortfalls(recording.info, result.stats))];
  if (!options.warnings && !options.strict) return lost;
  const asksWallTime = compilation.script?.actions.some((action) => action.kind === "time") ?? false;
  return [
    ...lost,
    ...missingShortfalls({ ...result.missing, ...missing }, recording.info).map((one) =>
      one.kind === "userMemory" ? betterHint(replay, one) : one,
    ),
    ...spaceShortfalls(script, machine.user),
    ...missingArguments(result.missingArguments),
    ...(asksWallTime && options.bootTime === null && recording.info.clock !== "realtime" ? [NO_BOOT_TIME] : []),
  ];
}

/** Whether the answer may stand: with --strict only if nothing is missing in it. */
function reportEnd(replay: Replay, result: SessionResult, missing: MissingSymbols): boolean {
  const { options, console, output } = replay;
  const found = shortfalls(replay, result, missing);
  for (const one of found) {
    if (options.format === "json") output.write(shortfallJson(one));
    else console.error(shortfallText(one, options.strict ? "ERROR" : "WARNING"));
  }
  output.flush();
  return !options.strict || found.length === 0;
}

/** The exit status (row 8.42). */
export async function replay(asked: Replay): Promise<number> {
  const live = liveClock();
  const progress = progressOf(asked, live.now);
  const replay = { ...asked, ...progress.guard(asked) };
  const { console, output } = replay;
  const { options, mode, recording, machine, compilation, script } = replay;
  const clock = wallClock(replay);
  if (clock === null) {
    const bootTime = options.bootTime === null ? "" : ` --boot-time ${options.bootTime}`;
    console.error(`ERROR: unknown time zone or boot time: --tz ${options.timeZone}${bootTime}\n`);
    return 1;
  }
  const window = timeWindow(options);
  if (typeof window === "string") {
    console.error(`ERROR: ${window}\n`);
    return 1;
  }
  if (options.format === "pprof" && output === console.out && isatty(1)) {
    console.error("ERROR: -f pprof is no text: write it to a file with -o FILE\n");
    return 1;
  }
  const missing: MissingSymbols = { kernelSymbols: 0, userSymbols: 0 };
  const stackSource = newStackSource();
  const context: ExportContext = {
    truncTrailer: compilation.config.strTruncTrailer,
    clock,
    unitLabels: compilation.usesArrowArgs ? "range" : "value",
    symbol: symbolsFor(machine, missing),
    stack: stackTexts(stackSource, machine, missing),
    stackNames: stackNames(stackSource, machine, missing),
  };
  const printerOptions: PrinterOptions = {
    context,
    host: hostOf(compilation.config.maxCatBytes),
    write: (text) => {
      output.write(text);
    },
    writeError: console.error,
    ...placesOf(compilation.source),
    quiet: options.quiet,
    warnings: options.warnings,
  };
  const { printer, finish } = await printerOf(replay, printerOptions, context);
  let wasStopped: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (wasStopped = resolve));
  const session = createSession({
    script,
    mode,
    contextBytes: compilation.contextBytes,
    contextByAddress: compilation.contextByAddress,
    hir: compilation.hir,
    stackRecords: machine.stackRecords,
    spaces: machine.user.spaceChanges,
    stackSource,
    recording,
    live,
    sink: notifying(printer, console),
    backend: options.backend,
    ncpus: ncpusOf(recording),
    randSeed: options.seed,
    window,
    printMapsOnExit: compilation.config.printMapsOnExit,
    trackTasks: usesTasks(compilation.hir),
    bootEpochNs: clock.bootEpochNs,
    ...(options.workers > 1
      ? {
          runShares: async (task) =>
            (await import("./shares.ts")).runShares(
              script,
              options,
              { shares: options.workers, streams: recording?.streams.length ?? 0 },
              task,
              stopped,
            ),
        }
      : {}),
    breathe: () => {
      output.flush();
      progress.show(session.progress());
      return new Promise((resolve) => setImmediate(resolve));
    },
  });
  if (options.dryRun) return 0;
  const stop = (): void => {
    wasStopped();
    session.stop();
    live.wake();
  };
  const signal = (): void => {
    session.signal();
    live.wake();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop).on("SIGUSR1", signal);
  const result = await session.run();
  process.off("SIGINT", stop).off("SIGTERM", stop).off("SIGUSR1", signal);
  progress.clear();
  finish();
  output.flush();
  return reportEnd(replay, result, missing) ? result.exitCode : Math.max(1, result.exitCode);
}
