/** The command as a whole, without its process. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { command } from "../../src/cli/command.ts";
import { runCommand } from "../support/run-command.ts";

const dir = mkdtempSync(join(tmpdir(), "hindsight-cli-"));
const file = (name: string, text?: string): string => {
  const path = join(dir, name);
  if (text !== undefined) writeFileSync(path, text);
  return path;
};
const HELLO = 'BEGIN { printf("hello\\n"); }';
const SAMPLE = ["--trace", "probes/samples/nightly-report.dat"];

test("row 8.01: without arguments the usage goes to stderr, status 1", async () => {
  const { stdout, stderr, status } = await runCommand([]);
  expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
  expect(stderr).toMatch(/^USAGE:\n {4}hindsight \[options\] FILE/);
});

test("the usage names all that --events-from is for: test/probes/perf-data/damage.test.ts opens such a file", async () => {
  const { stdout } = await runCommand(["--help"]);
  expect(stdout).toMatch(/--events-from FILE .* for text and for a perf\.data that was cut: /);
});

test("row 8.02: a program from a file, or why it cannot be read", async () => {
  expect(await runCommand(["-q", file("hello.bt", HELLO)])).toEqual({ stdout: "hello\n\n\n", stderr: "", status: 0 });
  const missing = file("missing.bt");
  expect(await runCommand([missing])).toEqual({
    stdout: "",
    stderr: `ERROR: failed to open file '${missing}': No such file or directory\n`,
    status: 1,
  });
});

test("row 8.05: nothing to run", async () => {
  expect(await runCommand(["-q"])).toEqual({ stdout: "", stderr: "ERROR: USAGE: filename or -e 'program' required.\n", status: 1 });
});

test("row 8.06: positional and named parameters together", async () => {
  const program = 'BEGIN { printf("%s %d %s %d\\n", str($1), $2, str($3), getopt("n", 1)); }';
  expect((await runCommand(["-q", "-e", program, "a", "7", "--", "--n=5", "b"])).stdout).toBe("a 7 b 5\n\n\n");
});

test("row 8.07: --help behind -- is a parameter that the script does not know", async () => {
  const { stderr, status } = await runCommand(["-e", 'BEGIN { print(getopt("n", 1, "a number")); }', "--", "--help"]);
  expect(stderr).toContain("unexpected program command line options: --help");
  expect(stderr).toContain("HINT: expected program options:");
  expect(status).toBe(1);
});

test("row 8.08: help on stdout, status 0", async () => {
  const { stdout, stderr, status } = await runCommand(["-h"]);
  expect(stdout).toMatch(/^USAGE:\n/);
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  expect((await runCommand(["--help"])).stdout).toBe(stdout);
});

test("row 8.09: a flag that there is not", async () => {
  const { stderr, status } = await runCommand(["--nonsense", "x.bt"]);
  expect(stderr).toMatch(/^Unknown option '--nonsense'\nUSAGE:\n/);
  expect(status).toBe(1);
});

test("row 8.10: version", async () => {
  expect(await runCommand(["-V"])).toEqual({
    stdout: expect.stringMatching(/^hindsight v\d+\.\d+\.\d+\n$/) as string,
    stderr: "",
    status: 0,
  });
});

test("row 8.11: what this hindsight is", async () => {
  const { stdout, status } = await runCommand(["--info"]);
  expect(stdout).toMatch(/^System\n {2}OS: .*\n[\s\S]*\nProbe types\n[\s\S]*tracepoint: yes\n[\s\S]*Helpers\n/);
  expect(status).toBe(0);
});

test("row 8.18: -v tells what was made of the script", async () => {
  const { stderr } = await runCommand(["-v", "-e", "BEGIN { @ = 1; } END { clear(@); }"]);
  expect(stderr).toMatch(
    /^AST node count: \d+\nProgram ID: 0 \(begin, \d+ insns\)\nProgram ID: 1 \(end, \d+ insns\)\nAttaching begin: program 0\nAttaching end: program 1\nAttached 2 probes\n$/,
  );
});

test("row 8.19: stages by name, repeated, all; the script runs all the same", async () => {
  const one = await runCommand(["-q", "-d", "ast", file("hello.bt", HELLO)]);
  expect(one.stdout).toBe('\nAST after: parser\n-----------------\n(probe [BEGIN] {\n  (call printf "hello\\x0a")\n})\nhello\n\n\n');
  const titles = async (...flags: string[]): Promise<string[]> =>
    [...(await runCommand(["-q", ...flags, "-e", HELLO])).stdout.matchAll(/^\n?(.*)\n-{3,}$/gm)].map((match) => match[1]!);
  expect(await titles("-d", "types,ir", "-d", "verifier")).toEqual(["Typed program after: check", "IR after: lower", "Verifier"]);
  expect(await titles("-d", "codegen-opt")).toEqual(["eBPF after: codegen"]);
  expect(await titles("-d", "all")).toHaveLength(7);
});

test("row 8.20: a dry run checks, compiles, verifies and loads, and runs nothing", async () => {
  expect(await runCommand(["--dry-run", "-e", "BEGIN { @ = 1; print(@); }"])).toEqual({ stdout: "", stderr: "", status: 0 });
  expect((await runCommand(["--dry-run", "-e", "BEGIN { $x; }"])).status).toBe(1);
});

test("row 8.21: --fmt prints the script, or writes it to the file of -o", async () => {
  const path = file("long.bt", "BEGIN{exit()}//x\n");
  const formatted = "BEGIN {\n  exit();\n} //x\n";
  expect(await runCommand(["--fmt", path])).toEqual({ stdout: formatted, stderr: "", status: 0 });
  expect((await runCommand(["--mode", "format", "-e", "BEGIN{é}".replace("é", '@="é"')])).stdout).toBe('BEGIN {\n  @ = "é";\n}\n');
  expect(await runCommand(["--fmt", "-o", path, path])).toEqual({ stdout: "", stderr: "", status: 0 });
  expect(readFileSync(path, "utf8")).toBe(formatted);
  expect(readdirSync(dir).filter((name) => name.startsWith("long.bt"))).toEqual(["long.bt"]);
});

test("row 8.21: what cannot be read is not formatted", async () => {
  const path = file("bad.bt", "BEGIN { 1 + }");
  const { stdout, stderr, status } = await runCommand(["--fmt", "-o", path, path]);
  expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
  expect(stderr).toContain("bad.bt:1:13-14: ERROR: syntax: expected expression");
  expect(readFileSync(path, "utf8")).toBe("BEGIN { 1 + }");
  expect((await runCommand(["--fmt", "-o", "/no/such/dir/x.bt", "-e", HELLO])).stderr).toBe(
    "ERROR: failed to open file '/no/such/dir/x.bt': No such file or directory\n",
  );
});

test("row 8.22: --mode codegen stops behind the compiler, compiler-bench measures it", async () => {
  expect(await runCommand(["--mode", "codegen", "-e", HELLO])).toEqual({ stdout: "", stderr: "", status: 0 });
  const { stdout } = await runCommand(["--mode", "compiler-bench", "-e", HELLO]);
  expect(stdout).toMatch(
    /^Benchmark +Time\(ns\) +Iterations\n-+\nparse +\d+ +\d+\nparse and check +\d+ +\d+\nlower .*\ncodegen .*\nverify .*\njit .*\n$/m,
  );
});

test("row 8.26: -o takes the program's output, nothing else", async () => {
  const path = file("out.txt");
  const program = 'BEGIN { $a = -1000; printf("%d\\n", $a / 2 == 0); }';
  const { stdout, stderr, status } = await runCommand(["-o", path, "-e", program]);
  expect(readFileSync(path, "utf8")).toBe("0\n\n\n");
  expect(stdout).toContain("WARNING: signed operands for '/'");
  expect({ stderr, status }).toEqual({ stderr: "Attached 1 probe\n", status: 0 });
  expect(await runCommand(["-o", "/no/such/dir/x", "-e", HELLO])).toEqual({
    stdout: "",
    stderr: 'ERROR: Failed to open output file: "/no/such/dir/x": No such file or directory\n',
    status: 1,
  });
});

test("row 8.27: text and json", async () => {
  expect((await runCommand(["-f", "text", "-e", "BEGIN { print(7); }"])).stdout).toBe("7\n\n\n");
  expect((await runCommand(["-f", "json", "-e", "BEGIN { print(7); }"])).stdout).toBe(
    '{"type": "attached_probes", "count": 1, "data": {"probes": 1}}\n{"type": "value", "data": 7}\n',
  );
});

test("row 8.29: -q drops «Attached» and «No probes to attach»", async () => {
  const nothing = ["--probe-filter", "x", "-e", "interval:s:1 {}"];
  expect(await runCommand(nothing)).toEqual({ stdout: "No probes to attach\n", stderr: "", status: 1 });
  expect(await runCommand(["-q", ...nothing])).toEqual({ stdout: "", stderr: "", status: 1 });
  expect((await runCommand(["-q", "-e", HELLO])).stderr).toBe("");
  expect((await runCommand(["-q", "-f", "json", "-e", HELLO])).stdout).toBe('{"type": "printf", "data": "hello\\n"}\n');
});

test("row 8.30: -k warns of map lookups that find nothing and of reads that fail", async () => {
  const program = "BEGIN { @x[1] = 1; print(@x[2]); print(str((int8 *)4)); clear(@x); }";
  expect((await runCommand(["-q", "-e", program])).stderr).toBe("");
  const { stdout, stderr } = await runCommand(["-q", "-k", "-e", program]);
  expect(stderr).toContain(
    "stdin:1:26-31: WARNING: Can't lookup map element because it does not exist.\nAdditional Info - helper: map_lookup_elem",
  );
  expect(stderr).toMatch(/^stdin:1:44-53: WARNING: Bad address\nAdditional Info - helper: probe_read_kernel_str, retcode: -14$/m);
  expect(stdout).toBe("0\n\n\n\n");
});

test("row 8.31: --no-warnings", async () => {
  const program = 'BEGIN { $a = -1000; $z = 0; warnf("w"); @ = ($a / 2) + (uint64)1 / (uint64)$z; clear(@); }';
  expect((await runCommand(["-e", program])).stdout).toContain("WARNING");
  expect(await runCommand(["--no-warnings", "-e", program])).toEqual({ stdout: "\n\n", stderr: "Attached 1 probe\n", status: 0 });
});

test("row 8.33: -c says how to record the command for the script", async () => {
  const program = "tracepoint:sched:sched_switch, t:syscalls:sys_enter_* { @[comm] = count(); }";
  expect(await runCommand(["-c", "ls -l", "-e", program, "7"])).toEqual({
    stdout: "",
    stderr: `ERROR: -c runs no command: hindsight replays recordings. Record 'ls -l' first, then replay it
HINT: as root, hindsight record -c 'ls -l' -e '${program}' 7
HINT: hindsight plan -c 'ls -l' -e '${program}' 7 prints the commands that record it
`,
    status: 1,
  });
});

test("row 8.34: --unsafe allows what acts on this machine", async () => {
  const program = 'BEGIN { system("echo acted"); }';
  expect((await runCommand(["-e", program])).status).toBe(1);
  expect((await runCommand(["-q", "--unsafe", "-e", program])).stdout).toContain("acted\n");
});

test("row 8.35: headers from -I and --include", async () => {
  file("my.h", "#define ANSWER 42\nstruct pair { int a; int b; };\n");
  const program = "BEGIN { print(ANSWER); print(sizeof(struct pair)); }";
  expect((await runCommand(["-q", "-I", dir, "-e", `#include <my.h>\n${program}`])).stdout).toBe("42\n8\n\n\n");
  expect((await runCommand(["-q", "--include", join(dir, "my.h"), "-e", program])).stdout).toBe("42\n8\n\n\n");
  expect((await runCommand(["-q", "-I", dir, "--include", "my.h", "-e", program])).stdout).toBe("42\n8\n\n\n");
  expect((await runCommand(["--include", "none.h", "-e", program])).stderr).toContain("'none.h' file not found");
});

test("row 8.38: --emit-elf writes the object and goes on", async () => {
  const path = file("out.o");
  expect(await runCommand(["-q", "--emit-elf", path, "-e", HELLO])).toEqual({ stdout: "hello\n\n\n", stderr: "", status: 0 });
  expect(readFileSync(path).subarray(0, 4)).toEqual(Buffer.from("\x7fELF", "latin1"));
  const failed = await runCommand(["--emit-elf", "/no/such/dir/x.o", "-e", HELLO]);
  expect(failed).toEqual({ stdout: "", stderr: "ERROR: failed to open file '/no/such/dir/x.o': No such file or directory\n", status: 1 });
});

test("a program with more maps than Linux takes runs here; the object is written with a warning", async () => {
  const body = (count: number): string => `BEGIN { ${Array.from({ length: count }, (_, n) => `@m${n} = ${n};`).join(" ")} clear(@m0); }`;
  const args = (count: number): string[] => ["-q", "--emit-elf", file("maps.o"), "-e", body(count)];
  const { stdout, stderr, status } = await runCommand(args(64));
  expect([status, stdout]).toEqual([0, expect.stringContaining("@m63: 63\n")]);
  // The output ring is one more.
  expect(stderr).toMatch(/^stdin:1:1-6: WARNING: the program uses 65 maps: Linux loads it with at most 64\nBEGIN/);
  expect((await runCommand(args(63))).stderr).toBe("");
});

test.each([
  [0, "BEGIN {}"],
  [3, "BEGIN { exit(3); }"],
  [1, "BEGIN { 1 + }"],
  [1, "BEGIN { @x[1] = 1; @x = 2; }"],
  [255, "test:a {}"],
])("row 8.42: status %i of %s", async (status, program) => {
  expect((await runCommand(["-q", "-e", program])).status).toBe(status);
});

test("row 8.42: a defect of ours is status 2", async () => {
  let stderr = "";
  const status = await command(["-V"], () => ({
    out: { write() {}, flush() {}, close() {} },
    error(text) {
      stderr += text;
    },
    print() {
      throw new TypeError("a defect");
    },
  }));
  expect(stderr).toMatch(/^ERROR: internal error, please report it: TypeError: a defect\n/);
  expect(status).toBe(2);
});

test("row 1.47, row 8.37: --probe-filter keeps what matches somewhere, and begin and end", async () => {
  const program =
    'begin { printf("b\\n"); } tracepoint:sched:sched_wakeup, tracepoint:sched:sched_switch { @[probe] = count(); } end { printf("e\\n"); }';
  const { stdout, stderr } = await runCommand([...SAMPLE, "--probe-filter", "wake.*p$", "-e", program]);
  expect(stdout).toMatch(/^b\ne\n\n\n@\[tracepoint:sched:sched_wakeup\]: \d+\n$/);
  expect(stderr).toBe("Attached 3 probes\n");
});

test("row 1.46, row 8.32: -p keeps the events of one process, and interval, begin and end as they are", async () => {
  const program =
    "begin { @b = 1; } tracepoint:sched:sched_switch /pid > 0/ { @[pid] = count(); } interval:s:1 { @i = count(); } end { @e = 1; }";
  const all = await runCommand(["-q", ...SAMPLE, "-e", program]);
  const one = await runCommand(["-q", ...SAMPLE, "-p", "83", "-e", program]);
  const ofPid = (text: string): string => /^@\[83\]: \d+\n/m.exec(text)![0];
  expect(all.stdout.match(/^@\[/gm)!.length).toBeGreaterThan(1);
  expect(one.stdout).toBe(`\n\n${ofPid(all.stdout)}@b: 1\n@e: 1\n${/^@i: \d+\n/m.exec(all.stdout)![0]}`);
});

test("row 1.46: a body of tracepoints and intervals is limited for the tracepoints alone", async () => {
  const { stdout } = await runCommand([
    "-q",
    ...SAMPLE,
    "-p",
    "4000000",
    "-e",
    "tracepoint:sched:sched_switch, interval:s:1 { @ = count(); }",
  ]);
  expect(stdout).toBe("\n\n@: 5\n");
});

test("a window without an instant in it is no empty recording", async () => {
  const end = async (...words: readonly string[]): Promise<string> =>
    (await runCommand(["-q", ...SAMPLE, ...words, "-e", "END { exit(); }"])).stderr.split("\n")[0]!;
  expect(await end("--from", "+0.2", "--to", "+0.1")).toBe("ERROR: nothing is replayed: --to +0.1 is not behind --from +0.2");
  expect(await end("--from", "5", "--to", "5")).toBe("ERROR: nothing is replayed: --to 5 is not behind --from 5");
  // Which one is first only the recording tells.
  expect(await end("--from", "5", "--to", "+1ms")).toBe("");
  expect(await end("--from", "soon")).toMatch(/^ERROR: not a time: 'soon'/);
});
