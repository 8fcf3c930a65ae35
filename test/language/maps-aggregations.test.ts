/** Aggregations and the order in which maps print: rows 6.01–6.18, 6.58–6.60, 6.67–6.69. */
import { expect, test } from "vitest";
import { runScript, type RunOptions } from "../support/run-script.ts";
import { recordingOf } from "../support/written-events.ts";

/** What is printed at exit, without the blank lines before it. */
async function atExit(body: string, options: RunOptions = {}): Promise<string[]> {
  const { stdout, stderr } = await runScript(`begin { ${body} }`, options);
  expect(stderr).toBe("Attached 1 probe\n");
  expect(stdout.startsWith("\n\n")).toBe(true);
  return stdout.slice(2).split("\n").slice(0, -1);
}

async function said(body: string): Promise<string[]> {
  const { stderr } = await runScript(`begin { ${body} }`);
  return [...stderr.matchAll(/(?:ERROR|WARNING): (.*)/g)].map(([, message]) => message!);
}

/** Values of `ret` seen by two CPUs in turn. */
const onTwoCpus = (...values: readonly bigint[]) =>
  recordingOf(values.map((ret, i) => ({ ns: i + 1, event: "app:work" as const, pid: 5, cpu: (i % 2) as 0 | 1, fields: { ret } })));

async function seen(statement: string, ...values: readonly bigint[]): Promise<string[]> {
  const { stdout } = await runScript(`tracepoint:app:work { ${statement} }`, { recording: await onTwoCpus(...values) });
  return stdout.slice(2).split("\n").slice(0, -1);
}

test("row 6.01: count over all CPUs; row 6.02: sum", async () => {
  expect(await seen("@ = count(); @k[args.ret] = count();", 1n, 1n, 1n)).toEqual(["@: 3", "@k[1]: 3"]);
  expect(await seen("@ = sum(args.ret); @u = sum((uint64)args.ret);", -5n, 2n, -1n)).toEqual(["@: -4", "@u: 18446744073709551612"]);
});

test("row 6.03: min and max take the first value as it is", async () => {
  expect(await seen("@min = min(args.ret); @max = max(args.ret);", -5n, -2n, -9n)).toEqual(["@max: -2", "@min: -9"]);
  expect(await atExit("@min = min(5); @min = min(7); @max = max(-3);")).toEqual(["@max: -3", "@min: 5"]);
});

test("row 6.04: avg truncates toward zero", async () => {
  expect(await seen("@ = avg(args.ret);", -10n, -5n, 5n)).toEqual(["@: -3"]);
  expect(await atExit("@ = avg(-15); @ = avg(0); zero(@);")).toEqual(["@: 0"]);
});

test.each<[readonly bigint[], string]>([
  [[-10n, -5n, 5n], "{ .count = 3, .average = -3, .total = -10 }"],
  [[-1n, -1n, -10n], "{ .count = 3, .average = -4, .total = -12 }"],
  [[2n, 10n], "{ .count = 2, .average = 6, .total = 12 }"],
  [[-1n, 0n], "{ .count = 2, .average = 0, .total = -1 }"],
  [[(1n << 63n) - 1n, 1n], "{ .count = 2, .average = -4611686018427387904, .total = -9223372036854775808 }"],
])("row 6.05: stats of %s", async (values, text) => {
  expect(await seen("@ = stats(args.ret);", ...values)).toEqual([`@: ${text}`]);
});

test("row 6.05: unsigned stats wrap", async () => {
  expect(await atExit("$x = 18446744073709551615; @ = stats($x); @ = stats((uint64)1);")).toEqual([
    "@: { .count = 2, .average = 0, .total = 0 }",
  ]);
});

const bar = (label: string, count: number, width: number): string =>
  `${label.padEnd(16)}${String(count).padStart(8)} |${"@".repeat(width).padEnd(52)}|`;

