/** Lines that say what processes had mapped, and since when. */
import { expect, test } from "vitest";
import { openRecordingBytes } from "../../../probes/open.ts";
import { userCode } from "../../../probes/symbols/user-code.ts";
import { fixtureBytes } from "../../support/fixtures.ts";
import { runScript } from "../../support/run-script.ts";

const FILE = "/opt/hs/hsdemo";
/** 0x400256 is in compute or in fib, by where the file's code lies. */
const mapped = (start: string, ts: string): string =>
  `{"mapping": {"pid": 7, ${ts}"start": "${start}", "end": "0x402000", "fileOffset": "0x1000", "path": "${FILE}"}}`;
const event = (ts: number): string => `{"ts": ${ts}, "pid": 7, "tgid": 7, "event": "app:work", "args": {}}`;

async function names(lines: readonly string[]): Promise<string[]> {
  const result = await openRecordingBytes("made.jsonl", new TextEncoder().encode(`{"hindsight": 1}\n${lines.join("\n")}\n`));
  if (!result.ok) expect.fail(result.message);
  const { recording } = result;
  const user = userCode([], () => fixtureBytes("traces/bin/hsdemo"));
  const side = { definitions: [], kallsyms: null, user };
  const { stdout, stderr, exitCode } = await runScript("tracepoint:app:work { print(usym(0x400256)); }", { recording, side });
  expect(exitCode, stderr).toBe(0);
  expect(recording.info.warnings).toEqual([]);
  return stdout.trim().split("\n");
}

test("a mapping holds from the event before it on, or from the time that it says", async () => {
  const [compute, fib] = ["0x400000", "0x40007e"];
  expect(await names([mapped(compute, ""), event(10), event(20), mapped(fib, ""), event(30)])).toEqual(["compute", "fib", "fib"]);
  expect(await names([mapped(compute, ""), mapped(fib, '"ts": 25, '), event(10), event(20), event(30)])).toEqual([
    "compute",
    "compute",
    "fib",
  ]);
  expect(await names([mapped(compute, ""), mapped(fib, '"ts": "15", '), event(10), event(20)])).toEqual(["compute", "fib"]);
});

test("a process that executes another program has nothing of what it had", async () => {
  const execs = '{"mapping": {"pid": 7, "ts": 15, "execs": true}}';
  expect(await names([mapped("0x400000", ""), execs, event(10), event(20)])).toEqual(["compute", "0x400256"]);
});
