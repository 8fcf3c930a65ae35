/** Whether a CPU's bundles follow each other without a gap: by what each says of the one before, and by packets of their sequence that are gone. */

interface Sequence {
  /** Times that packets of it were lost, as far as the file has been read. */
  drops: number;
  hasEvents: boolean;
}

interface LastBundle {
  readonly sequence: number;
  readonly drops: number;
  /** Of its last event; 0: it has none. */
  readonly end: bigint;
}

/** Units: ns of the events' clock. */
export interface BundleTimes {
  /** Of the CPU's last event before, as the bundle says; null: it does not. */
  readonly previousEnd: bigint | null;
  /** Of the recorder's last reading of the CPU's buffer, of which nothing need have been kept; null: it does not say. */
  readonly lastRead: bigint | null;
  /** Of the bundle's last event; 0: it has none. */
  readonly end: bigint;
}

export class Continuity {
  readonly #sequences = new Map<number, Sequence>();
  readonly #last = new Map<number, LastBundle>();
  /** The CPU whose events begin last, of those whose first ones were overwritten, and since when it is whole. */
  latestStart: { readonly cpu: number; readonly ns: bigint } | null = null;

  /** Packets of events that say that the ones before them are lost. */
  get dropped(): number {
    return [...this.#sequences.values()].reduce((sum, { drops, hasEvents }) => sum + (hasEvents ? drops : 0), 0);
  }

  /**
   * A packet of the sequence, which may say that the ones before it are lost: the first of each says so too, as nobody knows of others.
   * True: what the sequence has told up to here does not hold any more.
   */
  packet(sequence: number, saysDropped: boolean): boolean {
    const known = this.#sequences.get(sequence);
    if (known === undefined) this.#sequences.set(sequence, { drops: 0, hasEvents: false });
    else if (saysDropped) known.drops++;
    return known !== undefined && saysDropped;
  }

  /** The CPU's next bundle. True: events between it and the one before are missing. */
  bundle(cpu: number, sequence: number, { previousEnd, lastRead, end }: BundleTimes): boolean {
    const { drops } = this.#enter(sequence);
    const last = this.#last.get(cpu);
    this.#last.set(cpu, { sequence, drops, end: end === 0n ? (last?.end ?? 0n) : end });
    if (last === undefined) {
      const start = previousEnd ?? lastRead ?? 0n;
      if (start > (this.latestStart?.ns ?? 0n)) this.latestStart = { cpu, ns: start };
      return false;
    }
    if (previousEnd !== null) return previousEnd > last.end && last.end > 0n;
    return last.sequence === sequence && last.drops !== drops;
  }

  #enter(sequence: number): Sequence {
    const known = this.#sequences.get(sequence) ?? { drops: 0, hasEvents: true };
    known.hasEvents = true;
    this.#sequences.set(sequence, known);
    return known;
  }
}
