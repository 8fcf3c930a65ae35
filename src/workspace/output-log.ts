/** What a replay prints, by the event that printed it: what has been printed at an instant is what the first so many events have. */

export interface Printed {
  readonly to: "output" | "error";
  /** A byte string: one character a byte. */
  readonly text: string;
}

export interface OutputLog {
  /** The next event of the session. */
  begin(): void;
  /** Printed by the event at hand. */
  write(to: Printed["to"], text: string): void;
  /** What events number `from` + 1 to `told` have printed (Position.told), as far as it is kept. */
  between(from: number, told: number): readonly Printed[];
}

/** Characters that are kept: of longer output the beginning is forgotten. */
const MOST_KEPT = 1 << 28;

export function newOutputLog(most = MOST_KEPT): OutputLog {
  let pieces: Printed[] = [];
  /** Pieces that were forgotten before those. */
  let forgotten = 0;
  let kept = 0;
  /** By event: how many pieces there were before it. */
  const starts: number[] = [];
  const before = (event: number): number => Math.max(0, (starts[event] ?? forgotten + pieces.length) - forgotten);
  /** Half of it, so that it need not be done for each piece. */
  const forget = (): void => {
    let count = 0;
    while (kept > most >> 1) kept -= pieces[count++]!.text.length;
    pieces = pieces.slice(count);
    forgotten += count;
  };
  return {
    begin() {
      starts.push(forgotten + pieces.length);
    },
    write(to, text) {
      pieces.push({ to, text });
      kept += text.length;
      if (kept > most) forget();
    },
    between: (from, told) => pieces.slice(before(from), before(told)),
  };
}
