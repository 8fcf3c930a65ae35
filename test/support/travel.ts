/** Replays of scripts whose output is kept by event, as a face keeps it. */
import type { Recording } from "../../probes/recording.ts";
import { jsonPrinter } from "../../src/output/json-printer.ts";
import { placesOf } from "../../src/output/places.ts";
import { utcClock } from "../../src/output/strftime.ts";
import { textPrinter } from "../../src/output/text-printer.ts";
import { compileScript, usesTasks, type Compilation } from "../../src/session/compile.ts";
import type { MapDump } from "../../src/session/map-dump.ts";
import { recordedMachine, symbolsFor } from "../../src/session/recorded-machine.ts";
import type { SessionEvent } from "../../src/session/events.ts";
import type { SessionOptions, TraceTime } from "../../src/session/session-options.ts";
import { newStackSource, stackTexts } from "../../src/session/stack-text.ts";
import type { MomentsOptions } from "../../src/session/travel/moments.ts";
import { createReplay, type Replay, type ReplayOptions } from "../../src/session/travel/replay.ts";

export interface TravelOptions {
  readonly recording: Recording;
  readonly backend?: "jit" | "interp";
  readonly from?: TraceTime;
  readonly to?: TraceTime;
  readonly moments?: MomentsOptions;
}

/** Texts by session event: what an event prints is one of them, also if it is nothing. */
export interface Log {
  readonly texts: readonly string[];
  readonly sink: (event: SessionEvent) => void;
}

function newLog(make: (write: (text: string) => void) => (event: SessionEvent) => void): Log {
  const texts: string[] = [];
  const print = make((text) => {
    texts[texts.length - 1] = (texts.at(-1) ?? "") + text;
  });
  return {
    texts,
    sink(event) {
      texts.push("");
      print(event);
    },
  };
}

const compiled = new WeakMap<Recording, Map<string, Compilation>>();

/** A compilation is data: one is enough for all who run it. */
export function compileFor(recording: Recording, text: string): Compilation {
  const known = compiled.get(recording) ?? new Map<string, Compilation>();
  compiled.set(recording, known);
  const compilation = known.get(text) ?? compileAnew(recording, text);
  known.set(text, compilation);
  return compilation;
}

function compileAnew(recording: Recording, text: string): Compilation {
  const machine = recordedMachine(recording);
  return compileScript(
    { name: "stdin", text },
    {
      catalogue: machine.catalogue,
      params: [],
      namedParams: new Map(),
      config: new Map(),
      ncpus: recording.catalogue.ncpus,
      architecture: machine.architecture,
      kernelSymbols: machine.symbols,
    },
  );
}

/** What a session and a replay of a script have in common, and where their output goes. */
export function prepared(text: string, options: TravelOptions) {
  const { recording } = options;
  const machine = recordedMachine(recording);
  const compilation = compileFor(recording, text);
  if (compilation.script === null) throw new Error(compilation.diagnostics.map(({ message }) => message).join("\n"));
  const missing = { kernelSymbols: 0, userSymbols: 0 };
  const stackSource = newStackSource();
  const printer = (write: (text: string) => void, make = textPrinter) =>
    make({
      context: {
        truncTrailer: compilation.config.strTruncTrailer,
        clock: utcClock(0n),
        unitLabels: "value",
        symbol: symbolsFor(machine, missing),
        stack: stackTexts(stackSource, machine, missing),
      },
      host: { readFile: () => ({ error: "No such file or directory" }), run: () => "" },
      write,
      writeError: (line) => write(`[stderr] ${line}`),
      ...placesOf(compilation.source),
      quiet: false,
      warnings: true,
    });
  const log = newLog(printer);
  const common = {
    script: compilation.script,
    contextBytes: compilation.contextBytes,
    hir: compilation.hir,
    stackRecords: machine.stackRecords,
    spaces: machine.user.spaceChanges,
    stackSource,
    recording,
    backend: options.backend ?? "jit",
    ncpus: recording.catalogue.ncpus,
    randSeed: 1n,
    window: { from: options.from ?? null, to: options.to ?? null },
    printMapsOnExit: compilation.config.printMapsOnExit,
    trackTasks: usesTasks(compilation.hir),
    sink: log.sink,
  } satisfies Partial<SessionOptions>;
  return { common, log, compilation, jsonOf: (write: (text: string) => void) => printer(write, jsonPrinter) };
}

export interface Travelled {
  readonly replay: Replay;
  /** What is printed at the position. */
  readonly output: () => string;
  /** Of all maps, in a form that can be compared. */
  readonly maps: () => unknown;
}

export function travel(text: string, options: TravelOptions): Travelled {
  const { common, log } = prepared(text, options);
  for (const stream of options.recording.streams) stream.rewind();
  const replayOptions: ReplayOptions = {
    ...common,
    compile: (suffix) => compileFor(options.recording, text + suffix),
    ...(options.moments && { moments: options.moments }),
  };
  const replay = createReplay(replayOptions);
  return {
    replay,
    output: () => log.texts.slice(0, replay.position().told).join(""),
    maps: () => replay.maps.indices.map((index) => plain(replay.maps.dump(index))),
  };
}

const plain = ({ name, entries }: MapDump): unknown => ({
  name,
  entries: entries.map(({ key, cell }) => ({
    key: key.join(),
    cell:
      cell.kind === "plain"
        ? new Uint8Array(cell.value.buffer, cell.value.byteOffset, cell.value.byteLength).join()
        : cell.kind === "buckets"
          ? [...cell.counts].sort(([a], [b]) => a - b)
          : cell.kind === "series"
            ? [...cell.values].sort(([a], [b]) => Number(a - b))
            : { ...cell },
  })),
});
