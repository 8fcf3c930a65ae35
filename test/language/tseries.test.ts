import { expect, test } from "vitest";
import { runScript } from "../support/run-script.ts";

const config = { BPFTRACE_DUMMY_TS_MAP: "@ts", unstable_tseries: "enable" };

/** Feeds [time in ns, value] pairs; a null value only moves the clock. */
function feed(call: string, points: readonly (readonly [number, number | string])[], type = "int64"): string {
  const steps = points.map(([at, value]) => `@ts = (uint64)${at}; @t = tseries((${type})${value}, ${call});`).join(" ");
  return `begin { ${steps} print(@t); clear(@t); clear(@ts); exit(); }`;
}

async function text(call: string, points: readonly (readonly [number, number | string])[], type?: string): Promise<string> {
  const { stdout, stderr } = await runScript(feed(call, points, type), { config });
  expect(stderr).toBe("Attached 1 probe\n");
  expect(stdout.endsWith("\n\n\n")).toBe(true);
  return stdout.slice(0, -2);
}

const SECOND = 1_000_000_000;
const edge = "_".repeat(51);

/** A row's cells: marks by column. */
const cells = (marks: Readonly<Record<number, string>>): string =>
  Array.from({ length: 53 }, (_, i) => marks[i] ?? (i === 0 || i === 52 ? "|" : " ")).join("");

test("rows 6.08, 6.52, 6.53, 6.54: the last value of each interval, with header, rows and footer", async () => {
  const points = [0, 10, 5, null, 10].flatMap((value, i) => (value === null ? [] : [[i * SECOND, value] as const]));
  const margin = " ".repeat(9);
  const bounds = `${margin}${"0".padEnd(21)}${"10".padStart(32)}\n`;
  expect(await text("1s, 10", points)).toBe(
    `@t:\n${bounds}hh:mm:ss |${edge}|\n` +
      `00:00:00 ${cells({ 0: "*" })} 0\n` +
      `00:00:01 ${cells({ 52: "*" })} 10\n` +
      `00:00:02 ${cells({ 26: "*" })} 5\n` +
      `00:00:03 ${cells({})} -\n` +
      `00:00:04 ${cells({ 52: "*" })} 10\n` +
      `${margin}v${edge}v\n${bounds}\n`,
  );
});

test("row 6.53: the zero line, and the value over it; digits by the interval", async () => {
  const points = [-5, 5, -4, -3, 2].map((value, i) => [(i + 3) * 1_000_000, value] as const);
  const rows = (await text("1ms, 10", points)).split("\n");
  expect(rows[1]).toBe(`             -5                                                  5`);
  expect(rows[2]).toBe(`hh:mm:ss.ms  |${edge}|`);
  expect(rows.slice(3, 8)).toEqual([
    `00:00:00.003 ${cells({ 0: "*", 26: "." })} -5`,
    `00:00:00.004 ${cells({ 26: ".", 52: "*" })} 5`,
    `00:00:00.005 ${cells({ 5: "*", 26: "." })} -4`,
    `00:00:00.006 ${cells({ 10: "*", 26: "." })} -3`,
    `00:00:00.007 ${cells({ 26: ".", 36: "*" })} 2`,
  ]);
});

test.each([
  { values: [-99, 1, 0], marks: [{ 0: "*", 52: "." }, { 52: "*" }, { 51: "*", 52: "." }] },
  { values: [-1, 99], marks: [{ 0: "*" }, { 52: "*" }] },
  { values: [-10, 30, 0], marks: [{ 0: "*", 13: "." }, { 13: ".", 52: "*" }, { 13: "*" }] },
  { values: [0, 3, 1, 2], marks: [{ 0: "*" }, { 52: "*" }, { 17: "*" }, { 34: "*" }] },
])("row 6.53: columns of $values", async ({ values, marks }) => {
  const rows = (
    await text(
      "1s, 10",
      values.map((value, i) => [i * SECOND, value] as const),
    )
  )
    .split("\n")
    .slice(3, 3 + values.length);
  expect(rows.map((row) => row.slice(9, 62))).toEqual(marks.map((mark) => cells(mark as Record<number, string>)));
});

