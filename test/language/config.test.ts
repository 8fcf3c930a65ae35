import { expect, test } from "vitest";
import { string } from "../../lang/types/type.ts";
import { utcClock } from "../../src/output/strftime.ts";
import { valueText, type PrintContext } from "../../src/output/value-text.ts";
import { compile, runScript, type RunOptions } from "../support/run-script.ts";

const settings = (block: string, environment: Readonly<Record<string, string>> = {}) =>
  compile(`config = { ${block} } begin { }`, { config: environment }).config.settings;
const said = async (text: string, options: RunOptions = {}): Promise<string[]> =>
  (await runScript(text, options)).stderr.split("\n").filter((line) => /ERROR|WARNING|HINT/.test(line));
const printed = async (text: string, options: RunOptions = {}): Promise<string[]> =>
  (await runScript(text, options)).stdout.trimEnd().split("\n");

test("row 7.01: the environment over the block over the default", async () => {
  const text = (block: string) => `${block} begin { print(config.max_map_keys) }`;
  expect(await printed(text(""))).toEqual(["4096"]);
  expect(await printed(text("config = { max_map_keys = 7 }"))).toEqual(["7"]);
  expect(await printed(text("config = { max_map_keys = 7 }"), { config: { BPFTRACE_MAX_MAP_KEYS: "9" } })).toEqual(["9"]);
});

test("row 7.02: keys in any case, with or without the prefix", () => {
  const all = settings("MAX_map_keys = 1; bpftrace_max_strlen = 2; BPFTRACE_LOG_SIZE = 3", {
    BPFTRACE_MAX_PROBES: "4",
    max_cat_bytes: "5",
  });
  expect(["max_map_keys", "max_strlen", "log_size", "max_probes", "max_cat_bytes"].map((key) => all.get(key))).toEqual([1, 2, 3, 4, 5]);
});

test("row 7.03: unknown keys, with the one that was meant", async () => {
  expect(await said("config = { bad_config = 1 } begin { }")).toEqual([
    "stdin:1:12-26: ERROR: bad_config: not a known configuration option",
  ]);
  expect(await said("config = { max_strlne = 1 } begin { }")).toEqual([
    "stdin:1:12-26: ERROR: max_strlne: not a known configuration option",
    "HINT: did you mean max_strlen?",
  ]);
  // Another tool's variables are none of the script's business.
  expect(await said("begin { }", { config: { BPFTRACE_OF_TOMORROW: "1" } })).toEqual([]);
});

test.each(["btf", "kernel_build", "kernel_source", "vmlinux"])("row 7.04: %s comes from the environment", async (key) => {
  expect(await said(`config = { ${key} = "x" } begin { }`)).toEqual([
    `stdin:1:12-${18 + key.length}: ERROR: ${key} can only be set as an environment variable`,
  ]);
  expect(await said("begin { }", { config: { [`BPFTRACE_${key.toUpperCase()}`]: "x" } })).toEqual([]);
});

test.each([
  ["strlen", "max_strlen", 100],
  ["no_cpp_demangle", "cpp_demangle", 1],
  ["cat_bytes_max", "max_cat_bytes", 100],
  ["map_keys_max", "max_map_keys", 100],
])("row 7.05: %s is %s now", async (old, key, value) => {
  const text = `config = { ${old} = ${value} } begin { print(config.${key}) }`;
  expect(await said(text)).toEqual([
    `stdin:1:12-${15 + old.length + String(value).length}: WARNING: ${old} has been renamed, please use ${key}`,
  ]);
  expect(await printed(text)).toEqual([key === "cpp_demangle" ? "true" : String(value)]);
});

test.each(["symbol_source", "max_type_res_iterations", "unstable_addr", "unstable_import", "unstable_macro", "unstable_map_decl"])(
  "row 7.06: %s does nothing any more",
  async (key) => {
    expect(await said(`config = { ${key} = 1 } begin { }`)).toEqual([
      `stdin:1:12-${16 + key.length}: WARNING: ${key} is deprecated and has no effect`,
    ]);
  },
);

