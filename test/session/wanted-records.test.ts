/** What streams are told that a run reads: enough, also where programs read records by address. */
import { expect, test } from "vitest";
import { openRecording } from "../../probes/open.ts";
import type { Recording, WantedRecords } from "../../probes/recording.ts";
import { unpackedFixture } from "../support/fixtures.ts";
import { runScript } from "../support/run-script.ts";

async function opened(): Promise<Recording> {
  const result = await openRecording(unpackedFixture("traces/s03-forkexec/perf.data.gz"));
  if (!result.ok) expect.fail(result.message);
  return result.recording;
}

/** What the first stream was told, and what was printed with that and without. */
async function runBoth(script: string): Promise<{ readonly bytes: readonly number[]; readonly told: string; readonly untold: string }> {
  const [one, other] = [await opened(), await opened()];
  const wants: (WantedRecords | null)[] = [];
  const watched = {
    ...one,
    streams: one.streams.map((stream) => ({
      ...stream,
      want(wanted: WantedRecords | null) {
        wants.push(wanted);
        stream.want!(wanted);
      },
    })),
  };
  const deaf = { ...other, streams: other.streams.map((stream) => ({ ...stream, want: () => undefined })) };
  const told = await runScript(script, { recording: watched });
  const untold = await runScript(script, { recording: deaf });
  for (const recording of [one, other]) recording.close();
  const events = new Set(one.catalogue.tracepoints.filter(({ name }) => name === "sched_process_exec").map(({ id }) => id));
  const bytes = [...wants[0]!.bytes].filter(([id]) => events.has(id)).map(([, count]) => count);
  return { bytes, told: told.stdout + told.stderr, untold: untold.stdout + untold.stderr };
}

const EXEC = "tracepoint:sched:sched_process_exec";

test.each([
  ["nothing of the record", `${EXEC} { @[tid] = count(); }`, 0],
  ["a number", `${EXEC} { @[args.pid] = count(); }`, 16],
  ["text", `${EXEC} { @[str(args.filename)] = count(); }`, Infinity],
  ["text through a variable", `${EXEC} { $name = args.filename; @[args.pid, str($name)] = count(); }`, Infinity],
])("%s", async (_what, script, bytes) => {
  const { bytes: wanted, told, untold } = await runBoth(script);
  expect(told).toBe(untold);
  expect(told).toMatch(/@/);
  expect(wanted).toEqual([bytes]);
});