test("row 6.55: a flat series is in the middle of a scale one wider on both sides", async () => {
  const rows = (
    await text(
      "100ms, 5",
      [5, 6, 7].map((i) => [i * 100_000_000, 9] as const),
    )
  ).split("\n");
  expect(rows[1]?.trim().split(/ +/)).toEqual(["8", "10"]);
  expect(rows.slice(3, 6)).toEqual(["500", "600", "700"].map((ms) => `00:00:00.${ms} ${cells({ 26: "*" })} 9`));
});

test("row 6.55: a bound at the end of its type stays", async () => {
  const zeroes = (
    await text(
      "1s, 5",
      [
        [0, 0],
        [SECOND, 0],
      ],
      "uint64",
    )
  ).split("\n");
  expect(zeroes[1]?.trim().split(/ +/)).toEqual(["0", "1"]);
  expect(zeroes[3]).toBe(`00:00:00 ${cells({ 0: "*" })} 0`);
  const most = (
    await text(
      "1s, 5",
      [
        [0, "-1"],
        [SECOND, "-1"],
      ],
      "uint64",
    )
  ).split("\n");
  expect(most[1]?.trim().split(/ +/)).toEqual(["18446744073709551614", "18446744073709551615"]);
  expect(most[3]).toBe(`00:00:00 ${cells({ 52: "*" })} 18446744073709551615`);
});

test("row 6.52: a single row counts as nanoseconds; microseconds take two bytes for their sign", async () => {
  const single = (await text("1s, 5", [[0, 7]])).split("\n");
  expect(single[2]).toBe(`hh:mm:ss.ns        |${edge}|`);
  expect(single[3]).toBe(`00:00:00.000000000 ${cells({ 26: "*" })} 7`);
  const micro = (
    await text("1us, 5", [
      [1000, 1],
      [2000, 2],
      [3000, 3],
    ])
  ).split("\n");
  expect(micro[2]).toBe(`hh:mm:ss.\xce\xbcs    |${edge}|`);
  expect(micro[3]?.startsWith("00:00:00.000001 ")).toBe(true);
});

test.each([
  { aggregate: "", value: 4 },
  { aggregate: ', "sum"', value: -3 },
  { aggregate: ', "avg"', value: -1 },
  { aggregate: ', "min"', value: -9 },
  { aggregate: ', "max"', value: 4 },
])("row 6.08: values of one interval are joined by$aggregate", async ({ aggregate, value }) => {
  const rows = (
    await text(`1s, 5${aggregate}`, [
      [0, 2],
      [1, -9],
      [2, 4],
    ])
  ).split("\n");
  expect(rows[3]?.split(" ").at(-1)).toBe(String(value));
});

test("row 6.56: only the last intervals are kept, counted from the newest of any key", async () => {
  const { stdout } = await runScript(
    `begin {
      @ts = (uint64)1000000000; @t["old"] = tseries(1, 1s, 3);
      @ts = (uint64)4000000000; @t["new"] = tseries(2, 1s, 3);
      @ts = (uint64)6000000000; @t["new"] = tseries(3, 1s, 3);
      print(@t); clear(@t); clear(@ts);
    }`,
    { config },
  );
  const [fresh, old] = stdout.split("@t[old]:\n");
  expect(fresh?.split("\n").filter((line) => line.startsWith("00:"))).toEqual([
    `00:00:04 ${cells({ 0: "*" })} 2`,
    `00:00:05 ${cells({})} -`,
    `00:00:06 ${cells({ 52: "*" })} 3`,
  ]);
  expect(old?.split("\n")[0]?.trim().split(/ +/)).toEqual(["null", "null"]);
  expect(old?.split("\n")[2]).toBe(`00:00:06.000000000 ${cells({})} -`);
});

