/** Order-free scripts in shares give what they give in one go, and no other script is handled in shares. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { writeBigTrace } from "../../bench/trace-writer.ts";
import { openRecording } from "../../probes/open.ts";
import type { Recording } from "../../probes/recording.ts";
import { runCli } from "../support/cli.ts";
import { runScript } from "../support/run-script.ts";

const SAMPLE = "probes/samples/nightly-report.dat";
const EXIT = "tracepoint:syscalls:sys_exit_*";

/** Not compressed, so that every CPU can be cut. */
const PLAIN = join(mkdtempSync(join(tmpdir(), "hindsight-shares-")), "plain.dat");
writeBigTrace(PLAIN, 30_000);
afterAll(() => rmSync(dirname(PLAIN), { recursive: true }));

async function open(path: string): Promise<Recording> {
  const opened = await openRecording(path);
  if (!opened.ok) expect.fail(opened.message);
  return opened.recording;
}
const recordings = [await open(SAMPLE), await open(PLAIN)];
/** Each as another reader sees it. */
const again = [await open(SAMPLE), await open(PLAIN)];

/** What it printed, and how the shares went: true, false (given up), or null (not asked for). */
async function run(script: string, which: number, count?: number): Promise<{ readonly output: string; readonly shared: boolean | null }> {
  let shared: boolean | null = null;
  const { streams } = again[which]!;
  for (const stream of streams) stream.rewind();
  const inShares = { shares: { count: count ?? 0, streams }, sharesRan: (result: unknown) => (shared = result !== null) };
  const { stdout, stderr } = await runScript(script, { recording: recordings[which]!, ...(count === undefined ? {} : inShares) });
  return { output: stdout + stderr, shared };
}

const FREE = [
  `${EXIT} { @[args.ret] = count(); }`,
  `${EXIT} { @ = hist(args.ret); @p[probe] = hist(args.ret, 2); }`,
  `${EXIT} /args.ret > 0/ { @s = sum(args.ret); @a = avg(args.ret); @n = min(args.ret); @x = max(args.ret); @st = stats(args.ret); }`,
  `${EXIT} { @s[tid] = sum(args.ret); @a[tid] = avg(args.ret); @n[tid] = min(args.ret); @x[tid] = max(args.ret); @st[tid] = stats(args.ret); }`,
  `${EXIT} { @[cpu, tid] = lhist(args.ret, 0, 100, 10); @t = min(elapsed); @u = max(nsecs); }`,
  `begin { printf("start\\n"); } ${EXIT} { $x = args.ret & 7; if ($x > 3) { @big[$x] = count(); } else { @small[$x] = count(); } } end { print(@big, 2); clear(@small); }`,
  `${EXIT} { unroll (3) { @[recording] = count(); } }`,
];

test.each(FREE)("in shares: %s", async (script) => {
  for (const which of [0, 1]) {
    const whole = await run(script, which);
    expect(whole.shared).toBeNull();
    expect(whole.output).toMatch(/@/);
    for (const shares of [2, 3, 7]) expect(await run(script, which, shares)).toEqual({ output: whole.output, shared: true });
  }
});

test.each([
  ["prints", `${EXIT} { print(args.ret); }`],
  ["plain maps", `${EXIT} { @[tid] = args.ret; }`],
  ["what other events left", `${EXIT} { @n++; @[@n] = count(); }`],
  ["tasks, which events change", `${EXIT} { @[comm] = count(); }`],
  ["timers", `${EXIT} { @ = count(); } interval:ms:1 { print(@); }`],
  ["rand", `${EXIT} { @[rand % 4] = count(); }`],
  ["exit", `${EXIT} /args.ret == 0/ { @ = count(); exit(); }`],
  ["the least recently used key", `let @m = lruhash(10); ${EXIT} { @m[args.ret] = count(); }`],
  ["maps from begin", `begin { @ = count(); } ${EXIT} { @ = count(); }`],
  ["keys in the order in which they came", `${EXIT} { @[args.ret] = count(); } end { for ($kv : @) { print($kv); } }`],
])("not in shares: %s", async (_name, script) => {
  expect((await run(script, 1, 2)).shared).toBeNull();
});

test("keys without room, and what has to be said in order, go the usual way", async () => {
  for (const script of [
    `config = { max_map_keys = 5; } ${EXIT} { @[args.ret] = count(); }`,
    `${EXIT} { @[args.ret / (args.ret & 1)] = count(); }`,
  ]) {
    const whole = await run(script, 1);
    expect(whole.output).toMatch(/WARNING/);
    expect(await run(script, 1, 2)).toEqual({ output: whole.output, shared: false });
  }
});

describe("on threads", () => {
  test.each(FREE)("%s", (script) => {
    const words = ["--trace", PLAIN, "-e", script];
    expect(runCli(["--workers", "3", ...words])).toEqual(runCli(words));
  });

  test("two recordings", () => {
    const words = ["--trace", `a=${SAMPLE}`, "--trace", `b=${SAMPLE}`, "-e", `${EXIT} { @[recording, args.ret] = count(); }`];
    const whole = runCli(words);
    expect(whole.stdout).toMatch(/@\[b, 0\]: \d+/);
    expect(runCli(["--workers", "2", ...words])).toEqual(whole);
  });

  test("a number that is none", () => {
    expect(runCli(["--workers", "0", "--sample", "-e", "begin { }"])).toMatchObject({
      status: 1,
      stderr: "ERROR: --workers takes a number from 1 to 64, not '0'\n",
    });
  });
});

test("any bounds of time", async () => {
  const script = `${EXIT} { @[args.ret] = count(); @ = hist(nsecs); }`;
  await fc.assert(
    fc.asyncProperty(fc.nat(20), fc.nat(20), fc.integer({ min: 2, max: 9 }), async (from, length, shares) => {
      const window = {
        from: { ns: BigInt(from) * 1_000_000n, relative: true },
        to: { ns: BigInt(from + length) * 1_000_000n, relative: true },
      };
      const recording = recordings[1]!;
      const whole = await runScript(script, { recording, ...window });
      const parts = await runScript(script, { recording, ...window, shares: { count: shares, streams: again[1]!.streams } });
      expect(parts.stdout).toBe(whole.stdout);
    }),
    { numRuns: 12 },
  );
});
