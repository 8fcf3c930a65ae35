/** Files of examples: `== what is asked for`, `-- words` (of the command line behind `plan`; may be left out), `-- script`, `-- plan`, `-- said`. */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { fixturePath } from "../support/fixtures.ts";
import { runCommand } from "../support/run-command.ts";

export interface Example {
  readonly title: string;
  readonly words: string;
  readonly script: string;
  /** What is printed, and what is said on stderr, with the exit status in front. */
  readonly plan: string;
  readonly said: string;
}

const folder = import.meta.dirname;

export const exampleFiles: readonly string[] = readdirSync(folder).filter((name) => name.endsWith(".txt"));

const SECTION = /^-- (words|script|plan|said)\n/m;

export function readExamples(file: string): Example[] {
  return readFileSync(`${folder}/${file}`, "utf8")
    .split(/^== /m)
    .slice(1)
    .map((chunk) => {
      const [head = "", ...rest] = chunk.split(SECTION);
      const section = (name: string): string => {
        const at = rest.indexOf(name);
        return at < 0 ? "" : rest[at + 1]!.trimEnd();
      };
      return {
        title: head.trim(),
        words: section("words"),
        script: section("script"),
        plan: section("plan"),
        said: section("said"),
      };
    });
}

/** The machine of a recording: nothing of the one that runs the tests is looked at. */
const machine = (): string[] => [
  "--trace",
  fileURLToPath(new URL("../../probes/samples/nightly-report.dat", import.meta.url)),
  "--kallsyms",
  fixturePath("traces/kernel/kallsyms.gz"),
  "--btf",
  fixturePath("btf/types.btf"),
];

const HSDEMO = fixturePath("traces/bin/hsdemo");
/** A program with static probes. */
const SDT_DEMO = fixturePath("sdt/demo");

export async function answer({ words, script }: Example): Promise<Pick<Example, "plan" | "said">> {
  const given = words.split(/\s+/).filter((word) => word !== "");
  const dashes = given.indexOf("--");
  const [before, behind] = dashes < 0 ? [given, []] : [given.slice(0, dashes), given.slice(dashes)];
  const { stdout, stderr, status } = await runCommand([
    "plan",
    ...machine(),
    "-e",
    script.replaceAll("{hsdemo}", relative(process.cwd(), HSDEMO)).replaceAll("{sdtdemo}", relative(process.cwd(), SDT_DEMO)),
    ...before,
    ...behind,
  ]);
  const shown = (text: string): string =>
    text
      .replaceAll(HSDEMO, "{hsdemo}")
      .replaceAll(relative(process.cwd(), HSDEMO), "{hsdemo}")
      .replaceAll(SDT_DEMO, "{sdtdemo}")
      .replaceAll(relative(process.cwd(), SDT_DEMO), "{sdtdemo}")
      .replaceAll(fixturePath("btf/types.btf"), "types.btf")
      .trimEnd();
  return { plan: shown(stdout), said: `${status ?? ""}\n${shown(stderr)}`.trimEnd() };
}

/** Writes the file anew with the answers of today. */
export async function updateExamples(file: string): Promise<void> {
  const parts: string[] = [];
  for (const example of readExamples(file)) {
    const { plan, said } = await answer(example);
    const words = example.words === "" ? "" : `-- words\n${example.words}\n`;
    parts.push(`== ${example.title}\n${words}-- script\n${example.script}\n-- plan\n${plan}\n-- said\n${said}\n`);
  }
  writeFileSync(`${folder}/${file}`, parts.join("\n"));
}
