import { expect, test } from "vitest";
import { openRecording } from "../../probes/open.ts";
import { runScript } from "../support/run-script.ts";

test("a recording can be replayed again, also after a run that stopped half-way", async () => {
  const opened = await openRecording("probes/samples/nightly-report.dat");
  if (!opened.ok) expect.fail(opened.message);
  const { recording } = opened;
  const replay = (to: bigint | null) =>
    runScript("tracepoint:sched:sched_switch { @[comm] = count(); @last = max(nsecs); }", {
      recording,
      ...(to === null ? {} : { to: { ns: to, relative: true } }),
    });
  const first = await replay(2_000_000_000n);
  const whole = await replay(null);
  expect((await replay(2_000_000_000n)).stdout).toBe(first.stdout);
  expect((await replay(null)).stdout).toBe(whole.stdout);
  expect(whole.stdout).not.toBe(first.stdout);
  recording.close();
});
