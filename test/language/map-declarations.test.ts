import { expect, test } from "vitest";
import { runScript } from "../support/run-script.ts";

const KINDS = "HINT: Valid map types: hash, lruhash, percpuhash, percpulruhash";

const problems = async (text: string): Promise<string[]> =>
  (await runScript(text)).stderr.split("\n").filter((line) => /ERROR|WARNING|HINT/.test(line));

test("row 2.11: declared kinds hold what they are for", async () => {
  const text = `let @a = hash(3); let @b = lruhash(3); let @c = percpuhash(3); let @d = percpulruhash(3);
    begin { for ($i : 0..3) { @a[$i] = $i; @b[$i] = $i; @c[$i] = count(); @d[$i] = sum($i); } }`;
  expect((await runScript(text)).stdout).toBe(
    "\n\n@a[0]: 0\n@a[1]: 1\n@a[2]: 2\n@b[0]: 0\n@b[1]: 1\n@b[2]: 2\n@c[0]: 1\n@c[1]: 1\n@c[2]: 1\n@d[0]: 0\n@d[1]: 1\n@d[2]: 2\n",
  );
});

test.each([
  ["an unknown type", "let @a = potato(5); begin { @a[1] = 1 }", ["stdin:1:10-16: ERROR: Invalid bpf map type: potato", KINDS]],
  ["never used", "let @a = hash(5); begin { }", ["stdin:1:1-18: WARNING: Unused map: @a"]],
  [
    "an aggregate in a plain map",
    "let @a = hash(5); begin { @a[1] = count() }",
    ["stdin:1:1-18: ERROR: Incompatible map types. Type from declaration: hash. Type from value/key type: percpuhash"],
  ],
  [
    "a number in a map of each CPU",
    "let @a = percpulruhash(5); begin { @a[1] = 1 }",
    ["stdin:1:1-27: ERROR: Incompatible map types. Type from declaration: percpulruhash. Type from value/key type: hash"],
  ],
  ["no size", "let @a = hash(); begin { @a[1] = 1 }", ["stdin:1:1-17: ERROR: the size of a map must be an integer literal"]],
  [
    "size zero",
    "let @a = hash(0); begin { @a[1] = 1 }",
    ["stdin:1:15-16: ERROR: the size of a map must be between 1 and 16777216, found 0"],
  ],
  [
    "declared twice",
    "let @a = hash(1); let @a = hash(2); begin { @a[1] = 1 }",
    ["stdin:1:19-36: ERROR: Map @a was already declared.", "stdin:1:1-18: ERROR: This is the initial declaration."],
  ],
])("row 2.11: %s", async (_, text, expected) => {
  expect(await problems(text)).toEqual(expected);
});

test("row 2.11: the size may be a parameter", async () => {
  const { stdout } = await runScript("let @a = hash($1); begin { for ($i : 0..9) { @a[$i] = 1 } print(len(@a)); clear(@a) }", {
    params: ["4"],
  });
  expect(stdout).toBe("4\n\n\n");
});

const FULL =
  "Map full; can't update element. Try increasing max_map_keys config or manually setting the max entries in a map declaration e.g. `let @a = hash(5000)`";

test("row 6.57: a full map refuses with a warning, an LRU one forgets", async () => {
  const { stdout, stderr } = await runScript("let @a = hash(2); begin { for ($i : 0..4) { @a[$i] = $i } }");
  expect(stdout).toBe("\n\n@a[0]: 0\n@a[1]: 1\n");
  expect(stderr).toContain(`WARNING: ${FULL}\nAdditional Info - helper: map_update_elem, retcode: -7\n`);
  const lru = await runScript("let @a = lruhash(2); begin { for ($i : 0..4) { @a[$i] = $i } }");
  expect(lru.stdout).toBe("\n\n@a[2]: 2\n@a[3]: 3\n");
  expect(lru.stderr).not.toContain("Map full");
});

test("row 10.15: aggregates and increments of a full map warn too", async () => {
  const { stdout, stderr } = await runScript(
    "let @a = percpuhash(1); let @b = hash(1); begin { for ($i : 0..2) { @a[$i] = count(); @b[$i]++ } }",
  );
  expect(stdout).toBe("\n\n@a[0]: 1\n@b[0]: 1\n");
  expect(stderr.split(FULL)).toHaveLength(3);
});

test("row 6.58: max_map_keys bounds keyed maps and the buckets of histograms", async () => {
  const keyed = await runScript("config = { max_map_keys = 2 } begin { for ($i : 0..4) { @[$i] = 1 } print(len(@)); clear(@) }");
  expect(keyed.stdout).toBe("2\n\n\n");
  const scalar = await runScript("config = { max_map_keys = 2 } begin { for ($i : 0..4) { @ = lhist($i, 0, 10, 1) } }");
  expect(scalar.stdout).toBe(
    "\n\n@:\n[0]                    1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n" +
      "[1]                    1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n\n",
  );
  expect(scalar.stderr).toContain(FULL);
});
