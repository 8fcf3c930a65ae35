/** Strings of system calls that the recording has elsewhere: the sample records file names at do_sys_openat2. */
import { expect, test } from "vitest";
import { runCommand } from "../support/run-command.ts";

const SAMPLE = "probes/samples/nightly-report.dat";

const hints = async (program: string): Promise<string[]> => {
  const { stderr } = await runCommand(["-q", "--trace", SAMPLE, "-e", program]);
  return stderr.split("\n").filter((line) => line.startsWith("HINT: this recording"));
};

test("the hint names the probe and the expression that have the string", async () => {
  const want = "HINT: this recording has such strings at another place: str(arg1) of kprobe:do_sys_openat2 (for openat)";
  expect(await hints("t:syscalls:sys_enter_openat { @[str(args.filename)] = count(); }")).toEqual([want]);
});

test("and that is where it is", async () => {
  const { stdout } = await runCommand(["-q", "--trace", SAMPLE, "-e", "kprobe:do_sys_openat2 { @[str(arg1)] = count(); }"]);
  expect(stdout).toMatch(/^@\[\.bashrc\]: \d+$/m);
});

test("nothing is said of strings that were not asked for, or of calls that have nothing to do with it", async () => {
  expect(await hints("t:syscalls:sys_enter_openat { @[args.flags] = count(); }")).toEqual([]);
  expect(await hints("t:syscalls:sys_enter_read { @[str(args.buf)] = count(); }")).toEqual([]);
});
