/** Rows of a label, a bar and a number. */
import { CHARACTER, fitted, INNER_WIDTH, label, LINE, type Picture } from "./svg-page.ts";
import { element, escapeXml } from "./xml.ts";

export interface Bar {
  readonly label: string;
  /** How long the bar is; a negative one is as long, in another colour. */
  readonly value: bigint;
  /** Beside the bar. */
  readonly text: string;
}

const LONGEST_LABEL = 560;
const GAP = 8;

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
const widthOf = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, Array.from(text).length), 0) * CHARACTER;

/** In the order given, the first one at the top. */
export function barChart(bars: readonly Bar[]): Picture {
  const labels = Math.min(LONGEST_LABEL, widthOf(bars.map((bar) => bar.label)));
  const room = Math.max(100, INNER_WIDTH - labels - widthOf(bars.map(({ text }) => text)) - 2 * GAP);
  const largest = bars.reduce((most, { value }) => (magnitude(value) > most ? magnitude(value) : most), 1n);
  const elements = bars.map(({ label: name, value, text }, row) => {
    const y = row * LINE;
    const width = Number((magnitude(value) * BigInt(Math.floor(room)) * 10n) / largest) / 10;
    const title = `<title>${escapeXml(`${name} ${text}`)}</title>`;
    const bar = element("rect", { x: labels + GAP, y: y + 1, width, height: LINE - 2, fill: value < 0n ? "#c0504d" : "#4f81bd" });
    const shown = label(labels, y + LINE - 4, fitted(name, labels + 1), { class: "end" });
    return element("g", {}, `${title}${shown}${bar}${label(labels + 2 * GAP + width, y + LINE - 4, text)}`);
  });
  return { height: bars.length * LINE, elements };
}
