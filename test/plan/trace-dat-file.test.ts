/** The recording that `record` writes is one that is read again, as it was. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openRecording } from "../../probes/open.ts";
import { writeTraceDat, type TraceDatContent } from "../../src/cli/plan/trace-dat-file.ts";
import { pageBuilder } from "../../tooling/trace-dat/pages.ts";
import { encodeRecord } from "../../tooling/trace-dat/record.ts";
import { madeEvent } from "../support/made-recording.ts";
import { runScript } from "../support/run-script.ts";

const directory = mkdtempSync(join(tmpdir(), "hindsight-file-"));
afterAll(() => rmSync(directory, { recursive: true }));

const utf8 = new TextEncoder();
const work = madeEvent("app", "work", 400, [["u64 size", 8, 0]]);

function pagesOf(cpu: number, count: number): Uint8Array[] {
  const pages: Uint8Array[] = [];
  const builder = pageBuilder({ pageBytes: 4096, longBytes: 8, byteOrder: "little" }, (page) => pages.push(page.slice()));
  for (let i = 0; i < count; i++) builder.record(1000 + 2 * i + cpu, encodeRecord(work.format, { common_pid: 7, size: BigInt(i) }));
  builder.flush();
  return pages;
}

const headerPage =
  "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n" +
  "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n\tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;\n";

const content = (counts: readonly number[]): TraceDatContent => ({
  headerPage: utf8.encode(headerPage),
  headerEvent: utf8.encode("# compressed entry header\n"),
  formats: new Map([["app", [utf8.encode(work.format)]]]),
  kallsyms: utf8.encode("ffffffff81000000 T _text\n"),
  comms: utf8.encode("7 worker\n"),
  btf: null,
  clocks: utf8.encode("local global [mono] boot\n"),
  clock: "mono",
  uname: "Linux there 6.1.0 x86_64",
  stats: counts.map((_, cpu) => utf8.encode(`CPU: ${cpu}\nentries: 1\noverrun: ${cpu === 1 ? 5 : 0}\ndropped events: 0\n`)),
  pageBytes: 4096,
  cpus: counts.map((count, cpu) => {
    const pages = pagesOf(cpu, count);
    return { cpu, sizeBytes: 4096 * pages.length, copyTo: (write) => pages.forEach((page) => write(page)) };
  }),
});

test("events, names, clock, machine and losses", async () => {
  const path = join(directory, "two-cpus.dat");
  writeTraceDat(path, content([500, 3]));
  const opened = await openRecording(path);
  if (!opened.ok) expect.fail(opened.message);
  const { recording } = opened;
  const { stdout } = await runScript("tracepoint:app:work { @[comm, cpu] = count(); @sum = sum(args.size); }", { recording });
  expect(stdout).toContain("@[worker, 0]: 500");
  expect(stdout).toContain("@[worker, 1]: 3");
  expect(stdout).toContain(`@sum: ${(499 * 500) / 2 + 3}`);
  expect(recording.info).toMatchObject({ clock: "mono", uname: "Linux there 6.1.0 x86_64", ncpus: 2 });
  expect(recording.info.recordedLost.find(({ cpu }) => cpu === 1)?.overrun).toBe(5n);
  expect(recording.kallsyms()).toContain("_text");
  recording.close();
});

test("no events at all", async () => {
  const path = join(directory, "empty.dat");
  writeTraceDat(path, { ...content([0]), cpus: [{ cpu: 0, sizeBytes: 0, copyTo: () => undefined }] });
  const opened = await openRecording(path);
  if (!opened.ok) expect.fail(opened.message);
  expect((await runScript("tracepoint:app:work { @ = count(); }", { recording: opened.recording })).stdout.trim()).toBe("");
  opened.recording.close();
  expect(readFileSync(path).subarray(3, 10).toString()).toBe("tracing");
});
