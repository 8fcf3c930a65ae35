/** Limits, and what happens when: section 10 of the language's table. */
import { expect, test } from "vitest";
import { compile, runScript, type RunOptions } from "../support/run-script.ts";
import { recordingOf } from "../support/written-events.ts";

const output = async (script: string, options: RunOptions = {}): Promise<string> => (await runScript(script, options)).stdout;

const events = (...rets: readonly number[]) =>
  recordingOf(rets.map((ret, i) => ({ ns: 1000 * (i + 1), event: "app:work" as const, pid: 7, cpu: (i % 2) as 0 | 1, fields: { ret } })));

test("row 10.01: arithmetic, maps, strings and deletions happen at once", async () => {
  expect(
    await output(
      'begin { @ = 1; @k["x"] = 2; $a = @ + @k["x"]; delete(@k, "x"); print((@, $a, has_key(@k, "x"), len(@k), str("s"))); clear(@); }',
    ),
  ).toBe("(1, 3, false, 0, s)\n\n\n");
});

test("row 10.02: output and actions on whole maps wait until the probe is done", async () => {
  expect(await output('begin { @ = 1; print(@); @ = 2; clear(@); @ = 3; printf("%d\\n", @); }')).toBe("@: 3\n3\n\n\n");
  expect(await output("begin { @[1] = 1; zero(@); @[1] = 5; @[2] = 6; }")).toBe("\n\n@[1]: 0\n@[2]: 0\n");
});

test("row 10.03: strictly in the order of emission, those of end last", async () => {
  expect(
    await output(
      'begin { printf("a\\n"); @ = 1; print(@); time("%S\\n"); printf("b\\n"); print(5); } begin { printf("second\\n"); } end { printf("end\\n"); clear(@); }',
    ),
  ).toBe("a\n@: 1\n01\nb\n5\nsecond\nend\n\n\n");
});

test("row 10.04: values are copied when they are emitted, maps are looked at when they are printed", async () => {
  expect(await output("begin { for ($i : 0..3) { print(@); @++; print((@,)); } clear(@); }")).toBe("@: 3\n(1)\n@: 3\n(2)\n@: 3\n(3)\n\n\n");
});

test("row 10.05: clear takes what its own event has stored, and nothing of later events", async () => {
  const recording = await events(1, 2, 3);
  expect(await output("tracepoint:app:work { @[args.ret] = 1; if (args.ret == 2) { clear(@); @[20] = 1; } }", { recording })).toBe(
    "\n\n@[3]: 1\n",
  );
});

test("row 10.06: exit drops what follows it, then end runs; in end it drops the rest of end", async () => {
  const recording = await events(1, 2, 3);
  const script = `tracepoint:app:work { printf("one %d\\n", args.ret); if (args.ret == 2) { exit(); } printf("after\\n"); }
    tracepoint:app:work { printf("two %d\\n", args.ret); }
    end { printf("end\\n"); @ = 1; } end { exit(); } end { printf("never\\n"); clear(@); }`;
  expect(await output(script, { recording })).toBe("one 1\nafter\ntwo 1\none 2\nend\n\n\n@: 1\n");
});

test("row 10.07: the last exit's code, in 8 bits", async () => {
  expect((await runScript("begin { exit(3); } end { exit(260); }")).exitCode).toBe(4);
  expect((await runScript("begin { exit(3); } end { }")).exitCode).toBe(3);
});

test("row 10.08: records that find the ring full are counted", async () => {
  const { stdout, stderr } = await runScript('begin { for ($i : 0..100000) { printf("%d\\n", $i); } }');
  const lines = stdout.trimEnd().split("\n");
  const lost = /Lost (\d+) events\n/.exec(stderr);
  expect(lost).not.toBeNull();
  expect(lines.length + Number(lost![1])).toBe(100_000);
  expect(stderr).toContain(`WARNING: Total lost event count: ${lost![1]!}\n`);
  expect(lines).toEqual(lines.map((_, i) => String(i)));
});

test("row 10.09: strings take their whole capacity in a record", () => {
  const { ir } = compile('begin { printf("%s", str((uint64)0)); }');
  expect(ir?.actions.map(({ sizeBytes }) => sizeBytes)).toEqual([8 + 1024]);
});

