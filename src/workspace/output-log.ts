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
  /** What events number `from` + 1 to `told` have printed (Position.told). */
  between(from: number, told: number): readonly Printed[];
}

export function newOutputLog(): OutputLog {
  const pieces: Printed[] = [];
  /** By event: how many pieces there were before it. */
  const starts: number[] = [];
  const before = (event: number): number => starts[event] ?? pieces.length;
  return {
    begin() {
      starts.push(pieces.length);
    },
    write(to, text) {
      pieces.push({ to, text });
    },
    between: (from, told) => pieces.slice(before(from), before(told)),
  };
}
