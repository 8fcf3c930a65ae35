/** Recordings of test/fixtures/traces, opened once in each test file. */
import { openRecording } from "../../probes/open.ts";
import type { Recording } from "../../probes/recording.ts";
import { unpackedFixture } from "./fixtures.ts";

const opened = new Map<string, Promise<Recording>>();

async function open(name: string): Promise<Recording> {
  const result = await openRecording(unpackedFixture(`traces/${name}/trace.dat`));
  if (!result.ok) throw new Error(result.message);
  return result.recording;
}

/** By the name of its folder. Runs of scripts read it from the start again. */
export function recordingOf(name: string): Promise<Recording> {
  const known = opened.get(name) ?? open(name);
  opened.set(name, known);
  return known;
}
