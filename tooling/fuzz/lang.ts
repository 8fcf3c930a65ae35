/**
 * Random and damaged scripts through the whole compiler: each gives a program or diagnostics, never an exception, within two
 * seconds; what can be read is formatted without losing its meaning; what compiles runs, and both back ends agree.
 * `npm run fuzz:lang -- [HOW MANY] [FIRST SEED] [--kernel]`; a seed always gives the same script. --kernel also asks the real
 * verifier about every tenth program.
 */
import { readdirSync, readFileSync } from "node:fs";
import { renderDiagnostic } from "../../lang/diagnostics/render.ts";
import { formatScript } from "../../lang/format/format.ts";
import { parse } from "../../lang/parse/parse.ts";
import { openRecording } from "../../probes/open.ts";
import type { Recording } from "../../probes/recording.ts";
import { jsonPrinter } from "../../src/output/json-printer.ts";
import { placesOf } from "../../src/output/places.ts";
import { utcClock } from "../../src/output/strftime.ts";
import { textPrinter } from "../../src/output/text-printer.ts";
import { compileScript, usesTasks, type Compilation } from "../../src/session/compile.ts";
import { createSession } from "../../src/session/session.ts";
import { damaged, grammarScript, randomFrom, usualScript, type Random } from "../../test/support/random-script.ts";
import { treeText } from "../../test/support/same-tree.ts";

const [countText = "50000", firstText = "0"] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const count = Number(countText);
const first = Number(firstText);
const askKernel = process.argv.includes("--kernel");

/** Characters of a run. */
const ENOUGH_OUTPUT = 100_000;
const LIMIT_MS = 2000;
/** The interpreter takes some hundred times as long: what runs longer than this is not run by both. */
const MOST_TO_COMPARE_MS = 100;
let slowest = { ms: 0, seed: -1 };
const SHOWN = 3;
/** Virtual time of runs without a recording. */
const START_NS = 1_000_000_000n;
/** Of the recording. */
const REPLAYED_NS = 20_000_000n;
const STOP_NS = START_NS + 2_000_000n;
const SAMPLE = "probes/samples/nightly-report.dat";

