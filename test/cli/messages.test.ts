/** Layout, order and colours of messages; the environment. */
import { expect, test } from "vitest";
import { coloured, colourOf } from "../../src/cli/colour.ts";
import { fixturePath } from "../support/fixtures.ts";
import { runCommand } from "../support/run-command.ts";

const errors = async (program: string, ...flags: string[]): Promise<string> => (await runCommand([...flags, "-e", program])).stderr;

test("row 8.44: place, message, source line with tabs as four blanks, tildes, hint", async () => {
  expect(await errors('BEGIN {\n\tprintf("%d\\n", xyz);\n}')).toBe(
    "stdin:2:17-20: ERROR: Unknown identifier: 'xyz'\n    printf(\"%d\\n\", xyz);\n                   ~~~\n",
  );
  expect(await errors("BEGN {}")).toBe("stdin:1:1-5: ERROR: Invalid probe type: BEGN\nBEGN {}\n~~~~\nHINT: did you mean begin?\n");
});

test("row 8.45: an error of several lines shows them all, without tildes", async () => {
  expect(await errors('BEGIN { $x = (1,\n  "a")\n  + 1;\n}')).toMatch(
    /^stdin:1-3: ERROR: [^\n]*\nBEGIN \{ \$x = \(1,\n {2}"a"\)\n {2}\+ 1;\nstdin:1-2: /,
  );
});

test("row 8.46: other places follow with their own lines", async () => {
  expect(await errors("BEGIN { let $x = 1;\n  let $x = 2; }")).toBe(
    `stdin:2:3-13: ERROR: Variable $x was already declared. Variable shadowing is not allowed.
  let $x = 2; }
  ~~~~~~~~~~
stdin:1:9-19: ERROR: This is the initial declaration.
BEGIN { let $x = 1;
        ~~~~~~~~~~
`,
  );
});

test("row 8.47: errors go to stderr and end it; warnings alone go to stdout before the output", async () => {
  const warning = `stdin:1:24-30: WARNING: signed operands for '/' can lead to undefined behavior (cast to unsigned to silence warning)
BEGIN { $a = -1000; $b=$a / 2; printf("x\\n"); print($b); }
                       ~~~~~~
`;
  const { stdout, stderr, status } = await runCommand(["-e", 'BEGIN { $a = -1000; $b=$a / 2; printf("x\\n"); print($b); }']);
  expect(stdout.startsWith(`${warning}x\n`)).toBe(true);
  expect({ stderr, status }).toEqual({ stderr: "Attached 1 probe\n", status: 0 });
  const failed = await runCommand(["-e", "BEGIN { $a = -1000; $b=$a / 2; nope(); print($b); }"]);
  expect({ stdout: failed.stdout, status: failed.status }).toEqual({ stdout: "", status: 1 });
});

test("row 8.48: several errors in their order, no warnings among them", async () => {
  const stderr = await errors("BEGIN { nope(); $a = -1000; $b = $a / 2; print($b); nada(); }");
  expect(stderr).toMatch(/^stdin:1:9-13: ERROR: .*nope[\s\S]*stdin:1:53-57: ERROR: .*nada/);
  expect(stderr).not.toContain("WARNING");
});

test.each([
  ["always", false, true],
  ["never", true, false],
  ["auto", true, true],
  ["auto", false, false],
  [undefined, true, true],
])("row 7.35: BPFTRACE_COLOR=%s on a terminal (%s)", (setting, isTerminal, on) => {
  expect(colourOf(setting, isTerminal)).toEqual({ on, problem: null });
});

test("row 7.35: another word is told and means auto", () => {
  expect(colourOf("red", true)).toEqual({ on: true, problem: expect.stringContaining("The current value is red!") as string });
});

test("row 7.35: the lines of ERROR and WARNING are coloured, nothing else", () => {
  expect(coloured("x.bt:1:2-3: ERROR: m\n  source: ERROR: s\n  ~\nHINT: h\nWARNING: w\nAdditional Info\nx.bt:1-2: WARNING: v\n")).toBe(
    "\x1b[31mx.bt:1:2-3: ERROR: m\x1b[0m\n  source: ERROR: s\n  ~\nHINT: h\n\x1b[33mWARNING: w\x1b[0m\nAdditional Info\n\x1b[33mx.bt:1-2: WARNING: v\x1b[0m\n",
  );
});

test("row 7.32: BPFTRACE_BTF names type data, --btf wins over it", async () => {
  const script = ["-q", "-e", "BEGIN { print(sizeof(struct inner)); }"];
  const types = fixturePath("btf/types.btf");
  expect(await runCommand(script, { BPFTRACE_BTF: types })).toMatchObject({ stdout: "18\n\n\n", status: 0 });
  expect(await runCommand(["--btf", types, ...script], { BPFTRACE_BTF: "/no/where" })).toMatchObject({ stdout: "18\n\n\n", status: 0 });
  const { stdout, stderr, status } = await runCommand(script, { BPFTRACE_BTF: "/no/where" });
  expect({ stdout, stderr, status }).toEqual({ stdout: "", stderr: "ERROR: cannot open /no/where: no such file\n", status: 1 });
});

test.each([
  ["7.33", "BPFTRACE_KERNEL_SOURCE", "kernel headers are not searched"],
  ["7.33", "BPFTRACE_KERNEL_BUILD", "kernel headers are not searched"],
  ["7.34", "BPFTRACE_VMLINUX", "symbol files are not read"],
])("row %s: %s is accepted, and told to have no effect", async (_row, name, why) => {
  const { stdout, stderr, status } = await runCommand(["-e", "BEGIN { print(1); }"], { [name]: "/some/where" });
  expect(stderr).toMatch(new RegExp(`^WARNING: ${name} has no effect: ${why}.*\nAttached 1 probe\n$`));
  expect({ stdout, status }).toEqual({ stdout: "1\n\n\n", status: 0 });
  expect((await runCommand(["-q", "--no-warnings", "-e", "BEGIN {}"], { [name]: "/some/where" })).stderr).toBe("");
});

test("row 7.36: the word for who waits until the probes are attached", async () => {
  const { stdout } = await runCommand(["-e", "BEGIN { print(1); }"], { __BPFTRACE_NOTIFY_PROBES_ATTACHED: "1" });
  expect(stdout).toBe("__BPFTRACE_NOTIFY_PROBES_ATTACHED\n1\n\n\n");
});

test("row 7.02: the environment names settings with a prefix and in upper case", async () => {
  const program = 'BEGIN { printf("%s\\n", str("abcdefgh")); }';
  expect((await runCommand(["-q", "-e", program], { BPFTRACE_MAX_STRLEN: "4" })).stdout).not.toBe("abcdefgh\n\n\n");
});

test("what errorf says is text, not bytes", async () => {
  expect(await errors('BEGIN { errorf("é\\n"); }', "-q")).toContain("ERROR: é\n");
});
