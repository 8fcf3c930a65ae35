/**
 * Files of examples: `== CODE what is wrong`, `-- options` (JSON, may be left out), `-- script`, `-- said`. In a script `{{text}}` stands
 * for many times the text, `#` in it for the number of the time: for what is only wrong in bulk.
 */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { renderDiagnostic } from "../../lang/diagnostics/render.ts";
import { compileScript } from "../../src/session/compile.ts";
import { objectWarnings } from "../../src/session/object-limits.ts";
import { recordingOf } from "../support/recordings.ts";
import { runScript, type RunOptions } from "../support/run-script.ts";

interface Options {
  /** Name of a fixture. */
  readonly recording?: string;
  readonly params?: readonly string[];
  readonly namedParams?: Readonly<Record<string, string | null>>;
  readonly config?: Readonly<Record<string, string>>;
  readonly unsafe?: boolean;
  /** How often `{{text}}` stands for. */
  readonly times?: number;
  /** Not run, but written as an object file for a kernel (--emit-elf). */
  readonly object?: boolean;
  /** Only so many last lines of what is said are shown. */
  readonly last?: number;
}

export interface Example {
  readonly code: string;
  readonly title: string;
  readonly options: Options;
  readonly script: string;
  readonly said: string;
}

const folder = import.meta.dirname;

export const exampleFiles: readonly string[] = readdirSync(folder).filter((name) => name.endsWith(".txt"));

const SECTION = /^-- (options|script|said)\n/m;

export function readExamples(file: string): Example[] {
  return readFileSync(`${folder}/${file}`, "utf8")
    .split(/^== /m)
    .slice(1)
    .map((chunk) => {
      const [head = "", ...rest] = chunk.split(SECTION);
      const sections = new Map<string, string>();
      for (let i = 0; i < rest.length; i += 2) sections.set(rest[i]!, rest[i + 1]!);
      const title = head.trim();
      const options = JSON.parse(sections.get("options") ?? "{}") as Options;
      return {
        code: title.split(" ")[0]!,
        title,
        options,
        script: sections.get("script")!.trimEnd(),
        said: sections.get("said")?.trimEnd() ?? "",
      };
    });
}

interface Answer {
  readonly said: string;
  readonly codes: readonly string[];
}

/** A kernel may refuse such a script: it is compiled only. */
function answerOfObject(text: string): Answer {
  const env = { catalogue: null, params: [], namedParams: new Map(), config: new Map(), ncpus: 2 };
  const compilation = compileScript({ name: "stdin", text }, env);
  const diagnostics = [...compilation.diagnostics, ...objectWarnings(compilation)];
  const said = diagnostics.map((diagnostic) => renderDiagnostic(compilation.source, diagnostic)).join("");
  return { said: said.trimEnd(), codes: diagnostics.map(({ code }) => code) };
}

/** Everything that is said about the script, while compiling and while running. */
export async function answer({ script, options }: Example): Promise<Answer> {
  const { recording, times = 1, last = Infinity, object = false, ...rest } = options;
  const text = script.replaceAll(/\{\{([\s\S]*?)\}\}/g, (_, part: string) =>
    Array.from({ length: times }, (_, i) => part.replaceAll("#", String(i))).join(""),
  );
  if (object) return answerOfObject(text);
  const run: RunOptions = recording === undefined ? rest : { ...rest, recording: await recordingOf(recording) };
  const { stderr, compilation } = await runScript(text, run);
  const said = stderr.replace(/^Attached \d+ probes?\n/m, "").trimEnd();
  const shown = said.split("\n").slice(-last).join("\n");
  return { said: shown, codes: compilation.diagnostics.map(({ code }) => code) };
}

/** Writes the file anew with the answers of today. */
export async function updateExamples(file: string): Promise<void> {
  const parts: string[] = [];
  for (const example of readExamples(file)) {
    const { said } = await answer(example);
    const options = Object.keys(example.options).length === 0 ? "" : `-- options\n${JSON.stringify(example.options)}\n`;
    parts.push(`== ${example.title}\n${options}-- script\n${example.script}\n-- said\n${said}\n`);
  }
  writeFileSync(`${folder}/${file}`, parts.join("\n"));
}
