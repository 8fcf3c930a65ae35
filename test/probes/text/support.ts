/** Scripts over the text of traces. */
import { expect } from "vitest";
import { nothingBeside, type Beside } from "../../../probes/formats/format.ts";
import { openRecordingBytes } from "../../../probes/open.ts";
import type { Recording } from "../../../probes/recording.ts";
import { noSideData } from "../../../src/session/recorded-machine.ts";
import { runScript } from "../../support/run-script.ts";

export const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

export async function openText(text: string | Uint8Array, format: string, beside: Partial<Beside> = {}): Promise<Recording> {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const opened = await openRecordingBytes("text", bytes, { ...nothingBeside, ...beside });
  if (!opened.ok) expect.fail(opened.message);
  expect(opened.recording.info.format).toContain(format);
  return opened.recording;
}

/** What the script prints, without blank lines. */
export async function printed(script: string, recording: Recording, beside: Partial<Beside> = {}): Promise<string[]> {
  const { definitions = [], kallsyms = null } = beside;
  const { stdout, stderr, exitCode } = await runScript(script, { recording, side: { ...noSideData, definitions, kallsyms } });
  expect(exitCode, stderr).toBe(0);
  return stdout.split("\n").filter((line) => line !== "" && !line.startsWith("Attach"));
}

const ofFormat =
  (format: string) =>
  async (text: string, script: string, beside: Partial<Beside> = {}): Promise<string[]> =>
    printed(script, await openText(text, format, beside), beside);

export const ofTrace = ofFormat("ftrace text");
export const ofReport = ofFormat("trace-cmd report text");
export const ofScript = ofFormat("perf script text");
