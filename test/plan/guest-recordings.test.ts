/**
 * Plans that were run: each folder of test/fixtures/plan has a script, and for every recorder the text of its plan, what its commands recorded,
 * and what bpftrace 0.17 printed of the same run (README.md there). Today's plan is that text, and the replay that it names prints that output.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decompressorFor } from "../../probes/decompress.ts";
import { optionIds } from "../../probes/formats/trace-dat/options.ts";
import { readTemplate } from "../../tooling/trace-dat/template.ts";
import { traceDatBytes } from "../../tooling/trace-dat/writer.ts";
import { fixturePath, unpackedFixture } from "../support/fixtures.ts";
import { compareGolden } from "../support/golden-compare.ts";
import { runCommand } from "../support/run-command.ts";

/** Where it was when it was recorded. */
const PROGRAM = "/opt/hs/planload";
const DIRECTORY = "R";
const KALLSYMS = fixturePath("traces/kernel/kallsyms.gz");
const TYPES = unpackedFixture("plan/vmlinux.btf");

const folders = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

interface Case {
  readonly script: string;
  readonly tool: string;
  readonly at: (file: string) => string;
}

const cases = folders(fixturePath("plan")).flatMap((script) =>
  folders(fixturePath(`plan/${script}`)).map((tool): Case => ({ script, tool, at: (file) => `plan/${script}/${tool}/${file}` })),
);

const read = (name: string): string => readFileSync(fixturePath(name), "utf8");

function readOr(name: string, otherwise: string): string {
  try {
    return read(name);
  } catch {
    return otherwise;
  }
}

let scratch = "";
let machine = "";

/** The machine that recorded: its events, its kernel's types. */
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "hindsight-guest-"));
  machine = join(scratch, "machine.dat");
  const { parts } = readTemplate(fixturePath("plan/machine.dat"), await decompressorFor("zstd"));
  const bytes = traceDatBytes({
    version: 7,
    events: parts.events.map((event) => ({ category: event.category, format: event.formatText() })),
    comms: new Map(),
    cpuCount: 2,
    clock: "mono",
    options: parts.options.filter(({ id }) => id === optionIds.uname),
    btf: readFileSync(TYPES),
    buffers: [{ name: "", cpus: [] }],
  });
  writeFileSync(machine, bytes);
});
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

async function planOf({ script, tool }: Case): Promise<string> {
  const file = join(scratch, "script.bt");
  const program = fixturePath("plan/planload");
  writeFileSync(file, read(`plan/${script}/script.bt`).replaceAll(PROGRAM, program));
  const words = readOr(`plan/${script}/arguments`, "")
    .split(/\s+/)
    .filter((word) => word !== "");
  const args = ["--trace", machine, "--kallsyms", KALLSYMS, "--tool", tool, "--dir", DIRECTORY, file, "--", PROGRAM, ...words];
  const { stdout, stderr, status } = await runCommand(["plan", ...args]);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout.replaceAll(file, "script.bt").replaceAll(program, PROGRAM);
}

/** The words of the plan's replay, with the files where they are now; trace.dat has been relieved of its kernel symbols. */
function replayWords({ script, at }: Case): string[] {
  const line = /^hindsight (.*)$/m.exec(read(at("plan.txt")))![1]!;
  const words = line.split(" ").map((word) => {
    if (word === "script.bt") return fixturePath(`plan/${script}/script.bt`);
    if (word === DIRECTORY) return fixturePath("plan");
    if (word === `${DIRECTORY}/vmlinux.btf`) return TYPES;
    if (word === `${DIRECTORY}/kallsyms`) return KALLSYMS;
    return word.startsWith(`${DIRECTORY}/`) ? unpackedFixture(at(word.slice(DIRECTORY.length + 1))) : word;
  });
  return words.includes("--kallsyms") ? words : ["--kallsyms", KALLSYMS, ...words];
}

test("there are enough of each recorder", () => {
  const count = (tool: string): number => cases.filter((one) => one.tool === tool).length;
  expect(count("trace-cmd")).toBeGreaterThanOrEqual(21);
  expect(count("perf")).toBeGreaterThanOrEqual(9);
  expect(count("tracefs")).toBeGreaterThanOrEqual(3);
});

describe.each(cases)("$script with $tool", (one) => {
  test("the plan is what was run", async () => {
    expect(await planOf(one)).toBe(read(one.at("plan.txt")));
  });

  test("the replay prints what bpftrace printed", async () => {
    const { stdout, stderr, status } = await runCommand(replayWords(one));
    expect(stderr).toMatch(/^Attached \d+ probes?\n$/);
    expect(status).toBe(0);
    const golden = read(one.at("golden"));
    expect(golden).toMatch(/\S/);
    expect(compareGolden({ compare: "exact" }, golden, stdout)).toEqual([]);
  });
});
