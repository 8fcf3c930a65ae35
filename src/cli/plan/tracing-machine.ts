/** The machine that a plan is made for: this one as far as it can be read, or that of a recording. */
import { readFileSync } from "node:fs";
import { arch, availableParallelism, release } from "node:os";
import type { ProbeCatalogue } from "../../../lang/catalogue.ts";
import type { Architecture } from "../../../lang/check/env.ts";
import { prototypes, type TypedFunction } from "../../../probes/kernel/btf/prototypes.ts";
import type { Recording } from "../../../probes/recording.ts";
import type { KernelFunction, PlanMachine } from "../../plan/machine.ts";
import { releaseIn } from "../../plan/release.ts";
import { kernelTypes, type KernelTypes } from "../../session/kernel-types.ts";
import { symbolsOf, type KernelSymbols } from "../../session/symbols.ts";
import type { Console } from "../console.ts";
import { failure, type Failure } from "../failure.ts";
import { loadTypes } from "../kernel-types.ts";
import { errnoText } from "../load.ts";
import type { CliOptions } from "../options.ts";
import { loadRecording, samplePath } from "../recordings.ts";
import { readText, unpacker } from "../unpacker.ts";
import { fromTypes, kernelFunctions } from "./kernel-functions.ts";
import { tracefsCatalogue } from "./tracefs-catalogue.ts";
import { userFiles } from "./user-files.ts";

export type OpenedMachine = { readonly ok: true; readonly machine: PlanMachine; readonly close: () => void } | Failure;

function once<T>(load: () => T): () => T {
  let loaded: { readonly value: T } | null = null;
  return () => (loaded ??= { value: load() }).value;
}

const emptyCatalogue: ProbeCatalogue = { tracepoints: [], byteOrder: "little", longBytes: 8, ncpus: 1 };

interface Events {
  readonly catalogue: ProbeCatalogue;
  /** Null: they are of the machine that runs here. */
  readonly recording: Recording | null;
}

/** A recording that the user names, else this machine's tracefs, else the recording that comes with the program. */
async function findEvents(options: CliOptions, console: Console): Promise<({ readonly ok: true } & Events) | Failure> {
  if (options.traces.length > 0 || options.sample) {
    const opened = await loadRecording(options);
    if (!opened.ok) return opened;
    return { ok: true, catalogue: opened.recording?.catalogue ?? emptyCatalogue, recording: opened.recording };
  }
  const warn = (message: string): void => console.error(`WARNING: ${message}\n`);
  const own = tracefsCatalogue(availableParallelism(), warn);
  if (own !== null) return { ok: true, catalogue: own, recording: null };
  const sample = await loadRecording({ ...options, traces: [samplePath()] });
  if (!sample.ok) return { ok: true, catalogue: emptyCatalogue, recording: null };
  const { recording } = sample;
  warn(
    `the events of this machine cannot be read (not root, or no tracefs): those of ${recording?.info.uname ?? "another kernel"} are taken`,
  );
  console.error("HINT: plan on the machine that records, as root, or pass a recording of it with --trace FILE\n");
  return { ok: true, catalogue: recording?.catalogue ?? emptyCatalogue, recording };
}

async function readSymbols(
  options: CliOptions,
  recording: Recording | null,
): Promise<{ readonly ok: true; readonly text: string | null } | Failure> {
  try {
    if (options.kallsyms === null) return { ok: true, text: recording?.kallsyms() ?? null };
    return { ok: true, text: readText(options.kallsyms, await unpacker()) };
  } catch (error) {
    return failure(`ERROR: failed to open file '${options.kallsyms ?? ""}': ${errnoText(error)}`);
  }
}

/** Of this machine: read only when a script asks for an address. */
function machineSymbols(): KernelSymbols | null {
  try {
    return symbolsOf(null, readFileSync("/proc/kallsyms", "latin1"));
  } catch {
    return null;
  }
}

/** Prototypes by the kernel's types, as whoever replays finds them. */
function prototypesOf(types: KernelTypes): Pick<PlanMachine, "prototype" | "rawPrototype"> {
  const known = once(() => {
    const found = types.recorded();
    return found === null ? null : prototypes(found);
  });
  const plain = (found: TypedFunction | null | undefined): ReturnType<PlanMachine["prototype"]> =>
    found === null || found === undefined ? null : { parameters: found.params, result: found.returns?.type ?? null };
  return {
    prototype: (func) => plain(known()?.ofFunction(func)),
    rawPrototype: (event) => plain(known()?.ofTracepoint(event)),
  };
}

function architectureOf(recording: Recording | null): Architecture {
  if (recording === null) return arch() === "arm64" ? "arm64" : "x86_64";
  return /\b(aarch64|arm64)\b/.test(recording.info.uname ?? "") ? "arm64" : "x86_64";
}

const TYPES_HINT =
  "of the kernel that --btf is of, only functions with types are known: pass its /proc/kallsyms, too, with --kallsyms FILE";

export async function openMachine(options: CliOptions, console: Console): Promise<OpenedMachine> {
  const events = await findEvents(options, console);
  if (!events.ok) return events;
  const { catalogue, recording } = events;
  const kernel = await loadTypes(options, console);
  if (!kernel.ok) return kernel;
  const { given } = kernel.types;
  // Without a recording, type data that is given is another kernel's, or this one's own, which names most of its functions.
  const isOfTypes = given !== null && options.kallsyms === null && options.traces.length === 0 && !options.sample;
  const symbols = isOfTypes ? ({ ok: true, text: null } as const) : await readSymbols(options, recording);
  if (!symbols.ok) return symbols;
  // Of another machine, only what is given counts, and its own type data.
  const types = kernelTypes(recording, kernel.types);
  const functions = once((): readonly KernelFunction[] | null => {
    if (symbols.text !== null) return kernelFunctions(symbols.text);
    if (isOfTypes) return fromTypes(given);
    return recording === null ? kernelFunctions(null) : null;
  });
  return {
    ok: true,
    close: () => recording?.close(),
    machine: {
      catalogue,
      architecture: architectureOf(recording),
      release: releaseIn(recording === null ? release() : recording.info.uname),
      functions,
      functionsHint: isOfTypes ? TYPES_HINT : null,
      files: userFiles(process.env["PATH"] ?? ""),
      ...prototypesOf(types),
      types: types.source,
      kernelSymbols: once(() => {
        if (symbols.text !== null) return symbolsOf(null, symbols.text);
        return recording === null && !isOfTypes ? machineSymbols() : null;
      }),
    },
  };
}
