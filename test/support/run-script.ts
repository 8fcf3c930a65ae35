/** Runs a script as the command does, inside the test: compile, verify, load into the real kernel where that is possible, replay. */
import { expect } from "vitest";
import { renderDiagnostic } from "../../lang/diagnostics/render.ts";
import type { Recording } from "../../probes/recording.ts";
import { jsonPrinter } from "../../src/output/json-printer.ts";
import { utcClock } from "../../src/output/strftime.ts";
import { textPrinter } from "../../src/output/text-printer.ts";
import { compileScript, usesTasks, type Compilation } from "../../src/session/compile.ts";
import { createSession, type LiveClock, type TraceTime } from "../../src/session/session.ts";
import { kernelAccepts } from "./kernel-load.ts";

export interface RunOptions {
  readonly recording?: Recording;
  readonly params?: readonly string[];
  readonly format?: "text" | "json";
  readonly backend?: "jit" | "interp";
  readonly seed?: bigint;
  readonly from?: TraceTime;
  readonly to?: TraceTime;
  readonly config?: Readonly<Record<string, string>>;
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly compilation: Compilation;
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

export function compile(text: string, options: RunOptions = {}): Compilation {
  const compilation = compileScript(
    { name: "stdin", text },
    {
      catalogue: options.recording?.catalogue ?? null,
      params: options.params ?? [],
      namedParams: new Map(),
      config: new Map(Object.entries(options.config ?? {})),
      ncpus: options.recording?.catalogue.ncpus ?? NCPUS,
    },
  );
  if (compilation.script !== null) {
    const verdict = kernelAccepts(compilation.script);
    if ("ok" in verdict && !verdict.ok) expect.fail(`the kernel's verifier rejects ${text}\n${verdict.log}`);
  }
  return compilation;
}

export async function runScript(text: string, options: RunOptions = {}): Promise<RunResult> {
  const compilation = compile(text, options);
  let stdout = "";
  let stderr = compilation.diagnostics.map((d) => renderDiagnostic(compilation.source, d)).join("");
  if (compilation.script === null) return { stdout, stderr, exitCode: 1, compilation };
  const printer = (options.format === "json" ? jsonPrinter : textPrinter)({
    context: {
      truncTrailer: compilation.config.strTruncTrailer,
      clock: utcClock(0n),
      unitLabels: compilation.usesArrowArgs ? "range" : "value",
      symbol: () => null,
    },
    write: (s) => {
      stdout += s;
    },
    writeError: (s) => {
      stderr += s;
    },
    locate: (span) => ({ text: `stdin:${span.start}-${span.end}`, file: "stdin", line: 1, column: span.start + 1 }),
    describeWarning: (span, message, info) => `stdin:${span.start}-${span.end}: WARNING: ${message}\n${info === "" ? "" : `${info}\n`}`,
    quiet: false,
    warnings: true,
  });
  const session = createSession({
    script: compilation.script,
    contextBytes: compilation.contextBytes,
    recording: options.recording ?? null,
    live: jumpingClock(),
    sink: printer,
    backend: options.backend ?? "jit",
    ncpus: options.recording?.catalogue.ncpus ?? NCPUS,
    randSeed: options.seed ?? 1n,
    window: { from: options.from ?? null, to: options.to ?? null },
    printMapsOnExit: compilation.config.printMapsOnExit,
    trackTasks: usesTasks(compilation.hir),
    breathe: async () => {},
  });
  const { exitCode } = await session.run();
  return { stdout, stderr, exitCode, compilation };
}
