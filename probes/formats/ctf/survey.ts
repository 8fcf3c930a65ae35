/** What the packets of a trace's files say before their events are read: CPUs, and when they begin. */
import { Packets, type StreamOptions } from "./stream-source.ts";

export interface FileSurvey {
  readonly cpus: ReadonlySet<number>;
  readonly packets: number;
  /** Ticks of the clock; null: no packet says. */
  readonly begin: bigint | null;
}

const MOST_CPUS = 4096;

export function surveyFile(options: StreamOptions): FileSurvey {
  const cpus = new Set<number>();
  let packets = 0;
  let begin: bigint | null = null;
  const reading = new Packets(options, () => undefined);
  while (reading.enter()) {
    const { slots } = reading.stream!;
    packets++;
    cpus.add(Math.min(MOST_CPUS - 1, reading.value(slots.cpu, 0)));
    if (slots.begin >= 0) {
      // As a double it may be off by some ticks; times are told from a second before.
      const ticks = BigInt(Math.floor(reading.value(slots.begin, 0)));
      if (begin === null || ticks < begin) begin = ticks;
    }
    reading.leave();
  }
  return { cpus, packets, begin };
}
