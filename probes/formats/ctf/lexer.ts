/** Words and signs of TSDL, the language of CTF's metadata. */

export type Token =
  | { readonly kind: "word" | "sign" | "text"; readonly text: string; readonly at: number }
  | { readonly kind: "number"; readonly text: string; readonly value: bigint; readonly at: number }
  | { readonly kind: "end"; readonly text: ""; readonly at: number };

const PATTERN =
  /\s+|\/\*[\s\S]*?\*\/|\/\/[^\n]*|([A-Za-z_]\w*)|(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)[uUlL]*|"((?:[^"\\\n]|\\.)*)"|(\.\.\.|:=|->|[{}[\]()<>;:=,.*+-])/y;

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "0": "\0" };

export class MetadataError extends Error {}

function numberOf(text: string): bigint {
  return /^0\d/.test(text) ? BigInt(`0o${text.slice(1)}`) : BigInt(text);
}

/** Throws a MetadataError at what is no token. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  while (PATTERN.lastIndex < text.length) {
    const at = PATTERN.lastIndex;
    const found = PATTERN.exec(text);
    if (found === null) throw new MetadataError(`${lineOf(text, at)}: ${JSON.stringify(text.slice(at, at + 16))} is not understood`);
    const [, word, number, quoted, sign] = found;
    if (word !== undefined) tokens.push({ kind: "word", text: word, at });
    else if (number !== undefined) {
      if (/^0\d*[89]/.test(number)) throw new MetadataError(`${lineOf(text, at)}: ${number} is no octal number`);
      tokens.push({ kind: "number", text: number, value: numberOf(number), at });
    } else if (quoted !== undefined)
      tokens.push({ kind: "text", text: quoted.replace(/\\(.)/g, (_, sign: string) => ESCAPES[sign] ?? sign), at });
    else if (sign !== undefined) tokens.push({ kind: "sign", text: sign, at });
  }
  tokens.push({ kind: "end", text: "", at: text.length });
  return tokens;
}

export function lineOf(text: string, at: number): string {
  let line = 1;
  for (let i = text.indexOf("\n"); i >= 0 && i < at; i = text.indexOf("\n", i + 1)) line++;
  return `line ${line}`;
}
