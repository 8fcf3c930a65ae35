/** A long replay can be ended: the session lets signals in while the recording still has events. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openRecording } from "../../probes/open.ts";
import { compileScript } from "../../src/session/compile.ts";
import { createSession, type Session } from "../../src/session/session.ts";

const SAMPLE = fileURLToPath(new URL("../../probes/samples/nightly-report.dat", import.meta.url));

/** Replays the sample under a clock that moves by `stepNs` whenever it is read; the first breath stops the run. */
async function replayStopped(stepNs: bigint) {
  const opened = await openRecording(SAMPLE);
  if (!opened.ok) expect.fail(opened.message);
  const { recording } = opened;
  const { ncpus } = recording.catalogue;
  const { script, contextBytes } = compileScript(
    { name: "stdin", text: "tracepoint:raw_syscalls:* { @ = count(); } end { exit(7); }" },
    { catalogue: recording.catalogue, params: [], namedParams: new Map(), config: new Map(), ncpus },
  );
  const kinds: string[] = [];
  let now = 0n;
  const session: Session = createSession({
    script: script!,
    contextBytes,
    recording,
    live: { now: () => (now += stepNs), sleepUntil: async () => {}, pid: 1, comm: "test" },
    sink: (event) => kinds.push(event.kind),
    backend: "jit",
    ncpus,
    randSeed: 1n,
    window: { from: null, to: null },
    printMapsOnExit: true,
    trackTasks: false,
    breathe: async () => session.stop(),
  });
  const { exitCode, stats } = await session.run();
  recording.close();
  return { exitCode, fired: stats?.fired, kinds };
}

test("a slow replay breathes long before its end, and what is stopped there still runs end probes and prints maps", async () => {
  const whole = await replayStopped(0n);
  expect(whole.fired).toBe(66_168n);
  const stopped = await replayStopped(1_000_000_000n);
  expect(stopped.fired).toBeLessThan(66_168n);
  expect(stopped).toMatchObject({ exitCode: 7, kinds: ["attached", "end_of_run", "map"] });
});
