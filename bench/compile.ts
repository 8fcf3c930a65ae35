/**
 * How long compiling takes, parse to WebAssembly bytes with the proof in between, cold and in CPU time: long scripts of several
 * shapes, and those that try the verifier. Then each script of a folder of recordings, as a whole process.
 * `npm run bench -- compile`; HINDSIGHT_TRACES names the folder: one folder a recording, `trace.dat` and scripts in it.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { bigScripts } from "./big-scripts.ts";
import { best, CLI, DATA, measure, row } from "./measure.ts";

const SAMPLE = new URL("../dist/sample.dat", import.meta.url).pathname;
/** The flag that src/cli/optimiser.ts sets. */
const LIKE_THE_COMMAND = "--interrupt-budget=1000000";
const STAGES = ["parse", "check", "lower", "codegen", "verify", "jit"] as const;

interface Answer {
  readonly stages: Readonly<Record<string, number>>;
  readonly total: number;
  readonly result: { readonly insns: number; readonly bytes: number } | string;
}

mkdirSync(DATA, { recursive: true });
const child = `${DATA}compile-stages.mjs`;
await build({
  entryPoints: [new URL("compile-stages.ts", import.meta.url).pathname],
  outfile: child,
  bundle: true,
  format: "esm",
  platform: "node",
  logLevel: "warning",
});
const empty = `${DATA}empty.mjs`;
writeFileSync(empty, "");
const node = best(9, () => measure(process.execPath, [empty], "ignore"));

function compile(name: string, text: string): Answer {
  const script = `${DATA}${name.replaceAll(/\W+/g, "-")}.bt`;
  writeFileSync(script, text);
  const { stdout, stderr } = spawnSync(process.execPath, [LIKE_THE_COMMAND, child, script, SAMPLE], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (stdout === "") throw new Error(`${name}: ${stderr.slice(-2000)}`);
  return JSON.parse(stdout) as Answer;
}

row("CPU ms, cold", ...STAGES, "whole", "of node's start", "instructions");
row("node, empty module", ...STAGES.map(() => ""), (node.cpu * 1e3).toFixed(0), "1.0", "");
const only = process.env["ONLY"];
for (const [name, text] of Object.entries(bigScripts)) {
  if (only !== undefined && !name.includes(only)) continue;
  const { stages, total, result } = compile(name, text());
  const size = typeof result === "string" ? `- ${result}` : String(result.insns);
  row(name, ...STAGES.map((stage) => stages[stage]?.toFixed(0) ?? ""), total.toFixed(0), (total / (node.cpu * 1e3)).toFixed(1), size);
}

const traces = process.env["HINDSIGHT_TRACES"];
if (traces !== undefined) {
  console.log("");
  row("whole process, compiling only (--dry-run)", "CPU ms", "over node ms");
  for (const folder of readdirSync(traces).toSorted()) {
    const trace = `${traces}/${folder}/trace.dat`;
    if (!existsSync(trace)) continue;
    const scripts = readdirSync(`${traces}/${folder}`).filter((file) => file.endsWith(".bt"));
    for (const script of scripts.toSorted()) compileOnly(`${folder}/${script}`, trace, `${traces}/${folder}/${script}`);
  }
}

function compileOnly(name: string, trace: string, script: string): void {
  try {
    const { cpu } = best(3, () => measure(process.execPath, [CLI, "--dry-run", "--trace", trace, script], "ignore"));
    row(name, (cpu * 1e3).toFixed(0), ((cpu - node.cpu) * 1e3).toFixed(0));
  } catch {
    row(name, "-", "does not compile");
  }
}
