/** The progress of a replay on stderr, where that is a terminal and the user has not asked for silence. */
import { isatty } from "node:tty";
import type { Recording } from "../../probes/recording.ts";
import type { Console } from "./console.ts";
import { writeAll, type Output } from "./output.ts";
import { progressLine, type Progress, type ProgressLine } from "./progress-line.ts";

interface Outputs {
  readonly console: Console;
  readonly output: Output;
}

export interface ReplayProgress {
  show(session: { readonly events: bigint; readonly isPreparing: boolean }): void;
  clear(): void;
  /** The same outputs, before which the line is wiped. */
  guard(outputs: Outputs): Outputs;
}

const SILENT: ReplayProgress = { show: () => undefined, clear: () => undefined, guard: ({ console, output }) => ({ console, output }) };

/** How much of the file has been gone through, if all of its streams know. */
function consumed({ streams, info }: Recording): Pick<Progress, "bytes" | "ofBytes" | "share"> {
  const known = streams.map((stream) => stream.consumed?.() ?? null);
  const bytes = known.reduce((sum, one) => sum + (one?.bytes ?? 0), 0);
  const of = known.reduce((sum, one) => sum + (one?.of ?? 0), 0);
  if (known.includes(null)) return { bytes: info.sizeBytes, ofBytes: null, share: null };
  return { bytes, ofBytes: of, share: of === 0 ? null : bytes / of };
}

function guarded(output: Output, line: ProgressLine): Output {
  return {
    write(text) {
      line.clear();
      output.write(text);
    },
    flush() {
      output.flush();
    },
    close() {
      output.close();
    },
  };
}

function guardedConsole({ out, error, print }: Console, line: ProgressLine): Console {
  return {
    out: guarded(out, line),
    error(text) {
      line.clear();
      error(text);
    },
    print(text) {
      line.clear();
      print(text);
    },
  };
}

/** `now` in ns of any clock. */
export function progressOf(
  { options, recording }: { readonly options: { readonly progress: boolean }; readonly recording: Recording | null },
  now: () => bigint,
): ReplayProgress {
  if (recording === null || !options.progress || !isatty(2)) return SILENT;
  const line = progressLine({
    write: (text) => {
      writeAll(2, Buffer.from(text));
    },
    columns: () => process.stderr.columns || 80,
    now,
  });
  /** There is a pass before the run: both are the work. */
  let hasPrepared = false;
  return {
    show({ events, isPreparing }) {
      hasPrepared ||= isPreparing;
      const { bytes, ofBytes, share } = consumed(recording);
      const whole = share === null || !hasPrepared ? share : isPreparing ? share / 2 : (1 + share) / 2;
      line.show({ bytes, ofBytes, events, share: whole });
    },
    clear: () => line.clear(),
    guard({ console, output }) {
      const ours = guardedConsole(console, line);
      return { console: ours, output: output === console.out ? ours.out : guarded(output, line) };
    },
  };
}
