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

test("subcommand names never shadow files", () => {
  expect(options("info", "t.dat").command).toBe("info");
  expect(options("./info").command).toBe("run");
  expect(options("info.bt").command).toBe("run");
});

test.each([
  ["8.05", ["--trace", "t.dat"], "ERROR: USAGE: filename or -e 'program' required."],
  ["8.19", ["-d", "x", "a.bt"], "USAGE: invalid option for -d: x"],
  ["8.27", ["-f", "xml", "a.bt"], "ERROR: Invalid output format \"xml\"\nValid formats: 'text', 'json'"],
  ["8.28", ["-B", "some", "a.bt"], "ERROR: USAGE: -B must be either"],
  ["8.30", ["-kk", "a.bt"], "ERROR: USAGE: -kk has been deprecated"],
  ["8.09", ["--nonsense", "a.bt"], "Unknown option '--nonsense'"],
])("row %s: %j is refused", (_row, argv, want) => {
  expect(message(...argv)).toContain(want);
});

test("row 8.16: -lv lists with fields", () => {
  const { command, verbose, file } = options("-lv", "tracepoint:*");
  expect({ command, verbose, file }).toEqual({ command: "list", verbose: true, file: "tracepoint:*" });
});
