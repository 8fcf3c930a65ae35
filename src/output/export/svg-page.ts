/** A page of pictures, one below the other, that needs nothing but itself: no script, no font, no style from elsewhere. */
import { element, escapeXml, type Attributes } from "./xml.ts";

export const PAGE_WIDTH = 1200;
export const MARGIN = 12;
/** Between the margins. */
export const INNER_WIDTH = PAGE_WIDTH - 2 * MARGIN;
export const LINE = 16;
/** Of a monospaced character of 12 pixels, a little generous. */
export const CHARACTER = 7.3;

/** A picture and how high it is; its coordinates begin at 0, 0 and are at most INNER_WIDTH wide. */
export interface Picture {
  readonly height: number;
  readonly elements: readonly string[];
}

/** At a baseline. */
export const label = (x: number, y: number, text: string, attributes: Attributes = {}): string =>
  element("text", { x, y, ...attributes }, escapeXml(text));

/** The text if it fits into so many pixels, else its start; "" where not even three characters do. */
export function fitted(text: string, width: number): string {
  const room = Math.floor(width / CHARACTER);
  const characters = Array.from(text);
  if (characters.length <= room) return text;
  return room < 3 ? "" : `${characters.slice(0, room - 1).join("")}…`;
}

const STYLE = "text{font:12px monospace;fill:#111}.title{font-weight:bold;font-size:14px}.end{text-anchor:end}.dim{fill:#666}";
const TITLE_HEIGHT = 24;

export function page(pictures: readonly { readonly title: string; readonly picture: Picture }[]): string {
  let y = MARGIN;
  const groups = pictures.map(({ title, picture }) => {
    const at = y;
    y += TITLE_HEIGHT + picture.height + MARGIN;
    const content = [
      label(0, LINE, title, { class: "title" }),
      element("g", { transform: `translate(0 ${TITLE_HEIGHT})` }, lines(picture.elements)),
    ];
    return element("g", { transform: `translate(${MARGIN} ${at})` }, lines(content));
  });
  const size = { width: PAGE_WIDTH, height: y };
  const svg = element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", ...size, viewBox: `0 0 ${size.width} ${size.height}` },
    lines([element("style", {}, STYLE), element("rect", { ...size, fill: "#fff" }), ...groups]),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${svg}\n`;
}

const lines = (elements: readonly string[]): string => `\n${elements.join("\n")}\n`;
