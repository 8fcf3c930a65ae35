/** Between text and the byte strings that printers take and give. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const CHUNK = 8192;

/** One character each. */
export function byteString(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return text;
}

/** As UTF-8. */
export const toBytes = (text: string): string => byteString(encoder.encode(text));

/** What is no UTF-8 becomes U+FFFD. */
export const fromBytes = (bytes: string): string => decoder.decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