test("row 7.07: numbers with suffixes, eight words for true and false, words in any case", async () => {
  const value = (text: string, key: string) => settings(`${key} = ${text}`).get(key);
  expect(["1_000", "0x10", "5u", "1ms", '"12"'].map((text) => value(text, "max_cat_bytes"))).toEqual([1000, 16, 5, 1_000_000, 12]);
  for (const word of ["true", "on", "yes", "1", "TRUE", '"On"']) expect(value(word, "cpp_demangle"), word).toBe(true);
  for (const word of ["false", "off", "no", "0", "OFF"]) expect(value(word, "cpp_demangle"), word).toBe(false);
  expect(["warn", "WARN", '"Ignore"'].map((text) => value(text, "missing_probes"))).toEqual(["warn", "warn", "ignore"]);
  expect(await said("config = { max_strlen = foo } begin { }")).toEqual([
    "stdin:1:12-28: ERROR: Invalid value for max_strlen: expected a number, found 'foo'",
  ]);
  expect(await said("begin { }", { config: { BPFTRACE_CPP_DEMANGLE: "maybe" } })).toEqual([
    "ERROR: Invalid value for cpp_demangle: expected true or false, found 'maybe'",
  ]);
});

type Value = string | number | boolean;
const KEYS: readonly (readonly [row: string, key: string, standard: Value | undefined, texts: Readonly<Record<string, Value>>])[] = [
  ["7.08", "cache_user_symbols", undefined, { PER_PID: "PER_PID", per_program: "PER_PROGRAM", None: "NONE" }],
  ["7.09", "cpp_demangle", true, { false: false }],
  ["7.10", "lazy_symbolication", true, { false: false }],
  ["7.11", "license", "GPL", { '"GPL v2"': "GPL v2", '"dual mit/gpl"': "Dual MIT/GPL" }],
  ["7.12", "log_size", 1_000_000, { "5": 5 }],
  ["7.13", "max_bpf_progs", 1024, { "5": 5 }],
  ["7.14", "max_cat_bytes", 10_240, { "5": 5 }],
  ["7.15", "max_map_keys", 4096, { "5": 5 }],
  ["7.16", "max_probes", 1024, { "5": 5 }],
  ["7.17", "max_strlen", 1024, { "5": 5 }],
  ["7.18", "missing_probes", "error", { warn: "warn", ignore: "ignore", error: "error" }],
  ["7.19", "on_stack_limit", 32, { "64": 64 }],
  ["7.20", "perf_rb_pages", 0, { "64": 64 }],
  ["7.21", "print_maps_on_exit", true, { "0": false }],
  ["7.22", "show_debug_info", true, { "0": false }],
  ["7.23", "use_blazesym", true, { "0": false }],
  ["7.24", "stack_mode", "bpftrace", { perf: "perf", raw: "raw", build_id: "build_id" }],
  ["7.25", "str_trunc_trailer", "..", { '"+"': "+" }],
  ["7.26", "unstable_tseries", "warn", { enable: "enable", error: "error" }],
  ["7.27", "unstable_dw_ustack", "warn", { enable: "enable" }],
  ["7.28", "unstable_import_statement", "error", { enable: "enable" }],
  ["7.29", "unstable_typeinfo", "error", { enable: "enable" }],
];

test.each(KEYS)("row %s: %s and its default", (_, key, standard, texts) => {
  expect(settings("").get(key)).toBe(standard);
  for (const [text, value] of Object.entries(texts)) expect(settings(`${key} = ${text}`).get(key), text).toBe(value);
});

test("row 7.11: licenses that GPL functions may be called under", async () => {
  expect(await said('config = { license = "MIT" } begin { }')).toEqual([
    "stdin:1:12-27: ERROR: Invalid value for license. Found: MIT. Valid values: GPL, GPL v2, GPL and additional rights, Dual BSD/GPL, Dual MIT/GPL, Dual MPL/GPL",
  ]);
  const { script } = compile('config = { license = "Dual BSD/GPL" } begin { }');
  expect(script!.programs.map(({ license }) => license)).toEqual(["Dual BSD/GPL"]);
});

