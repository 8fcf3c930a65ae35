/** Scripts over texts of strace. */
import { expect } from "vitest";
import { openRecordingBytes } from "../../../probes/open.ts";
import type { Recording } from "../../../probes/recording.ts";
import { fixtureBytes } from "../../support/fixtures.ts";
import { runScript } from "../../support/run-script.ts";

export async function openText(text: string | Uint8Array, name = "strace.txt"): Promise<Recording> {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const opened = await openRecordingBytes(name, bytes);
  if (!opened.ok) expect.fail(opened.message);
  expect(opened.recording.info.format).toBe("strace text");
  return opened.recording;
}

export const openFixture = (name: string): Promise<Recording> => openText(fixtureBytes(`strace/${name}.txt`), name);

/** What the script prints, without blank lines. */
export async function printed(script: string, recording: Recording): Promise<string[]> {
  const { stdout, stderr, exitCode } = await runScript(script, { recording });
  expect(exitCode, stderr).toBe(0);
  return stdout.split("\n").filter((line) => line !== "" && !line.startsWith("Attach"));
}

/** The same of a text. */
export const ofText = async (text: string, script: string): Promise<string[]> => printed(script, await openText(text));
