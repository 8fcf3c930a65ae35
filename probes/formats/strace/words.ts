/** Bytes of names. */
import { isDigit } from "../../lines/digits.ts";

const UNDERSCORE = 0x5f;

export const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;

/** 1: the byte belongs to a name. */
export const wordBytes = Uint8Array.from({ length: 256 }, (_, byte) => (isLetter(byte) || isDigit(byte) || byte === UNDERSCORE ? 1 : 0));
export const isWord = (byte: number): boolean => wordBytes[byte] === 1;
