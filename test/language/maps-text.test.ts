/** How maps are printed: rows 6.19–6.57. */
import { expect, test } from "vitest";
import { runScript, type RunOptions } from "../support/run-script.ts";
import { recordingOf } from "../support/written-events.ts";

async function atExit(body: string, options: RunOptions = {}): Promise<string> {
  const { stdout, stderr } = await runScript(body.includes("begin {") ? body : `begin { ${body} }`, options);
  expect(stderr).toMatch(/^Attached \d probes?\n$/);
  expect(stdout.startsWith("\n\n")).toBe(true);
  return stdout.slice(2);
}

const bar = (label: string, count: number, width: number): string =>
  `${label.padEnd(16)}${String(count).padStart(8)} |${"@".repeat(width).padEnd(52)}|\n`;

test("row 6.19: two newlines when the run ends, whatever there is to print; text of end before them", async () => {
  expect((await runScript("begin { }")).stdout).toBe("\n\n");
  expect((await runScript('begin { @ = 1; } end { printf("end\\n"); }')).stdout).toBe("end\n\n\n@: 1\n");
  expect((await runScript("config = { print_maps_on_exit = false } begin { @ = 1; }")).stdout).toBe("\n\n");
});

test("row 6.20: a blank line behind each histogram, none between plain maps", async () => {
  expect(await atExit("@a = 1; @b[1] = count(); @h[1] = hist(1); @h[2] = hist(1); @l = lhist(1, 0, 9, 1); @z = 1;")).toBe(
    `@a: 1\n@b[1]: 1\n@h[1]:\n${bar("[1]", 1, 52)}\n@h[2]:\n${bar("[1]", 1, 52)}\n@l:\n${bar("[1]", 1, 52)}\n@z: 1\n`,
  );
});

test("row 6.21: print_maps_on_exit=0 prints no maps", async () => {
  expect(await atExit("@ = 1;", { config: { print_maps_on_exit: "0" } })).toBe("");
});

test("row 6.22: scalar line; row 6.23: keyed line", async () => {
  expect(await atExit('@ = 1; @k["x"] = "v";')).toBe("@: 1\n@k[x]: v\n");
});

test("row 6.24: the key without one outer pair of parentheses; row 6.25: nested tuples keep theirs", async () => {
  expect(await atExit('@["(x)"] = 1; @a[1, "b"] = 2; @c[(1,)] = 3; @d["hi", ("long", 2)] = 4;')).toBe(
    "@[x]: 1\n@a[1, b]: 2\n@c[1]: 3\n@d[hi, (long, 2)]: 4\n",
  );
});

test("row 6.26: record keys; row 6.27: bools, enums, pointers, buffers as keys", async () => {
  expect(await atExit('@[(a=1, b="x")] = 1; @b[true] = 2; @p[(int8*)0x1f] = 3; @q[buf("a\\x01", 2)] = 4;')).toBe(
    "@[{ .a = 1, .b = x }]: 1\n@b[true]: 2\n@p[0x1f]: 3\n@q[a\\x01]: 4\n",
  );
  expect(await atExit("enum E { ONE = 1 } begin { @[ONE] = 1; }")).toBe("@[ONE]: 1\n");
});

test("row 6.29: strings as they are; row 6.30: tuples", async () => {
  expect(await atExit('@s = "a\\"\\x01b"; @t = (1, "abc", (2, 3)); @u = (1,); @v = ();')).toBe(
    '@s: a"\x01b\n@t: (1, abc, (2, 3))\n@u: (1)\n@v: ()\n',
  );
});

test("row 6.31: records; row 6.32: arrays", async () => {
  expect(await atExit('@r = (x=1, y=(z=2)); @a = pton("1.2.3.4");')).toBe("@a: [1,2,3,4]\n@r: { .x = 1, .y = { .z = 2 } }\n");
});

