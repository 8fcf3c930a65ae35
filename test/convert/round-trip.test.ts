/** A recording and its conversions give the same answers, byte for byte. */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRecording } from "../../probes/open.ts";
import type { Recording } from "../../probes/recording.ts";
import { runCommand } from "../support/run-command.ts";
import { fixturePath, unpackedFixture } from "../support/fixtures.ts";
import { runScript } from "../support/run-script.ts";
import { sideFiles } from "../support/side-files.ts";

interface Entry {
  readonly id: string;
  readonly trace: string;
  readonly script: string;
  readonly args?: readonly string[];
}

const { entries } = JSON.parse(readFileSync(fixturePath("traces/manifest.json"), "utf8")) as { entries: readonly Entry[] };
const traces = [...new Set(entries.filter(({ trace }) => trace.endsWith("trace.dat")).map(({ trace }) => trace))];
/** Of trace.dat the longer ones are left out: what is in them is in the others too. */
const MOST_BYTES = 3 << 20;
const small = traces.filter((trace) => statSync(unpackedFixture(`traces/${trace}`)).size <= MOST_BYTES);

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "hindsight-convert-"));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

async function open(path: string): Promise<Recording> {
  const opened = await openRecording(path);
  if (!opened.ok) expect.fail(opened.message);
  return opened.recording;
}

async function converted(path: string, name: string): Promise<string> {
  const to = join(directory, name);
  const { status, stderr } = await runCommand(["convert", path, "--to", to]);
  expect(status, stderr).toBe(0);
  return to;
}

async function answer(path: string, script: string, args: readonly string[]): Promise<string> {
  const recording = await open(path);
  const result = await runScript(script, { recording, side: await sideFiles(args) });
  recording.close();
  expect(result.exitCode, result.stderr).toBe(0);
  return result.stdout;
}

test("there are recordings to convert", () => {
  expect(small.length).toBeGreaterThanOrEqual(6);
});

describe.each(small)("%s", (trace) => {
  const path = unpackedFixture(`traces/${trace}`);
  const name = trace.replaceAll("/", "-");
  const own = entries.filter((entry) => entry.trace === trace);
  const scripts = own.map(({ script, args }) => [readFileSync(fixturePath(`traces/${script}`), "utf8"), args ?? []] as const);

  test("as JSON lines", async () => {
    const lines = await converted(path, `${name}.jsonl`);
    for (const [script, args] of scripts) expect(await answer(lines, script, args)).toEqual(await answer(path, script, args));
    expect((await open(lines)).info.warnings).toEqual([]);
  });

  test("as trace.dat, and as that of its JSON lines", async () => {
    const again = await converted(path, `${name}.again.dat`);
    const back = await converted(await converted(path, `${name}.2.jsonl`), `${name}.back.dat`);
    const [script, args] = scripts[0]!;
    const want = await answer(path, script, args);
    expect(await answer(again, script, args)).toEqual(want);
    // trace.dat has no place for what JSON lines tell of tasks.
    if (!/\b(comm|pid)\b/.test(script)) expect(await answer(back, script, args)).toEqual(want);
  });
});
