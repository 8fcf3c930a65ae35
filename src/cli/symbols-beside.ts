/**
 * Kernel symbols that were kept with a recording which holds none: a `kallsyms` in its folder or the script's, in the `kernel` folder of either, or
 * one level up. Taken only if they are of the recorded kernel, at the recorded place.
 */
import { dirname, join } from "node:path";
import type { KernelText } from "../session/recorded-machine.ts";
import { gunzipper, readText } from "./unpacker.ts";

const NAMES = ["kallsyms", "kallsyms.gz"];

function candidates(files: readonly string[]): string[] {
  const folders = files.flatMap((file) => {
    const folder = dirname(file);
    return [folder, join(folder, "kernel"), join(folder, ".."), join(folder, "..", "kernel")];
  });
  return [...new Set(folders)].flatMap((folder) => NAMES.map((name) => join(folder, name)));
}

const addressOf = (kallsyms: string, symbol: string): bigint | null => {
  const line = new RegExp(`^([0-9a-f]+) \\w ${symbol}$`, "im").exec(kallsyms);
  return line === null ? null : BigInt(`0x${line[1]!}`);
};

/** The recorder took the kernel's code to end at one of these, by its version. */
const ENDS = ["_etext", "_edata"];

const isOf = (kallsyms: string, { start, end }: KernelText): boolean =>
  addressOf(kallsyms, "_text") === start && ENDS.some((symbol) => addressOf(kallsyms, symbol) === end);

/** `files`: the recordings and the script. Calls `found` with the path of what it takes. */
export function kallsymsFinder(files: readonly string[], found: (path: string) => void): (kernel: KernelText) => string | null {
  return (kernel) => {
    for (const path of candidates(files)) {
      let text: string;
      try {
        text = readText(path, gunzipper);
      } catch {
        continue;
      }
      if (!isOf(text, kernel)) continue;
      found(path);
      return text;
    }
    return null;
  };
}
