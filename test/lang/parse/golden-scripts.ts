import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** One case of a golden file: `== title`, `-- script`, then `-- ast` and `-- diag`, each left out if empty. */
export interface GoldenCase {
  readonly title: string;
  readonly script: string;
  /** The sections behind the script. */
  readonly expected: string;
}

const folder = import.meta.dirname;

export const goldenFiles: readonly string[] = readdirSync(folder).filter((name) => name.endsWith(".txt"));

export function readGolden(file: string): GoldenCase[] {
  return readFileSync(`${folder}/${file}`, "utf8")
    .split(/^== /m)
    .slice(1)
    .map((chunk) => {
      const [head = "", rest = ""] = chunk.split(/^-- script\n/m);
      const [script = ""] = rest.split(/^-- (?:ast|diag)\n/m);
      return { title: head.trim(), script: `${script.trimEnd()}\n`, expected: rest.slice(script.length).trimEnd() };
    });
}

/** Writes the file anew with the answers of today. */
export function updateGolden(file: string, answer: (script: string) => string): void {
  const cases = readGolden(file).map(({ title, script }) => `== ${title}\n-- script\n${script}${answer(script)}\n`);
  writeFileSync(`${folder}/${file}`, cases.join("\n"));
}

export function goldenScripts(): string[] {
  return goldenFiles.flatMap(readGolden).map(({ script }) => script);
}
