/**
 * Recorded data as characters that a terminal shows and never obeys: nothing that comes out moves a cursor, changes a mode, has no width, or has
 * a width that terminals do not agree about.
 */
import { fromByteString } from "../../output/byte-text.ts";

/** Letters, numbers, punctuation and symbols of the basic plane; no controls, no marks that combine, nothing that turns the direction. */
const PLAIN = /^[\p{L}\p{N}\p{P}\p{S}]$/u;
const PICTURE = /^\p{Emoji_Presentation}$/u;
/** Scripts that are written from right to left are reordered by some terminals. */
const RIGHT_TO_LEFT = /^[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]$/u;

const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, "0");

function spelled(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`;
  if (code === 0x7f) return "^?";
  // A byte that is no UTF-8.
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${hex(code - 0xdc00, 2)}`;
  if (code < 0x100) return `\\x${hex(code, 2)}`;
  return `\\u{${hex(code, 4)}}`;
}

/** `unicode`: whether the terminal shows more than ASCII. */
export function visible(text: string, unicode: boolean): string {
  if (/^[ -~]*$/.test(text)) return text;
  let shown = "";
  for (const character of text) {
    if (character >= " " && character <= "~") shown += character;
    else if (
      unicode &&
      character.length === 1 &&
      character > "\x9f" &&
      PLAIN.test(character) &&
      !PICTURE.test(character) &&
      !RIGHT_TO_LEFT.test(character)
    )
      shown += character;
    else shown += spelled(character);
  }
  return shown;
}

/** Of text that a program printed: a byte string. */
export const visibleBytes = (bytes: string, unicode: boolean): string => visible(fromByteString(bytes), unicode);

/** Tabs become blanks up to the next multiple of eight. */
export function expandTabs(text: string): string {
  let out = "";
  for (const character of text) out += character === "\t" ? " ".repeat(8 - (out.length % 8)) : character;
  return out;
}

/** Several lines as one; frames of a stack come one behind the other, callers last. */
export const oneLine = (text: string, separator: string): string =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(separator);
