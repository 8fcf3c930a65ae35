/**
 * What a terminal sends, taken apart: mouse reports (xterm's SGR mode, `ESC [ < button ; column ; row M` or `m`), and keys. Several may come in
 * one read, and a report may be cut by its end.
 */
export interface MouseReport {
  readonly kind: "press" | "drag" | "release" | "wheelUp" | "wheelDown";
  /** From 0. */
  readonly x: number;
  readonly y: number;
}

export interface InputSink {
  readonly keys: (bytes: string) => void;
  readonly mouse: (report: MouseReport) => void;
}

const REPORT = /\x1b\[<(\d{1,5});(\d{1,5});(\d{1,5})([Mm])/;
const CUT = /\x1b\[<[\d;]{0,17}$/;

const MOTION = 32;
const WHEEL = 64;

function kindOf(button: number, final: string): MouseReport["kind"] | null {
  if ((button & WHEEL) !== 0) return (button & 3) === 0 ? "wheelUp" : (button & 3) === 1 ? "wheelDown" : null;
  if ((button & 3) !== 0) return null;
  if (final === "m") return "release";
  return (button & MOTION) === 0 ? "press" : "drag";
}

/** Takes what was read, piece by piece; characters are bytes. */
export function inputReader({ keys, mouse }: InputSink): (bytes: string) => void {
  let held = "";
  // Escape and a key behind it that begins with one: they are two.
  const sink = { mouse, keys: (bytes: string): void => bytes.split(/(?<=\x1b)(?=\x1b)/).forEach((key) => keys(key)) };
  return (bytes) => {
    let rest = held + bytes;
    held = "";
    for (let match = REPORT.exec(rest); match !== null; match = REPORT.exec(rest)) {
      if (match.index > 0) sink.keys(rest.slice(0, match.index));
      const kind = kindOf(Number(match[1]), match[4]!);
      if (kind !== null) sink.mouse({ kind, x: Number(match[2]) - 1, y: Number(match[3]) - 1 });
      rest = rest.slice(match.index + match[0].length);
    }
    const cut = CUT.exec(rest);
    if (cut !== null) {
      held = cut[0];
      rest = rest.slice(0, cut.index);
    }
    if (rest !== "") sink.keys(rest);
  };
}
