/** --test and --bench. */
import { expect, test } from "vitest";
import { runCommand } from "../support/run-command.ts";

/** Without colours, and with durations taken out. */
const plain = (text: string): string => text.replace(/\x1b\[\d+m/g, "").replace(/\(\d+ (?:ns|μs|ms|s)\)/g, "(T)");

const THREE = `
test:good { $x = 1 + 1; if ($x != 2) { errorf("sum"); } }
test:bad { printf("seen\\n"); errorf("not %s", "good"); return 0; }
test:worse { exit(3); }
test:returns { return 1; }
begin { printf("begin\\n"); }
end { printf("end\\n"); @left = 1; }
tracepoint:sched:sched_switch { @never = 1; }
`;
const SAMPLE = ["--trace", "probes/samples/nightly-report.dat"];

test("row 1.19, row 5.02, row 8.24: tests run in order between begin and end, and nothing else does", async () => {
  const { stdout, stderr, status } = await runCommand([...SAMPLE, "--test", "-e", THREE]);
  expect(plain(stdout)).toBe(`begin
[==========] Running 4 tests.
[ RUN      ] good
[       OK ] good (T)
[ RUN      ] bad
seen
stdin:3:30-54: ERROR: not good
[  FAILED  ] bad (T)
[ RUN      ] worse
[  FAILED  ] worse (T)
[ RUN      ] returns
[  FAILED  ] returns (T)
[==========] 4 tests ran.
[  PASSED  ] 1 test.
[  FAILED  ] 3 tests, listed below:
[  FAILED  ] bad
[  FAILED  ] worse
[  FAILED  ] returns
end


`);
  expect({ stderr, status }).toEqual({ stderr: "", status: 1 });
});

test("row 8.24: colours, units, and status 0 when all pass", async () => {
  const { stdout, status } = await runCommand(["--mode", "test", "-e", "test:a { return 0; } test:b { unroll (3) { @ = count(); } }"]);
  expect(stdout).toContain("\x1b[32m[==========]\x1b[0m Running 2 tests.\n");
  expect(stdout).toMatch(/\x1b\[32m\[ {7}OK \]\x1b\[0m a \(\d+ (ns|μs|ms)\)\n/);
  expect(stdout).toMatch(/\x1b\[32m\[ {2}PASSED {2}\]\x1b\[0m 2 tests\.\n/);
  expect(status).toBe(0);
});

test("row 1.19: a probe with a test's name twice, or without one", async () => {
  expect((await runCommand(["--test", "-e", "test:a {} test:a {}"])).stderr).toContain(
    '"a" was used as the name for more than one TEST probe',
  );
  expect((await runCommand(["--test", "-e", "test: {}"])).stderr).toContain("test probes must have a name");
});

test("row 1.19, row 1.20: without the flag they are ignored", async () => {
  const program = 'begin { printf("b\\n"); } test:a { printf("t\\n"); } bench:c { printf("c\\n"); }';
  expect(await runCommand(["-e", program])).toEqual({ stdout: "b\n\n\n", stderr: "Attached 1 probe\n", status: 0 });
  const only = async (text: string, ...flags: string[]) => runCommand([...flags, "-e", text]);
  expect(await only("test:a {}")).toEqual({
    stdout: "",
    stderr: "ERROR: No probes attached; use --test to run test probes.\n",
    status: 255,
  });
  expect((await only("bench:a {}")).stderr).toBe("ERROR: No probes attached; use --bench to run benchmark probes.\n");
  expect((await only("bench:a {}", "--test")).stderr).toBe("ERROR: No probes attached; use --bench to run benchmark probes.\n");
  expect((await only("interval:s:1 {}", "--test")).stderr).toBe("ERROR: No test probes to run.\n");
});

test("row 1.20, row 8.25: benchmarks repeat until a millisecond, say nothing, and are a table", async () => {
  const long = "a_benchmark_with_a_name_of_more_than_forty_letters";
  const { stdout, stderr, status } = await runCommand([
    "--bench",
    "-e",
    `bench:quick { @ = count(); } bench:${long} { printf("x"); @k[1]++; }`,
  ]);
  const columns = long.length + 1;
  const [head, rule, first, second] = stdout.split("\n");
  expect(head).toBe(`${"Benchmark".padEnd(columns)}Time(ns)       Iterations`);
  expect(rule).toBe("-".repeat(columns + 15 + 10));
  expect(first).toMatch(new RegExp(`^${"quick".padEnd(columns)}\\d+ +\\d+$`));
  expect(second).toMatch(new RegExp(`^${long} \\d+ +\\d+$`));
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  for (const row of [first, second]) {
    const [average, iterations] = row!.slice(columns).split(/ +/).map(Number);
    expect(average! * iterations!).toBeGreaterThan(900_000);
  }
});

test("row 8.25: the header has 41 columns for short names", async () => {
  const { stdout } = await runCommand(["--bench", "-e", "bench:a { @ = 1; }"]);
  expect(stdout.split("\n")[0]).toBe(`${"Benchmark".padEnd(41)}Time(ns)       Iterations`);
});

test("row 1.20: one that returns something is left out, one that fails is told", async () => {
  const { stdout, stderr, status } = await runCommand([
    "--bench",
    "-e",
    'bench:skipped { return 1; } bench:bad { errorf("x"); } bench:ok { @ = 1; }',
  ]);
  expect(stdout).not.toContain("skipped");
  expect(stdout).toMatch(/^ok /m);
  expect({ stderr, status }).toEqual({ stderr: "ERROR: Benchmark 'bad' failed.\n", status: 1 });
});

test("row 9.21: test results as JSON", async () => {
  const { stdout } = await runCommand(["-f", "json", "--test", "-e", 'test:a {} test:b { printf("no \\"%d\\"\\n", 7); return 1; }']);
  expect(stdout.replace(/"duration": \d+/g, '"duration": 1')).toBe(
    `{"type": "test_result", "data": {"a": {"duration": 1, "passed": true, "output": ""}}}
{"type": "test_result", "data": {"b": {"duration": 1, "passed": false, "output": "no \\"7\\"\\n"}}}
`,
  );
});

test("row 9.22: benchmark results as JSON", async () => {
  const { stdout } = await runCommand(["-f", "json", "--bench", "-e", "bench:a { @ = 1; }"]);
  expect(stdout).toMatch(/^\{"type": "benchmark_result", "data": \{"a": \{"average": \d+, "iters": \d+\}\}\}\n$/);
});

test("row 1.47: a filter picks tests, begin and end stay", async () => {
  const { stdout } = await runCommand([
    "--test",
    "--probe-filter",
    "test:b",
    "-e",
    'begin { printf("begin\\n"); } test:a {} test:b {} test:bb {}',
  ]);
  expect(plain(stdout)).toMatch(/^begin\n\[==========\] Running 2 tests\.\n\[ RUN {6}\] b\n/);
});
