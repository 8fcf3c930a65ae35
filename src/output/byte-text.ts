/** Program output is a string of bytes, one character each; messages are ordinary strings. */

/** The bytes of a text's UTF-8. */
export const toByteString = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");

/** What the bytes spell as UTF-8; what is none becomes U+FFFD. */
export const fromByteString = (bytes: string): string =>
  new TextDecoder().decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
