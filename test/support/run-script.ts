/** Runs a script as the command does, inside the test: compile, verify, load into the real kernel where that is possible, replay. */
import { expect } from "vitest";
import type { ReadImport } from "../../lang/check/imports.ts";
import { renderDiagnostic } from "../../lang/diagnostics/render.ts";
import type { PageStream, Recording } from "../../probes/recording.ts";
import type { Host } from "../../src/output/host.ts";
import { jsonPrinter } from "../../src/output/json-printer.ts";
import { utcClock } from "../../src/output/strftime.ts";
import { placesOf } from "../../src/output/places.ts";
import { textPrinter } from "../../src/output/text-printer.ts";
import { compileScript, usesTasks, type Compilation } from "../../src/session/compile.ts";
import { recordedMachine, symbolsFor, type MissingSymbols, type SideData } from "../../src/session/recorded-machine.ts";
import { createSession, type LiveClock, type SessionResult, type TraceTime } from "../../src/session/session.ts";
import { mergeShares, type SharesResult } from "../../src/session/shares/merge.ts";
import { partition } from "../../src/session/shares/partition.ts";
import { runShare, type ShareTask } from "../../src/session/shares/share.ts";
import { newStackSource, stackTexts } from "../../src/session/stack-text.ts";
import type { CompiledScript } from "../../src/codegen/compiled.ts";
import { kernelAccepts } from "./kernel-load.ts";

export interface RunOptions {
  readonly recording?: Recording;
  /** What was kept beside the recording. */
  readonly side?: SideData;
  readonly params?: readonly string[];
  readonly format?: "text" | "json";
  readonly backend?: "jit" | "interp";
  readonly seed?: bigint;
  readonly from?: TraceTime;
  readonly to?: TraceTime;
  readonly config?: Readonly<Record<string, string>>;
  readonly unsafe?: boolean;
  /** -k. */
  readonly keepWarnings?: boolean;
  /** -p. */
  readonly pid?: number;
  readonly namedParams?: Readonly<Record<string, string | null>>;
  readonly readImport?: ReadImport;
  /** Order-free scripts handle the recording in that many shares, from streams of their own; `sharesRan` is told how it went. */
  readonly shares?: { readonly count: number; readonly streams: readonly PageStream[] };
  readonly sharesRan?: (result: SharesResult | null) => void;
  /** For cat() and system(). */
  readonly host?: Host;
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly compilation: Compilation;
  /** What the programs asked for and the recording does not hold: how often, by kind. */
  readonly missing: Readonly<Record<string, number>>;
  readonly missingSymbols: MissingSymbols;
  readonly missingArguments: SessionResult["missingArguments"];
}

/** A clock that jumps to whatever is waited for: interval scripts end in no time. */
function jumpingClock(): LiveClock {
  let now = 1_000_000_000n;
  return {
    now: () => now,
    sleepUntil: async (ns) => {
      if (ns > now) now = ns;
    },
    pid: 4242,
    comm: "hindsight",
  };
}

const NCPUS = 2;

const noHost: Host = { readFile: () => ({ error: "No such file or directory" }), run: () => "" };

export function compile(text: string, options: RunOptions = {}): Compilation {
  const machine = recordedMachine(options.recording ?? null, options.side);
  const compilation = compileScript(
    { name: "stdin", text },
    {
      catalogue: machine.catalogue,
      params: options.params ?? [],
      namedParams: new Map(Object.entries(options.namedParams ?? {})),
      ...(options.readImport && { readImport: options.readImport }),
      config: new Map(Object.entries(options.config ?? {})),
      ncpus: options.recording?.catalogue.ncpus ?? NCPUS,
      unsafe: options.unsafe ?? false,
      keepWarnings: options.keepWarnings ?? false,
      pid: options.pid ?? null,
      architecture: machine.architecture,
      otherArchitecture: machine.otherArchitecture,
      kernelSymbols: machine.symbols,
      types: machine.types.source,
    },
  );
  if (compilation.script !== null) {
    const verdict = kernelAccepts(compilation.script);
    if ("ok" in verdict && !verdict.ok) expect.fail(`the kernel's verifier rejects ${text}\n${verdict.log}`);
  }
  return compilation;
}

function inShares(script: CompiledScript, options: RunOptions, task: ShareTask): SharesResult | null {
  const { streams, count } = options.shares!;
  // One after the other, but each with the turns that are its own.
  const results = Array.from({ length: count }, (_, share) => {
    const turnsOf = () => {
      let turn = 0;
      return (pages: number): number => (turn++ * count + share) * pages;
    };
    const part = partition(streams, share, count, turnsOf);
    return part === null ? null : runShare(task, { streams: part });
  });
  const isWhole = results.length > 0 && results.every((result) => result !== null);
  const result = isWhole ? mergeShares(script, results) : null;
  options.sharesRan?.(result);
  return result;
}

export async function runScript(text: string, options: RunOptions = {}): Promise<RunResult> {
  const compilation = compile(text, options);
  const machine = recordedMachine(options.recording ?? null, options.side);
  let stdout = "";
  let stderr = compilation.diagnostics.map((d) => renderDiagnostic(compilation.source, d)).join("");
  if (compilation.script === null)
    return {
      stdout,
      stderr,
      exitCode: 1,
      compilation,
      missing: {},
      missingSymbols: { kernelSymbols: 0, userSymbols: 0 },
      missingArguments: [],
    };
  const missing = { kernelSymbols: 0, userSymbols: 0 };
  const stackSource = newStackSource();
  const printer = (options.format === "json" ? jsonPrinter : textPrinter)({
    context: {
      truncTrailer: compilation.config.strTruncTrailer,
      clock: utcClock(0n),
      unitLabels: compilation.usesArrowArgs ? "range" : "value",
      symbol: symbolsFor(machine, missing),
      stack: stackTexts(stackSource, machine, missing),
    },
    host: options.host ?? noHost,
    write: (s) => {
      stdout += s;
    },
    writeError: (s) => {
      stderr += s;
    },
    ...placesOf(compilation.source),
    quiet: false,
    warnings: true,
  });
  // Several runs of one recording.
  for (const stream of options.recording?.streams ?? []) stream.rewind();
  const session = createSession({
    script: compilation.script,
    contextBytes: compilation.contextBytes,
    contextByAddress: compilation.contextByAddress,
    hir: compilation.hir,
    stackRecords: machine.stackRecords,
    spaces: machine.user.spaceChanges,
    stackSource,
    recording: options.recording ?? null,
    live: jumpingClock(),
    sink: printer,
    backend: options.backend ?? "jit",
    ncpus: options.recording?.catalogue.ncpus ?? NCPUS,
    randSeed: options.seed ?? 1n,
    window: { from: options.from ?? null, to: options.to ?? null },
    printMapsOnExit: compilation.config.printMapsOnExit,
    trackTasks: usesTasks(compilation.hir),
    ...(options.shares === undefined ? {} : { runShares: async (task) => inShares(compilation.script!, options, task) }),
    breathe: async () => {},
  });
  const { exitCode, missing: counts, missingArguments } = await session.run();
  return { stdout, stderr, exitCode, compilation, missing: counts, missingSymbols: missing, missingArguments };
}