test("row 6.15: keys in byte order of the stored key; top does not count", async () => {
  const { stdout } = await runScript(
    `begin { @ts = (uint64)0; @t[1] = tseries(1, 1s, 3); @t[256] = tseries(1, 1s, 3); @t[2] = tseries(1, 1s, 3); @t[-1] = tseries(1, 1s, 3);
      @t[300] = tseries(1, 1s, 3); print(@t, 2); clear(@t); clear(@ts); }`,
    { config },
  );
  expect(stdout.match(/^@t\[.*\]:$/gm)).toEqual([256, 1, 2, 300, -1].map((key) => `@t[${key}]:`));
});

test("rows 5.14, 6.10: a zeroed series says that it has no data; a cleared one says nothing; keys can be asked for and deleted", async () => {
  const script = `begin { @ts = (uint64)0; @t[1] = tseries(1, 1s, 3); @t[2] = tseries(1, 1s, 3);
    print(has_key(@t, 1)); print(delete(@t, 1)); print(has_key(@t, 1)); print(delete(@t, 1)); zero(@t); print(@t); clear(@t); print(@t); clear(@ts); }`;
  const { stdout } = await runScript(script, { config });
  expect(stdout).toBe("true\ntrue\nfalse\nfalse\n@t[2]:\n<no data>\n\n\n");
});

test("row 9.12: time series as JSON", async () => {
  const script = `begin { @ts = (uint64)500000000; @t = tseries(9, 100ms, 5); @k["a b"] = tseries(-1, 100ms, 5); @ts = (uint64)700000000;
    @t = tseries((int64)9223372036854775807, 100ms, 5); clear(@ts); print(@t); zero(@t); print(@t); clear(@t); }`;
  const { stdout } = await runScript(script, { config, format: "json" });
  expect(stdout.split("\n").slice(1)).toEqual([
    '{"type": "tseries", "data": {"@t": [{"interval_start":"1970-01-01 00:00:00.500000000","value":9},{"interval_start":"1970-01-01 00:00:00.700000000","value":9223372036854775807}]}}',
    '{"type": "tseries", "data": {"@t": []}}',
    '{"type": "tseries", "data": {"@k": {"ab": [{"interval_start":"1970-01-01 00:00:00.500000000","value":-1}]}}}',
    "",
  ]);
});

test.each([
  ["tseries(1, 1)", "tseries() requires at least 3 arguments (2 provided)"],
  ['tseries("a", 1, 1)', "tseries() only supports integer arguments (string[2] provided)"],
  ["tseries(1, 0, 1)", "tseries() interval_ns must be >= 1 (0 provided)"],
  ["tseries(1, 1, 0)", "tseries() num_intervals must be >= 1 (0 provided)"],
  ["tseries(1, 1, 1000001)", "tseries() num_intervals must be < 1000000 (1000001 provided)"],
  ["tseries(1, pid, 1)", "tseries: invalid interval_ns value (must be non-negative literal)"],
  ["tseries(1, 1, pid)", "tseries: invalid num_intervals value (must be non-negative literal)"],
  ['tseries(1, 1, 1, "median")', 'tseries() expects one of the following aggregation functions: avg, max, min, sum ("median" provided)'],
])("row 6.08: %s is refused", async (call, message) => {
  expect((await runScript(`begin { @ = ${call}; }`, { config: { unstable_tseries: "enable" } })).stderr).toContain(`ERROR: ${message}\n`);
});

test("rows 7.26, 7.30, 7.31: tseries is unstable", async () => {
  const script = "begin { @ = tseries(1, 1s, 1); @b = tseries(1, 1s, 1); clear(@); clear(@b); }";
  const warning =
    "WARNING: Script is using an unstable feature: tseries. To prevent this warning you must explicitly enable it in the config e.g. unstable_tseries=enable\n";
  expect((await runScript(script)).stderr).toBe(`${warning}Attached 1 probe\n`);
  expect((await runScript(script, { config: { unstable_tseries: "error" } })).stderr).toContain(
    "ERROR: tseries feature is not enabled by default. To enable this unstable feature, set the config flag to enable. unstable_tseries=enable\n",
  );
});

test("row 7.36: BPFTRACE_DUMMY_TS_MAP makes a map the clock", async () => {
  expect((await text("1s, 2", [[3 * SECOND, 1]])).split("\n")[3]?.slice(0, 8)).toBe("00:00:03");
});