/** Scripts that people wrote: our own, those of the tests and the one-liners that are compared with bpftrace. */
function corpus(): string[] {
  const scripts: string[] = [];
  for (const entry of readdirSync(".", { recursive: true, withFileTypes: true })) {
    const path = `${entry.parentPath}/${entry.name}`;
    if (!entry.isFile() || /node_modules|\.git\/|bench\//.test(path)) continue;
    if (entry.name.endsWith(".bt")) scripts.push(readFileSync(path, "utf8"));
    if (/test\/oracle\/.*\.txt$/.test(path)) scripts.push(...readFileSync(path, "utf8").split("\n"));
    if (/test\/lang\/parse\/.*\.txt$/.test(path)) scripts.push(...readFileSync(path, "utf8").split(/^-- \w+\n/m));
  }
  return scripts.filter((script) => script.trim() !== "");
}

const written = corpus();

function scriptOf(seed: number, random: Random): string {
  switch (seed % 5) {
    case 0:
    case 1:
      return usualScript(random);
    case 2:
      return grammarScript(random);
    case 3:
      return damaged(random, usualScript(random), random.pick(written));
    default:
      return damaged(random, random.pick(written), random.pick(written));
  }
}

/** What the formatter promises, or what does not hold. */
function formatProblem(text: string): string | null {
  const before = parse({ name: "stdin", text });
  if (before.diagnostics.length > 0) return null;
  const once = formatScript(text, before.script);
  const after = parse({ name: "stdin", text: once });
  if (after.diagnostics.length > 0) return `formatted text does not parse: ${after.diagnostics[0]!.message}`;
  if (treeText(after.script) !== treeText(before.script)) return "formatted text has another tree";
  return formatScript(once, after.script) === once ? null : "formatted text changes when formatted again";
}

interface Ran {
  readonly output: string;
  readonly exitCode: number;
}

async function run(
  compilation: Compilation,
  recording: Recording | null,
  backend: "jit" | "interp",
  format: "text" | "json",
): Promise<Ran> {
  let output = "";
  let now = START_NS;
  const write = (text: string): void => {
    if (output.length < ENOUGH_OUTPUT) output += text;
    else session.stop();
  };
  const printer = (format === "json" ? jsonPrinter : textPrinter)({
    context: { truncTrailer: compilation.config.strTruncTrailer, clock: utcClock(0n), unitLabels: "value", symbol: () => null },
    host: { readFile: () => ({ error: "No such file or directory" }), run: () => "" },
    write,
    writeError: write,
    ...placesOf(compilation.source),
    quiet: false,
    warnings: true,
  });
  const session = createSession({
    script: compilation.script!,
    contextBytes: compilation.contextBytes,
    hir: compilation.hir!,
    recording,
    live: {
      now: () => now,
      sleepUntil: async (ns) => {
        if (ns > now) now = ns;
        // Scripts with intervals never end by themselves.
        if (now > STOP_NS) session.stop();
      },
      pid: 4242,
      comm: "hindsight",
    },
    sink: printer,
    backend,
    ncpus: 2,
    randSeed: 1n,
    window: { from: null, to: { ns: REPLAYED_NS, relative: true } },
    printMapsOnExit: compilation.config.printMapsOnExit,
    trackTasks: usesTasks(compilation.hir),
    breathe: async () => {},
  });
  const { exitCode } = await session.run();
  return { output, exitCode };
}

const opened = await openRecording(SAMPLE);
if (!opened.ok) throw new Error(opened.message);
const sample = opened.recording;

function usedMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

/** What is wrong with one script, or null; `compiled` counts those that gave a program. */
async function problemOf(seed: number, text: string): Promise<{ readonly problem: string | null; readonly compiled: boolean }> {
  const start = process.cpuUsage();
  const formatting = formatProblem(text);
  if (formatting !== null) return { problem: formatting, compiled: false };
  const source = { name: "stdin", text };
  const compilation = compileScript(source, {
    catalogue: seed % 3 === 0 ? null : sample.catalogue,
    params: ["7", "text"],
    namedParams: new Map(),
    config: new Map(),
    ncpus: 2,
  });
  for (const diagnostic of compilation.diagnostics) renderDiagnostic(compilation.source, diagnostic);
  // The processor's time: other work on the machine does not count. How long a program runs is its own business.
  const ms = usedMs(start);
  if (ms > slowest.ms) slowest = { ms, seed };
  if (ms > LIMIT_MS) return { problem: `slow: ${Math.round(ms)} ms`, compiled: false };
  // `while (1)` is the script's own mistake.
  const rejected = compilation.diagnostics.find(({ code, message }) => code === "HS5001" && !message.includes("infinite loop"));
  if (rejected !== undefined) return { problem: `our verifier: ${rejected.message}`, compiled: false };
  const { script } = compilation;
  if (script === null) return { problem: compilation.diagnostics.length === 0 ? "nothing said" : null, compiled: false };
  if (askKernel && seed % 10 < 2) {
    const { kernelAccepts } = await import("../../test/support/kernel-load.ts");
    const verdict = kernelAccepts(script);
    if ("ok" in verdict && !verdict.ok) return { problem: `the kernel: ${verdict.log.split("\n").slice(-3).join(" ")}`, compiled: true };
  }
  const needsRecording = script.attach.some(({ point }) => point.provider === "tracepoint");
  if (script.attach.length === 0 || (needsRecording && seed % 10 > 1)) return { problem: null, compiled: true };
  const recording = needsRecording ? sample : null;
  const format = seed % 2 === 0 ? "text" : "json";
  const running = process.cpuUsage();
  const jit = await run(compilation, recording, "jit", format);
  if (recording !== null || seed % 10 > 4 || usedMs(running) > MOST_TO_COMPARE_MS) return { problem: null, compiled: true };
  const interp = await run(compilation, recording, "interp", format);
  const same = jit.output === interp.output && jit.exitCode === interp.exitCode;
  return { problem: same ? null : `the back ends differ:\n${jit.output}\n---\n${interp.output}`, compiled: true };
}

const found = new Map<string, number[]>();
const note = (key: string, seed: number, text: string, detail: string): void => {
  const seeds = found.get(key) ?? [];
  found.set(key, [...seeds, seed]);
  if (seeds.length < SHOWN) console.log(`== seed ${seed}: ${detail}\n${text}\n`);
};

let compiledCount = 0;
for (let seed = first; seed < first + count; seed++) {
  const text = scriptOf(seed, randomFrom(seed));
  try {
    const { problem, compiled } = await problemOf(seed, text);
    if (compiled) compiledCount++;
    if (problem !== null) note(problem.split("\n")[0]!.replace(/\d+/g, "N"), seed, text, problem);
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    note(stack.split("\n").slice(0, 2).join(" ").replace(/\d+/g, "N"), seed, text, stack.split("\n").slice(0, 8).join("\n"));
  }
  if ((seed - first + 1) % 5000 === 0)
    console.log(`${seed - first + 1} scripts, ${compiledCount} compiled, slowest ${Math.round(slowest.ms)} ms (seed ${slowest.seed})`);
}
for (const [key, seeds] of found) console.log(`${seeds.length} × ${key} (seeds ${seeds.slice(0, 10).join(", ")})`);
console.log(
  `${count} scripts, ${compiledCount} compiled, ${found.size} kinds of problems, slowest ${Math.round(slowest.ms)} ms (seed ${slowest.seed})`,
);
process.exitCode = found.size === 0 ? 0 : 1;
