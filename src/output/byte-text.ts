/** Program output is a string of bytes, one character each; messages are ordinary strings. */
import { sourceBytes, sourceText } from "../../lang/diagnostics/source-bytes.ts";

/** The bytes of a message. */
export const toByteString = (text: string): string => Array.from(sourceBytes(text), (byte) => String.fromCharCode(byte)).join("");

/** What the bytes spell as UTF-8; what is none keeps its place. */
export const fromByteString = (bytes: string): string => sourceText(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
