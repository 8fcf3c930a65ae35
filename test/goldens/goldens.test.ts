/** What hindsight prints for a recording is what the real bpftrace printed while it was made. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openRecording } from "../../probes/open.ts";
import { compareGolden, type GoldenRule } from "../support/golden-compare.ts";
import { fixturePath, unpackedFixture } from "../support/fixtures.ts";
import { runScript } from "../support/run-script.ts";
import { sideFiles } from "../support/side-files.ts";

interface Entry extends GoldenRule {
  readonly id: string;
  readonly trace: string;
  readonly script: string;
  readonly golden: string;
  /** Files beside the recording, as flags. */
  readonly args?: readonly string[];
}

const { entries } = JSON.parse(readFileSync(fixturePath("traces/manifest.json"), "utf8")) as { entries: readonly Entry[] };

test("the manifest names recordings of every kind", () => {
  expect(entries.length).toBeGreaterThanOrEqual(40);
});

describe.each(["jit", "interp"] as const)("%s", (backend) => {
  test.each(entries.map((entry) => [entry.id, entry] as const))("%s", async (_id, entry) => {
    const side = await sideFiles(entry.args ?? [], fixturePath(`traces/${entry.script}`));
    const opened = await openRecording(unpackedFixture(`traces/${entry.trace}`), { events: null, ...side });
    if (!opened.ok) expect.fail(opened.message);
    const script = readFileSync(fixturePath(`traces/${entry.script}`), "utf8");
    const result = await runScript(script, { recording: opened.recording, side, backend });
    opened.recording.close();
    expect(result.exitCode, result.stderr).toBe(0);
    expect(compareGolden(entry, readFileSync(fixturePath(`traces/${entry.golden}`), "latin1"), result.stdout)).toEqual([]);
  });
});
