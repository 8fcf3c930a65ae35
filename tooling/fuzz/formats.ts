/**
 * Damaged recordings: each opens or is refused with a word, and replays to an end, within five seconds and without taking more and more memory.
 * `npm run fuzz:formats -- [HOW MANY] [FIRST SEED] [FORMAT]`; a seed always gives the same file.
 */
import type { OpenResult } from "../../probes/formats/format.ts";
import { compileScript, usesTasks } from "../../src/session/compile.ts";
import { recordedMachine } from "../../src/session/recorded-machine.ts";
import { createSession } from "../../src/session/session.ts";
import { survey } from "../../src/session/survey.ts";
import { randomFrom } from "../../test/support/random-script.ts";
import { corpus } from "./recordings.ts";
import { damage } from "./damage.ts";

const [countText = "2000", firstText = "0", only] = process.argv.slice(2);
const first = Number(firstText);
const LIMIT_MS = 5000;
const MOST_RSS_BYTES = 300 << 20;

const SCRIPTS = [
  "tracepoint:*:* { @[probe] = count(); }",
  "tracepoint:*:* { @[comm, pid, cpu] = count(); @s[kstack(3), ustack(3)] = count(); }",
];

/** Not ended when it is given up: damaged times may make a recording ages long. */
async function replay(opened: OpenResult, script: string): Promise<void> {
  if (!opened.ok) {
    if (opened.message.length < 10) throw new Error(`refused with ${JSON.stringify(opened.message)}`);
    return;
  }
  const { recording } = opened;
  survey(recording);
  for (const stream of recording.streams) stream.rewind();
  const machine = recordedMachine(recording);
  const compilation = compileScript(
    { name: "fuzz", text: script },
    {
      catalogue: machine.catalogue,
      params: [],
      namedParams: new Map(),
      config: new Map([["missing_probes", "ignore"]]),
      ncpus: recording.catalogue.ncpus,
      unsafe: false,
      pid: null,
      architecture: machine.architecture,
    },
  );
  if (compilation.script !== null)
    await createSession({
      script: compilation.script,
      contextBytes: compilation.contextBytes,
      hir: compilation.hir,
      stackRecords: machine.stackRecords,
      recording,
      live: { now: () => 0n, sleepUntil: async () => {}, pid: 1, comm: "fuzz" },
      sink: () => {},
      backend: "jit",
      ncpus: recording.catalogue.ncpus,
      randSeed: 1n,
      window: { from: null, to: null },
      printMapsOnExit: true,
      trackTasks: usesTasks(compilation.hir),
      breathe: async () => {},
    }).run();
  recording.close();
}

const files = (await corpus()).filter(({ format }) => only === undefined || format === only);
if (files.length === 0) throw new Error(`no recordings of ${only}`);
const rssAtFirst = process.memoryUsage.rss();
let slowest = { ms: 0, seed: -1 };
const failures: string[] = [];
for (let seed = first; seed < first + Number(countText) && failures.length < 5; seed++) {
  const random = randomFrom(seed);
  const file = files[seed % files.length]!;
  const what = `seed ${seed}, ${file.format} (${file.name})`;
  const start = performance.now();
  try {
    await replay(await file.open(damage(file.bytes, random)), SCRIPTS[seed % SCRIPTS.length]!);
  } catch (error) {
    failures.push(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  const ms = performance.now() - start;
  if (ms > slowest.ms) slowest = { ms, seed };
  if (ms > LIMIT_MS) failures.push(`${what}: took ${Math.round(ms)} ms`);
  const grown = process.memoryUsage.rss() - rssAtFirst;
  if (grown > MOST_RSS_BYTES) {
    globalThis.gc?.();
    if (process.memoryUsage.rss() - rssAtFirst > 2 * MOST_RSS_BYTES) failures.push(`${what}: memory has grown by ${grown >> 20} MiB`);
  }
}
console.log(`${countText} damaged recordings, slowest ${Math.round(slowest.ms)} ms (seed ${slowest.seed}), ${failures.length} failures`);
for (const failure of failures) console.log(failure);
process.exitCode = failures.length === 0 ? 0 : 1;
