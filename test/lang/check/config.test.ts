import { expect, test } from "vitest";
import { checkText, hir, problems } from "./support.ts";

const config = (block: string, environment: Record<string, string> = {}) =>
  checkText(`config = { ${block} } begin { }`, { config: environment }).config;

test("rows 7.15 to 7.25 defaults", () => {
  expect(checkText("begin { }").config).toMatchObject({
    maxMapKeys: 4096,
    maxStrlen: 1024,
    maxProbes: 1024,
    maxBpfProgs: 1024,
    missingProbes: "error",
    printMapsOnExit: true,
    strTruncTrailer: "..",
    maxCatBytes: 10_240,
    stackMode: "bpftrace",
    unstableTseries: "warn",
  });
});

test("row 7.02 any case, optional prefix; row 7.07 value forms", () => {
  expect(
    config('MAX_MAP_KEYS = 7; BPFTRACE_max_strlen = 64; print_maps_on_exit = 0; missing_probes = WARN; str_trunc_trailer = "++"'),
  ).toMatchObject({
    maxMapKeys: 7,
    maxStrlen: 64,
    printMapsOnExit: false,
    missingProbes: "warn",
    strTruncTrailer: "++",
  });
  expect(config("print_maps_on_exit = off").printMapsOnExit).toBe(false);
});

test("row 7.01 the environment wins", () => {
  expect(config("max_map_keys = 7", { BPFTRACE_MAX_MAP_KEYS: "9" }).maxMapKeys).toBe(9);
});

test.each([
  ["row 7.03", "bad_config = 1", "error: bad_config: not a known configuration option @ bad_config = 1"],
  ["row 7.04", "btf = 1", "error: btf can only be set as an environment variable @ btf = 1"],
  ["row 7.05", "map_keys_max = 5", "warning: map_keys_max has been renamed, please use max_map_keys @ map_keys_max = 5"],
  ["row 7.06", "symbol_source = 1", "warning: symbol_source is deprecated and has no effect @ symbol_source = 1"],
  ["row 7.07 numbers", "max_strlen = foo", "error: Invalid value for max_strlen: expected a number, found 'foo' @ max_strlen = foo"],
  [
    "row 7.07 words",
    "missing_probes = never",
    "error: Invalid value for missing_probes: expected error, warn, ignore, found 'never' @ missing_probes = never",
  ],
  ["a bound of ours", "max_strlen = 0", "error: max_strlen must be between 1 and 65536, found 0 @ max_strlen = 0"],
])("%s: %s", (_, block, expected) => {
  expect(problems(`config = { ${block} } begin { }`)).toEqual([expected]);
});

test("row 7.05 the new key gets the value", () => {
  expect(config("map_keys_max = 5").maxMapKeys).toBe(5);
});

test("a wrong value in the environment has no place in the script", () => {
  expect(problems("begin { }", { config: { BPFTRACE_MAX_PROBES: "x" } })).toEqual([
    "error: Invalid value for max_probes: expected a number, found 'x'",
  ]);
});

test("row 6.58 keyed maps get max_map_keys entries, scalar ones 1", () => {
  expect(hir("config = { max_map_keys = 7 } begin { @a[1] = 1; @b = 1 }").split("\n").slice(0, 2)).toEqual([
    "@a[int8]: int8, 7 entries",
    "@b: int8, 1 entries",
  ]);
});
