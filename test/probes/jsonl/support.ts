/** Scripts over recordings of JSON lines. */
import { expect } from "vitest";
import { openRecordingBytes } from "../../../probes/open.ts";
import type { Recording } from "../../../probes/recording.ts";
import { runScript } from "../../support/run-script.ts";

export async function openLines(...lines: readonly (string | object)[]): Promise<Recording> {
  const text = lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("");
  const opened = await openRecordingBytes("made.jsonl", new TextEncoder().encode(text));
  if (!opened.ok) expect.fail(opened.message);
  expect(opened.recording.info.format).toBe("JSON lines");
  return opened.recording;
}

/** What the script prints, without blank lines. */
export async function printed(script: string, recording: Recording): Promise<string[]> {
  const { stdout, stderr, exitCode } = await runScript(script, { recording });
  expect(exitCode, stderr).toBe(0);
  return stdout.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("Attach"));
}
