/**
 * Files of examples: `== what is asked for`, `-- words` (of the command line behind `plan`), `-- kernel` (a Linux release, 6.1 where it is
 * left out, as words may be), `-- script`, `-- plan`, `-- said`.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { decompressorFor } from "../../probes/decompress.ts";
import { optionIds } from "../../probes/formats/trace-dat/options.ts";
import { readTemplate } from "../../tooling/trace-dat/template.ts";
import { traceDatBytes } from "../../tooling/trace-dat/writer.ts";
import { fixturePath } from "../support/fixtures.ts";
import { runCommand } from "../support/run-command.ts";

export interface Example {
  readonly title: string;
  readonly words: string;
  readonly kernel: string;
  readonly script: string;
  /** What is printed, and what is said on stderr, with the exit status in front. */
  readonly plan: string;
  readonly said: string;
}

const folder = import.meta.dirname;

export const exampleFiles: readonly string[] = readdirSync(folder).filter((name) => name.endsWith(".txt"));

const SECTION = /^-- (words|kernel|script|plan|said)\n/m;

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
        kernel: section("kernel"),
        script: section("script"),
        plan: section("plan"),
        said: section("said"),
      };
    });
}

const RECORDING = fileURLToPath(new URL("../../probes/samples/nightly-report.dat", import.meta.url));

/** A recording of another kernel's machine, without events. */
async function withRecordingOf<T>(kernel: string, use: (path: string) => Promise<T>): Promise<T> {
  if (kernel === "") return use(RECORDING);
  const { parts } = readTemplate(RECORDING, await decompressorFor("zstd"));
  const bytes = traceDatBytes({
    version: 7,
    events: parts.events.map((event) => ({ category: event.category, format: event.formatText() })),
    comms: new Map(),
    cpuCount: 2,
    clock: "mono",
    options: [{ id: optionIds.uname, data: new TextEncoder().encode(`Linux guest ${kernel}.0-amd64 x86_64\0`) }],
    buffers: [{ name: "", cpus: [] }],
  });
  const directory = mkdtempSync(join(tmpdir(), "hindsight-plan-"));
  try {
    const path = join(directory, "trace.dat");
    writeFileSync(path, bytes);
    return await use(path);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The machine of a recording: nothing of the one that runs the tests is looked at. */
const machine = (recording: string): string[] => [
  "--trace",
  recording,
  "--kallsyms",
  fixturePath("traces/kernel/kallsyms.gz"),
  "--btf",
  fixturePath("btf/types.btf"),
];

const HSDEMO = fixturePath("traces/bin/hsdemo");
/** A program with static probes. */
const SDT_DEMO = fixturePath("sdt/demo");

export async function answer({ words, kernel, script }: Example): Promise<Pick<Example, "plan" | "said">> {
  const given = words.split(/\s+/).filter((word) => word !== "");
  const dashes = given.indexOf("--");
  const [before, behind] = dashes < 0 ? [given, []] : [given.slice(0, dashes), given.slice(dashes)];
  const text = script.replaceAll("{hsdemo}", relative(process.cwd(), HSDEMO)).replaceAll("{sdtdemo}", relative(process.cwd(), SDT_DEMO));
  const { stdout, stderr, status } = await withRecordingOf(kernel, (recording) =>
    runCommand(["plan", ...machine(recording), "-e", text, ...before, ...behind]),
  );
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
    const kernel = example.kernel === "" ? "" : `-- kernel\n${example.kernel}\n`;
    parts.push(`== ${example.title}\n${words}${kernel}-- script\n${example.script}\n-- plan\n${plan}\n-- said\n${said}\n`);
  }
  writeFileSync(`${folder}/${file}`, parts.join("\n"));
}