test("row 6.06: hist by powers of two, with up to 5 bits more", async () => {
  expect(await atExit("@ = hist(-5); @ = hist(0); @ = hist(1); @ = hist(3); @ = hist(3);")).toEqual([
    "@:",
    bar("(..., 0)", 1, 26),
    bar("[0]", 1, 26),
    bar("[1]", 1, 26),
    bar("[2, 4)", 2, 52),
    "",
  ]);
  const top = "(int64)9223372036854775807";
  for (const [bits, value, label] of [
    [0, "1000000", "[512K, 1M)"],
    [1, "1000000", "[768K, 1024K)"],
    [2, "1152", "[1024, 1280)"],
    [3, "200", "[192, 208)"],
    [4, "1000000", "[960K, 992K)"],
    [5, "32768", "[32K, 33K)"],
    [0, top, "[4E, 8E)"],
    [3, top, "[7680P, 8E)"],
    [5, top, "[8064P, 8192P)"],
    [0, "18446744073709551615", "(..., 0)"],
    [0, "(uint32)4294967295", "[2G, 4G)"],
  ] as const)
    expect((await atExit(`@ = hist(${value}, ${bits});`))[1]).toBe(bar(label, 1, 52));
  expect(await said("@ = hist(1, 6);")).toEqual(["hist: bits 6 must be 0..5"]);
  expect(await said("@ = hist(1, 1); @ = hist(1, 2);")).toEqual(["Different bits in a single hist unsupported"]);
});

test("row 6.07: lhist", async () => {
  expect(await atExit("@ = lhist(-1, 0, 10, 3); @ = lhist(3, 0, 10, 3); @ = lhist(10, 0, 10, 3); @ = lhist(11, 0, 10, 3);")).toEqual([
    "@:",
    bar("(..., 0)", 1, 26),
    bar("[0, 3)", 0, 0),
    bar("[3, 6)", 1, 26),
    bar("[6, 9)", 0, 0),
    bar("[9, ...)", 2, 52),
    "",
  ]);
  expect(await said("@ = lhist(1, -1, 10, 1);")).toEqual(["lhist: invalid min value (must be non-negative literal)"]);
  expect(await said("$x = 3; @ = lhist(1, 0, $x, 1);")).toEqual(["lhist: invalid max value (must be non-negative literal)"]);
  expect(await said("@ = lhist(1, 0, 10, 0);")).toEqual(["lhist() step must be >= 1 (0 provided)"]);
  expect(await said("@ = lhist(1, 10, 5, 1);")).toEqual(["lhist() min must be less than max (provided min 10 and max 5)"]);
  expect(await said("@ = lhist(1, 0, 10, 11);")).toEqual(["lhist() step is too large for the given range (provided step 11 for range 10)"]);
  expect(await said("@ = lhist(1, 0, 10000, 1);")).toEqual(["lhist() too many buckets, must be <= 1000 (would need 10000)"]);
  expect(await said("@ = lhist(1, 0, 10, 1); @ = lhist(1, 0, 10, 2);")).toEqual(["Different lhist bounds in a single map unsupported"]);
});

test("row 6.09: an aggregate must be the right side of an assignment to a map", async () => {
  for (const call of ["count()", "sum(1)", "min(1)", "max(1)", "avg(1)", "stats(1)", "hist(1)", "lhist(1, 0, 9, 1)", "tseries(1, 1s, 1)"])
    expect(await said(`print(${call});`)).toEqual([`${call.slice(0, call.indexOf("("))}() must be assigned directly to a map`]);
  expect(await atExit("@ = { $x = 5; sum($x) };")).toEqual(["@: 5"]);
});

test("row 6.10: maps in functions", async () => {
  const { stdout } = await runScript(
    'begin { @["a"] = hist(3); print((has_key(@, "a"), has_key(@, "b"))); delete(@, "a"); print(len(@)); }',
  );
  expect(stdout).toBe("(true, false)\n0\n\n\n");
});

test("row 6.11: integers of every width in the order of their values", async () => {
  const values = "@[5] = (T)7; @[1] = (T)3; @[9] = (T)5; @[2] = (T)-4;";
  expect(await atExit("@[5] = 7; @[1] = 3; @[9] = 5; @[2] = -4;")).toEqual(["@[2]: -4", "@[1]: 3", "@[9]: 5", "@[5]: 7"]);
  for (const type of ["int16", "int32", "int64"])
    expect(await atExit(values.replaceAll("T", type))).toEqual(["@[2]: -4", "@[1]: 3", "@[9]: 5", "@[5]: 7"]);
  expect(await atExit("@[1] = 9223372036854775808; @[2] = (uint64)1;")).toEqual(["@[2]: 1", "@[1]: 9223372036854775808"]);
  expect(await atExit("@[1] = sum(5); @[1] = sum(-9); @[2] = sum(2); @[3] = sum(-3);")).toEqual(["@[1]: -4", "@[3]: -3", "@[2]: 2"]);
});

test("row 6.12: min and max compare as unsigned", async () => {
  expect(await atExit("@[1] = max(-1); @[2] = max(3); @[3] = max(0);")).toEqual(["@[3]: 0", "@[2]: 3", "@[1]: -1"]);
});