test("row 10.10: values that the stack has no room for", async () => {
  const long = "x".repeat(600);
  expect(
    await output(
      `begin { $a = ("${long}", 1); $b = ("${long}", 2); @["${long}"] = $a; print((@["${long}"].1, $b.1, $a == $b)); clear(@); }`,
    ),
  ).toBe("(1, 2, false)\n\n\n");
});

test("row 10.11: a program that is too long to verify is refused, with its place", async () => {
  const { stderr, stdout } = await runScript("begin { $i = 0; while ($i < 100000000) { $i++; } }");
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^stdin:1:\d+-\d+: ERROR: .*BPF program is too large/m);
});

test("row 10.12: loops over ranges stop after 2^23 rounds; while is unbounded as far as it verifies", async () => {
  expect(await output("begin { for ($i : 0..100000000) { @++; } print(@); clear(@); }")).toBe(`@: ${1 << 23}\n\n\n`);
  expect(await output("begin { $i = 0; while ($i < 100) { $i++; } print($i); }")).toBe("100\n\n\n");
});

test("row 10.13: maps are walked in the order of insertion", async () => {
  expect(await output("begin { @[3] = 1; @[1] = 1; @[2] = 1; for ($kv : @) { print($kv.0); } clear(@); }")).toBe("3\n1\n2\n\n\n");
});

test("row 10.14: no update is lost between processors", async () => {
  const recording = await events(...Array.from({ length: 40 }, (_, i) => i));
  expect(await output("tracepoint:app:work { @++; @k[1]++; @c = count(); }", { recording })).toBe("\n\n@: 40\n@c: 40\n@k[1]: 40\n");
});

test("row 10.15: a full map drops the update; row 10.16: run-time warnings have place, reason and source line", async () => {
  const { stdout, stderr } = await runScript("begin {\n  @m[1] = 1;\n  @m[2] = 2; @m[2]++;\n}", { config: { max_map_keys: "1" } });
  expect(stdout).toBe("\n\n@m[1]: 1\n");
  const message =
    "Map full; can't update element. Try increasing max_map_keys config or manually setting the max entries in a map declaration e.g. `let @a = hash(5000)`";
  expect(stderr).toBe(
    `Attached 1 probe\nstdin:3:3-12: WARNING: ${message}\nAdditional Info - helper: map_update_elem, retcode: -7\n  @m[2] = 2; @m[2]++;\n  ~~~~~~~~~\n` +
      `stdin:3:14-21: WARNING: ${message}\nAdditional Info - helper: map_update_elem, retcode: -7\n  @m[2] = 2; @m[2]++;\n             ~~~~~~~\n`,
  );
});

test("row 10.16: a warning is said once for its statement, with the expansion that it comes from", async () => {
  const { stderr } = await runScript("macro m($x) { 8 / $x } begin { $z = cpu; for ($i : 0..5) { $y = m($z); } }");
  expect(stderr.match(/WARNING: Divide/g)).toHaveLength(1);
  expect(stderr).toContain("expanded from");
});

test("row 10.17: an index out of bounds reads zero and warns", async () => {
  const { stdout, stderr } = await runScript('begin { $i = (uint64)9; $s = "abc"; print($s[$i]); }');
  expect(stdout).toBe("0\n\n\n");
  expect(stderr).toContain("WARNING: Array access out of bounds. This can lead to unexpected results.\n");
});

test("row 10.18: memory that is not recorded reads as zero", async () => {
  const { stdout, stderr } = await runScript("begin { print(*(uint64*)0xffff888000001234); print(str((uint64)0xffff888000001234)); }");
  expect(stdout).toBe("0\n\n\n\n");
  expect(stderr).not.toContain("Bad address");
});

test("row 10.19: capacities of strings", async () => {
  expect(
    await output(
      'begin { print((sizeof(str((uint64)0)), sizeof("abc"), sizeof(str_concat("a", "b")), sizeof(comm), sizeof(strerror(1)), sizeof(ntop(1)))); }',
    ),
  ).toBe("(1024, 4, 1024, 16, 64, 24)\n\n\n");
  const limit = "x".repeat(1023);
  expect(await output(`begin { print("${limit}"); }`)).toBe(`${limit}\n\n\n`);
  expect((await runScript(`begin { print("${limit}x"); }`)).stderr).toContain("ERROR: String is too long (over 1024 bytes): ");
});

