/** The words of the command line as the bytes they are: node replaces what is no UTF-8 in them. */
import { readFileSync } from "node:fs";
import { sourceText } from "../../lang/diagnostics/source-bytes.ts";

const REPLACED = "\ufffd";

/** Words that the process was started with, as bytes; null where the system does not tell. */
function startedWith(): Uint8Array[] | null {
  try {
    const all = readFileSync("/proc/self/cmdline");
    const words: Uint8Array[] = [];
    for (let at = 0, end = 0; at < all.length; at = end + 1) {
      end = all.indexOf(0, at);
      if (end < 0) end = all.length;
      words.push(all.subarray(at, end));
    }
    return words;
  } catch {
    return null;
  }
}

/** `argv` with the bytes of each word, in lang/diagnostics/source-bytes.ts's form. */
export function wordsOf(argv: readonly string[], started: () => Uint8Array[] | null = startedWith): readonly string[] {
  if (!argv.some((word) => word.includes(REPLACED))) return argv;
  const last = started()?.slice(-argv.length) ?? [];
  return argv.map((word, index) => {
    const bytes = last[index];
    // Another word, where node was started in a way that is not known here.
    return bytes !== undefined && new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes) === word ? sourceText(bytes) : word;
  });
}