test("row 6.13: avg and stats by the average, before div", async () => {
  expect(await atExit("@[1] = avg(-15); @[1] = avg(0); @[2] = avg(7); @[3] = avg(-100);")).toEqual(["@[3]: -100", "@[1]: -7", "@[2]: 7"]);
  const { stdout } = await runScript("begin { @[4] = avg(40); @[3] = avg(30); @[1] = avg(10); print(@, 2, 100); clear(@); }");
  expect(stdout).toBe("@[3]: 0\n@[4]: 0\n\n\n");
});

test("row 6.14: histograms by their samples, equal ones by the bytes of the key", async () => {
  const fill = [1, 1, 1, 256, 256, 256, 2, 7, 7, 7, 7].map((key) => `@[(int16)${key}] = hist(${key});`).join(" ");
  const { stdout } = await runScript(`begin { ${fill} }`);
  expect(stdout.match(/^@.*:$/gm)).toEqual(["@[2]:", "@[256]:", "@[1]:", "@[7]:"]);
});

test("row 6.16: everything else by key", async () => {
  expect(await atExit('@[3] = "x"; @[-1] = "x"; @[1] = "x"; @[2] = "x";')).toEqual(["@[-1]: x", "@[1]: x", "@[2]: x", "@[3]: x"]);
  expect(await atExit('@[(uint64)1] = "x"; @[18446744073709551615] = "x";')).toEqual(["@[18446744073709551615]: x", "@[1]: x"]);
  const names = ["b", "a", "", "Z", "aa", "\\xc3\\xa9"];
  expect(await atExit(names.map((name) => `@["${name}"] = (1,);`).join(" "))).toEqual(
    ["", "Z", "a", "aa", "b", "\xc3\xa9"].map((name) => `@[${name}]: (1)`),
  );
  expect(await atExit('@[1, "b"] = "x"; @[1, "a"] = "x"; @[-2, "z"] = "x";')).toEqual(["@[-2, z]: x", "@[1, a]: x", "@[1, b]: x"]);
});

test("row 6.17: equal values in the order of their keys", async () => {
  expect(await atExit("@[3] = 1; @[1] = 1; @[2] = 1;")).toEqual(["@[1]: 1", "@[2]: 1", "@[3]: 1"]);
});

test("row 6.18: maps at exit by name in byte order", async () => {
  expect(await atExit("@b = 1; @A = 1; @ = 1; @_x = 1; @a[1] = 1; @never = 1; clear(@never);")).toEqual([
    "@: 1",
    "@A: 1",
    "@_x: 1",
    "@a[1]: 1",
    "@b: 1",
  ]);
});

test("row 6.58: keyed maps have room for max_map_keys, histograms for as many buckets", async () => {
  const config = { max_map_keys: "2" };
  const keyed = await runScript("begin { @[1] = 1; @[2] = 1; @[3] = 1; }", { config });
  expect(keyed.stdout).toBe("\n\n@[1]: 1\n@[2]: 1\n");
  const histogram = await runScript("begin { @ = hist(1); @ = hist(100); @ = hist(10000); @ = hist(1); }", { config });
  expect(histogram.stdout.split("\n")[3]).toBe(bar("[1]", 2, 52));
  expect(histogram.stdout).not.toContain("[8K, 16K)");
  for (const { stderr } of [keyed, histogram]) expect(stderr).toContain("WARNING: Map full; can't update element.");
});

test("row 6.59: an unset element is incremented from 0", async () => {
  const { stdout } = await runScript("begin { @++; @k[1]++; @k[2]--; $x = @n++; print($x); }");
  expect(stdout).toBe("0\n\n\n@: 1\n@k[2]: -1\n@k[1]: 1\n@n: 1\n");
});

test("row 6.60: a map is printed as it is at the end of its event, a value as it was", async () => {
  const recording = await onTwoCpus(1n, 2n, 3n);
  const { stdout } = await runScript('tracepoint:app:work { @ = args.ret; print(@); printf("%d\\n", @); @ = 0; }', { recording });
  expect(stdout.startsWith("@: 0\n1\n@: 0\n2\n@: 0\n3\n")).toBe(true);
});

test("row 6.67: the start line; row 6.68: what it counts", async () => {
  const one = await runScript('begin { printf("hello\\n"); }');
  expect(one.stderr).toBe("Attached 1 probe\n");
  const recording = await onTwoCpus(1n);
  const many = await runScript("begin { } end { } interval:1s { } tracepoint:app:*, tracepoint:task:* { } self:signal:SIGUSR1 { }", {
    recording,
  });
  expect(many.stderr).toBe("Attached 7 probes\n");
});
