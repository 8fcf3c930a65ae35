import { expect, test } from "vitest";
import { parseCommandLine } from "../../src/cli/options.ts";

const options = (...argv: string[]) => {
  const parsed = parseCommandLine(argv);
  if (!parsed.ok) expect.fail(parsed.message);
  return parsed.options;
};
const message = (...argv: string[]): string => {
  const parsed = parseCommandLine(argv);
  return parsed.ok ? "accepted" : parsed.message;
};

test("row 8.01: no words at all is a usage error", () => {
  expect(parseCommandLine([])).toEqual({ ok: false, message: "", usage: true });
});

test("row 8.04: the last -e wins; other words are parameters", () => {
  const { program, params, file } = options("-e", "BEGIN {}", "-e", "END {}", "a", "b");
  expect({ program, params, file }).toEqual({ program: "END {}", params: ["a", "b"], file: null });
});

test("row 8.06: parameters after the script and after `--`, named ones with dashes", () => {
  const parsed = options("x.bt", "one", "--trace", "t.dat", "--", "two", "--aa=5", "--flag");
  expect(parsed.params).toEqual(["one", "two"]);
  expect([...parsed.namedParams]).toEqual([
    ["aa", "5"],
    ["flag", null],
  ]);
  expect(parsed.traces).toEqual(["t.dat"]);
});

test("a flag's value is the next word, whatever it begins with", () => {
  expect(options("-e", "-1;").program).toBe("-1;");
  expect(options("--tz", "-05:00", "x.bt").timeZone).toBe("-05:00");
  expect(options("-e-1;").program).toBe("-1;");
});

test("subcommand names never shadow files", () => {
  expect(options("info", "t.dat").command).toBe("info");
  expect(options("./info").command).toBe("run");
  expect(options("info.bt").command).toBe("run");
});

test.each([
  ["8.05", ["--trace", "t.dat"], "ERROR: USAGE: filename or -e 'program' required."],
  ["8.09", ["--nonsense", "a.bt"], "Unknown option '--nonsense'"],
  ["8.19", ["-d", "x", "a.bt"], "USAGE: invalid option for -d: x"],
  ["8.22", ["--mode", "x", "a.bt"], "ERROR: USAGE: --mode can only be 'codegen', 'compiler-bench', 'bench', 'test' or 'format'."],
  ["8.23", ["--mode", "bench", "--test", "a.bt"], "ERROR: USAGE: --test conflicts with existing --mode"],
  ["8.23", ["--test", "--bench", "a.bt"], "ERROR: USAGE: --bench conflicts with existing --mode"],
  ["8.21", ["--test", "--fmt", "a.bt"], "ERROR: USAGE: --fmt conflicts with existing --mode"],
  [
    "8.27",
    ["-f", "xml", "a.bt"],
    "ERROR: Invalid output format \"xml\"\nValid formats: 'text', 'json', 'folded', 'speedscope', 'pprof', 'svg'",
  ],
  ["8.28", ["-B", "some", "a.bt"], "ERROR: USAGE: -B must be either 'line', 'full', or 'none'."],
  ["8.30", ["-kk", "a.bt"], "ERROR: USAGE: -kk has been deprecated"],
  ["8.30", ["-k", "--no-warnings", "a.bt"], "ERROR: USAGE: -k, --warnings conflicts with --no-warnings"],
  ["8.32", ["-p", "a1", "a.bt"], "ERROR: Failed to parse pid: invalid integer: a1"],
  ["8.32", ["-p", "1a", "a.bt"], "ERROR: Failed to parse pid: invalid trailing bytes: 1a"],
  ["8.32", ["-p", "4194305", "a.bt"], "ERROR: Pid out of range: 4194305"],
  ["8.33", ["-c", "ls", "-p", "1", "a.bt"], "ERROR: USAGE: Cannot use both -c and -p."],
  ["8.36", ["--no-feature", "kprobe_multi,x", "a.bt"], "ERROR: USAGE: --no-feature can only have values"],
  ["8.36", ["--dwarf-pid", "x", "a.bt"], "ERROR: Failed to parse pid: invalid integer: x"],
  ["8.37", ["--probe-filter", "(", "a.bt"], "ERROR: Invalid --probe-filter regex '('"],
  ["8.39", ["--emit-llvm", "x", "a.bt"], "ERROR: --emit-llvm: no LLVM takes part here"],
  ["8.40", ["--aot", "x", "a.bt"], "ERROR: --aot: scripts are compiled at each start"],
])("row %s: %j is refused", (_row, argv, want) => {
  expect(message(...argv)).toContain(want);
});

test.each([
  ["8.23", ["--test", "a.bt"], { mode: "test" }],
  ["8.23", ["--mode", "bench", "a.bt"], { mode: "bench" }],
  ["8.22", ["--mode", "format", "a.bt"], { mode: "format" }],
  ["8.22", ["--mode", "codegen", "a.bt"], { mode: "codegen" }],
  ["8.16", ["-lv", "tracepoint:*"], { command: "list", verbose: true, file: "tracepoint:*" }],
  ["8.19", ["-d", "ast,ir", "-d", "verifier", "a.bt"], { debug: ["ast", "ir", "verifier"] }],
  ["8.26", ["-o", "out", "a.bt"], { output: "out" }],
  ["8.26", ["--output=out", "a.bt"], { output: "out" }],
  ["8.32", ["--pid", "0x10", "a.bt"], { pid: 16 }],
  ["8.32", ["-p", "4194304", "a.bt"], { pid: 4_194_304 }],
  ["8.34", ["--unsafe", "a.bt"], { unsafe: true }],
  ["8.35", ["-I", "a", "-Ib", "--include", "c.h", "x.bt"], { includeDirs: ["a", "b"], includes: ["c.h"] }],
  ["8.41", ["--verify-llvm-ir", "a.bt"], { command: "run", file: "a.bt" }],
])("row %s: %j", (_row, argv, want) => {
  expect(options(...argv)).toMatchObject(want);
});

test("row 8.36: flags about the live machine are accepted without effect", () => {
  const flags = ["--usdt-file-activation", "--no-feature", "kprobe_multi,uprobe_multi", "--debuginfo", "/x", "--dwarf-pid", "12"];
  expect(options(...flags, "--traceable-functions", "/y", "-b", "a.bt")).toEqual(options("a.bt"));
});

test("row 8.09: two patterns for -l are a usage error", () => {
  expect(parseCommandLine(["-l", "a", "b"])).toEqual({ ok: false, message: "", usage: true });
});