test("rows 6.33, 6.34, 6.35, 6.36: buffers, pointers, bools, enums", async () => {
  expect(await atExit('@b = buf("a\\\\\\xff", 3); @p = (int8*)0xABC; @q = (int8*)0; @t = 1 == 1;')).toBe(
    "@b: a\\\\xff\n@p: 0xabc\n@q: 0x0\n@t: true\n",
  );
  expect(await atExit("enum E { ONE = 1 } begin { @ = ONE; $x = 7; @u = (enum E)$x; }")).toBe("@: ONE\n@u: 7\n");
});

test("row 6.37: symbols without a name", async () => {
  expect(await atExit("@k = ksym(1); @u = usym(1); @z = ksym(0);")).toBe("@k: 0x1\n@u: 0x1\n@z: 0x0\n");
});

test("rows 6.38, 6.39: none and void are no values of maps", async () => {
  const { stderr } = await runScript("begin { @ = clear(@a); @a[1] = 1; }");
  expect(stderr).toContain("ERROR: ");
});

test("row 6.40: headers of histograms have no blank behind the colon", async () => {
  expect(await atExit('@ = hist(1); @k["x", 1] = hist(1);')).toBe(`@:\n${bar("[1]", 1, 52)}\n@k[x, 1]:\n${bar("[1]", 1, 52)}\n`);
});

test("rows 6.41, 6.42: columns, and bars in 32-bit floats", async () => {
  const body = "for ($i : 0..100) { @ = hist(8); if ($i < 3) { @ = hist(1); } if ($i < 7) { @ = hist(2); } if ($i < 1) { @ = hist(4); } }";
  expect(await atExit(body)).toBe(`@:\n${bar("[1]", 3, 1)}${bar("[2, 4)", 7, 3)}${bar("[4, 8)", 1, 0)}${bar("[8, 16)", 100, 52)}\n`);
  expect(await atExit("@ = lhist(1, 1000000000, 2000000000, 1000000000);")).toBe(`@:\n${bar("(..., 1000000000)", 1, 52)}\n`);
});

test("row 6.43: rows from the lowest to the highest bucket that is not empty", async () => {
  expect(await atExit("@ = hist(1); @ = hist(9);")).toBe(
    `@:\n${bar("[1]", 1, 52)}${bar("[2, 4)", 0, 0)}${bar("[4, 8)", 0, 0)}${bar("[8, 16)", 1, 52)}\n`,
  );
});

test("row 6.44: negative values; row 6.45: single values", async () => {
  expect(await atExit("@ = hist(-1); @l = lhist(5, 0, 10, 1); @k = hist(15, 3);")).toBe(
    `@:\n${bar("(..., 0)", 1, 52)}\n@k:\n${bar("[15]", 1, 52)}\n@l:\n${bar("[5]", 1, 52)}\n`,
  );
});

test("rows 6.46, 6.47: bounds with suffixes, up to the top bucket", async () => {
  for (const [call, label] of [
    ["hist(1023)", "[512, 1K)"],
    ["hist(1024)", "[1K, 2K)"],
    ["hist(1024, 3)", "[1024, 1152)"],
    ["hist((int64)9223372036854775807)", "[4E, 8E)"],
    ["hist((int64)9223372036854775807, 4)", "[7936P, 8192P)"],
  ] as const)
    expect(await atExit(`@ = ${call};`)).toBe(`@:\n${bar(label, 1, 52)}\n`);
});

test("row 6.48: div divides counts after rows and order are chosen", async () => {
  const fill = "@ = hist(1); @ = hist(1); for ($i : 0..10) { @ = hist(5); } for ($i : 0..5) { @ = hist(9); }";
  const { stdout } = await runScript(`begin { ${fill} print(@, 0, 3); clear(@); }`);
  expect(stdout).toBe(`@:\n${bar("[1]", 0, 0)}${bar("[2, 4)", 0, 0)}${bar("[4, 8)", 3, 52)}${bar("[8, 16)", 1, 17)}\n\n\n`);
  const linear = await runScript("begin { @ = lhist(1, 0, 9, 1); print(@, 0, 3); clear(@); }");
  expect(linear.stdout).toBe(`@:\n${bar("[1]", 1, 52)}\n\n\n`);
  const none = await runScript("begin { @ = hist(1); print(@, 0, 2); clear(@); }");
  expect(none.stdout).toBe(`@:\n${bar("[1]", 0, 0)}\n\n\n`);
});

