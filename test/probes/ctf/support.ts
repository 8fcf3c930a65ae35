/** Traces of several files in memory, and as babeltrace2 sees them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { bytesSource } from "../../../probes/byte-source.ts";
import { openCtf } from "../../../probes/formats/ctf/open.ts";
import { nothingBeside, type Beside, type OpenResult } from "../../../probes/formats/format.ts";
import type { Recording } from "../../../probes/recording.ts";
import { fixtureBytes } from "../../support/fixtures.ts";

/** By name; one of them is `metadata`. */
export type TraceFiles = Readonly<Record<string, Uint8Array>>;

export function openFiles(files: TraceFiles, beside: Beside = nothingBeside): Promise<OpenResult> {
  const streams = Object.keys(files).filter((name) => name !== "metadata");
  return openCtf(
    "trace",
    bytesSource("metadata", files["metadata"]!),
    streams.map((name) => ({ name, source: bytesSource(name, files[name]!) })),
    beside,
  );
}

export async function open(files: TraceFiles, beside?: Beside): Promise<Recording> {
  const result = await openFiles(files, beside);
  if (!result.ok) expect.fail(result.message);
  return result.recording;
}

export function fixtureFiles(name: string, files: readonly string[]): TraceFiles {
  return Object.fromEntries(files.map((file) => [file, fixtureBytes(`ctf/${name}/${file}`)]));
}

export const text = (content: string): Uint8Array => new TextEncoder().encode(content);

export const hasBabeltrace = spawnSync("babeltrace2", ["--version"]).status === 0;

/** What babeltrace2 prints of the trace, a line per event. */
export function babeltrace(files: TraceFiles): string[] {
  const directory = mkdtempSync(join(tmpdir(), "hindsight-ctf-"));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(directory, name), bytes);
  const { stdout, stderr, status } = spawnSync("babeltrace2", ["--clock-cycles", "--no-delta", directory], { encoding: "utf8" });
  rmSync(directory, { recursive: true });
  expect(status, stderr).toBe(0);
  return stdout.trim().split("\n");
}
