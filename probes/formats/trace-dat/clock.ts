import type { PageStream } from "../../recording.ts";
import type { TraceDatOptions } from "./options.ts";

/** Clocks that count nanoseconds (Linux Documentation/trace/ftrace.rst, trace_clock), and the wall clock of recordings that were converted. */
const nsClocks: ReadonlySet<string> = new Set(["local", "global", "perf", "mono", "mono_raw", "boot", "tai", "realtime"]);

export const isNsClock = (clock: string): boolean => nsClocks.has(clock);

/**
 * How raw times of one CPU become ns: the guest's correction, then cycles to ns, then what the recorder was told to add
 * (trace-cmd lib/trace-cmd/trace-input.c, timestamp_calc()).
 */
export function streamTime(options: TraceDatOptions, clock: string | null, cpu: number): PageStream["time"] {
  // The recorder stores the factors for the machine's cycle counter whichever clock the buffer uses.
  const cycles = clock !== null && isNsClock(clock) ? null : options.tsc2nsec;
  // A file with one correction for all CPUs has it for CPU 0.
  const shift = options.timeShifts[cpu] ?? (options.timeShifts.length === 1 ? options.timeShifts[0] : undefined);
  const correction = shift?.offset ?? 0n;
  const scaled = cycles ? (correction * BigInt(cycles.mult)) >> BigInt(cycles.shift) : correction;
  return { mult: cycles?.mult ?? 1, shift: cycles?.shift ?? 0, offset: BigInt.asUintN(64, scaled + options.timeOffset) };
}