test("row 6.49: a zeroed histogram keeps its header, a cleared one nothing", async () => {
  const { stdout } = await runScript(
    "begin { @[1] = hist(1); @[2] = hist(1); @s = hist(5); zero(@); zero(@s); print(@); print(@s); clear(@); print(@); }",
  );
  expect(stdout).toBe("@[1]:\n\n@[2]:\n\n@s:\n\n\n\n@s:\n\n");
});

test("row 6.50: labels of linear histograms", async () => {
  const rows = async (call: string): Promise<string[]> =>
    [...(await atExit(`@ = ${call};`)).matchAll(/^([[(].*?[\])]) /gm)].map(([, label]) => label!);
  expect(await rows("lhist(2048, 0, 4096, 1024)")).toEqual(["[2K, 3K)"]);
  expect(await rows("lhist(0, 0, 4096, 1024)")).toEqual(["[0, 1K)"]);
  expect(await rows("lhist(4096, 0, 4096, 1024)")).toEqual(["[4K, ...)"]);
  expect(await rows("lhist(1048576, 0, 4194304, 1048576)")).toEqual(["[1M, 2M)"]);
  expect(await rows("lhist(1000, 1000, 5096, 1024)")).toEqual(["[1000, 2024)"]);
  expect(await rows("lhist(5, 10, 110, 10)")).toEqual(["(..., 10)"]);
  expect(await rows("lhist(3000000000, 0, 4000000000, 1000000000)")).toEqual(["[3000000000, 4000000000)"]);
});

test("row 6.51: rows of linear histograms, under- and overflow only where they are hit or between", async () => {
  expect(await atExit("@ = lhist(5, 0, 10, 1); @ = lhist(6, 0, 10, 1); @ = lhist(10, 0, 10, 1);")).toBe(
    `@:\n${["[5]", "[6]", "[7]", "[8]", "[9]", "[10, ...)"].map((label, i) => bar(label, [1, 1, 0, 0, 0, 1][i]!, [52, 52, 0, 0, 0, 52][i]!)).join("")}\n`,
  );
});

test("row 6.57: a full map drops the update and warns", async () => {
  const { stdout, stderr } = await runScript("let @m = hash(2); begin { @m[1] = 1; @m[2] = 2; @m[3] = 3; @m[1] = 4; }");
  expect(stdout).toBe("\n\n@m[2]: 2\n@m[1]: 4\n");
  expect(stderr).toContain(
    "WARNING: Map full; can't update element. Try increasing max_map_keys config or manually setting the max entries in a map declaration e.g. `let @a = hash(5000)`\n",
  );
});

test("row 6.70: the algorithms of section 12 on values of a recording", async () => {
  const values = [-1n, 2n, 3n, 6n, 10n];
  const recording = await recordingOf(values.map((ret, i) => ({ ns: i + 1, event: "app:work" as const, pid: 1, fields: { ret } })));
  expect(await atExit("tracepoint:app:work { @ = lhist(args.ret, 0, 10, 2); } begin { }", { recording })).toBe(
    `@:\n${bar("(..., 0)", 1, 26)}${bar("[0, 2)", 0, 0)}${bar("[2, 4)", 2, 52)}${bar("[4, 6)", 0, 0)}${bar("[6, 8)", 1, 26)}${bar("[8, 10)", 0, 0)}${bar("[10, ...)", 1, 26)}\n`,
  );
});