test("row 7.13: max_bpf_progs bounds the programs", async () => {
  expect((await said("config = { max_bpf_progs = 1 } begin { } end { }"))[0]).toContain("exceeds the current limit of 1.");
});

test("row 7.16: max_probes bounds the attach points", async () => {
  expect((await said("config = { max_probes = 1 } begin, end { }"))[0]).toContain("exceeds the current limit of 1 probes.");
});

test("row 7.17: max_strlen bounds strings", async () => {
  expect((await said('config = { max_strlen = 5 } begin { print("abcde") }'))[0]).toContain("String is too long (over 5 bytes): abcde");
  expect(await printed('config = { max_strlen = 5 } begin { $p = (int8 *)0; print(sizeof(str($p))); print("abcd") }')).toEqual([
    "5",
    "abcd",
  ]);
});

test("row 7.19: on_stack_limit moves values, and changes nothing that one sees", async () => {
  const text = (limit: number) => `config = { on_stack_limit = ${limit} } begin { $a = (comm, 1, (2, comm)); @[$a] = $a; }`;
  expect(await printed(text(0))).toEqual(await printed(text(512)));
});

test("row 7.20: perf_rb_pages loses nothing that one sees", async () => {
  const text = "begin { for ($i : 0..2000) { print($i) } }";
  expect(await printed(`config = { perf_rb_pages = 1 } ${text}`)).toEqual(await printed(text));
});

test("row 7.21: print_maps_on_exit", async () => {
  expect((await runScript("config = { print_maps_on_exit = false } begin { @ = 1 }")).stdout).toBe("\n\n");
});

test("row 7.25: str_trunc_trailer marks a string that fills its buffer", () => {
  const { config } = compile('config = { str_trunc_trailer = "[cut]" } begin { }');
  const context: PrintContext = {
    truncTrailer: config.strTruncTrailer,
    clock: utcClock(0n),
    unitLabels: "value",
    symbol: () => null,
  };
  const show = (text: string) => valueText(string(3), new DataView(new TextEncoder().encode(text).buffer), 0, context);
  expect([show("abc"), show("ab\0")]).toEqual(["abc[cut]", "ab"]);
});

test("row 7.30: unstable features warn once, without a place", async () => {
  const text = "begin { @a = tseries(1, 1s, 5); @b = tseries(2, 1s, 5); }";
  expect(await said(text)).toEqual([
    "WARNING: Script is using an unstable feature: tseries. To prevent this warning you must explicitly enable it in the config e.g. unstable_tseries=enable",
  ]);
  expect(await said(`config = { unstable_tseries = enable } ${text}`)).toEqual([]);
});

test("row 7.31: or are an error", async () => {
  expect(await said("config = { unstable_tseries = error } begin { @a = tseries(1, 1s, 5); }")).toEqual([
    "stdin:1:52-69: ERROR: tseries feature is not enabled by default. To enable this unstable feature, set the config flag to enable. unstable_tseries=enable",
  ]);
  expect((await said("begin { print(typeinfo(pid)) }"))[0]).toContain("typeinfo feature is not enabled by default.");
});

test("row 4.30: the configuration as a record", async () => {
  expect(await printed("begin { print((config.max_strlen, config.print_maps_on_exit, config.missing_probes, config.license)) }")).toEqual([
    "(1024, true, error, GPL)",
  ]);
  expect((await printed("begin { print(config) }"))[0]).toContain(".max_map_keys = 4096, ");
  expect(await printed("config = { max_map_keys = 3 } begin { unroll(config.max_map_keys) { print(1) } }")).toEqual(["1", "1", "1"]);
  expect((await said("begin { print(config.max_strlne) }"))[1]).toBe("HINT: did you mean max_strlen?");
});