test("row 10.20: printf takes 128 arguments in all", async () => {
  const { stderr } = await runScript(`begin { printf("${"%d".repeat(128)}"${", 1".repeat(128)}); }`);
  expect(stderr).toContain("ERROR: printf() takes up to 128 arguments (129 provided)\n");
});

test("row 10.21: stacks of at most 1024 frames", async () => {
  expect((await runScript("begin { print(kstack(1025)); }")).stderr).toContain("limit shouldn't exceed 1024, 1025 given");
});

test("row 10.22: most buckets", async () => {
  expect(await output("begin { @ = hist((int64)9223372036854775807, 5); @ = hist(-1, 5); print(@); clear(@); }")).toMatch(
    /^@:\n(.+\n){1889}\n\n\n$/,
  );
  expect(await output("begin { @ = lhist(-1, 0, 1000, 1); @ = lhist(1000, 0, 1000, 1); print(@); clear(@); }")).toMatch(
    /^@:\n(.+\n){1002}\n\n\n$/,
  );
});

test("row 10.23: unroll repeats at most 100 times", async () => {
  expect(await output("begin { unroll(100) { @++; } print(@); clear(@); }")).toBe("@: 100\n\n\n");
  expect((await runScript("begin { unroll(101) { @++; } }")).stderr).toContain("ERROR: unroll maximum value is 100\n");
});

test("row 10.24: limits on probes and programs", async () => {
  const recording = await events(1);
  const probes = await runScript("tracepoint:task:* { @++; }", { recording, config: { max_probes: "1" } });
  expect(probes.stderr).toContain("because it exceeds the current limit of 1 probes.");
  const programs = await runScript("begin { @a = 1; } end { @b = 1; }", { config: { max_bpf_progs: "1" } });
  expect(programs.stderr).toContain("which exceeds the current limit of 1.");
});

test("row 10.26: positional parameters beyond those given", async () => {
  const { stdout, stderr } = await runScript("begin { print($9223372036854775807); }");
  expect(stdout).toBe("0\n\n\n");
  expect(stderr).toContain("WARNING: Positional parameter $9223372036854775807 is empty or not provided.\n");
  expect((await runScript("begin { print($9223372036854775808); }")).stdout).toBe("");
});

test("row 10.28: strftime gives texts of any length", async () => {
  const format = "%Y".repeat(100);
  expect(await output(`begin { print(strftime("${format}", nsecs)); }`)).toBe(`${"1970".repeat(100)}\n\n\n`);
});

test("row 10.29: intervals fire per period from the start, without drift", async () => {
  const recording = await recordingOf([0, 2_600_000_000].map((ns) => ({ ns: ns + 1000, event: "app:work" as const, pid: 1 })));
  expect(await output("interval:1s { print(elapsed); } tracepoint:app:work { print(elapsed); }", { recording })).toBe(
    "0\n1000000000\n2000000000\n2600000000\n\n\n",
  );
});

test("row 10.30: values have the time of the event, and so has time()", async () => {
  const recording = await recordingOf([1, 3].map((s) => ({ ns: s * 1_000_000_000, event: "app:work" as const, pid: 1 })));
  expect(await output('tracepoint:app:work { printf("%s ", strftime("%S", nsecs)); time("%S\\n"); }', { recording })).toBe(
    "01 01\n03 03\n\n\n",
  );
});

test("rows 10.31, 10.32: nothing recurs in a recording, and no process outlives it", async () => {
  const recording = await events(1, 2);
  expect(await output("tracepoint:app:work { @++; } tracepoint:app:work { @++; }", { recording })).toBe("\n\n@: 4\n");
});

test("row 10.33: the end of the recording acts as exit(0)", async () => {
  const recording = await events(1, 2);
  const { stdout, exitCode } = await runScript(
    'tracepoint:app:work { @++; } interval:1s { printf("never\\n"); } end { printf("end %d\\n", @); }',
    { recording },
  );
  expect(stdout).toBe("end 2\n\n\n@: 2\n");
  expect(exitCode).toBe(0);
});
