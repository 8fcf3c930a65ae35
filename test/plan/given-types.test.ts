/** The kernel that --btf is of, on whatever machine the plan is made. */
import { expect, test } from "vitest";
import { fixturePath } from "../support/fixtures.ts";
import { runCommand } from "../support/run-command.ts";

const plan = (script: string, ...more: readonly string[]): ReturnType<typeof runCommand> =>
  runCommand(["plan", "--btf", fixturePath("btf/types.btf"), ...more, "-e", script]);

test("its functions are those that the types name", async () => {
  const { stdout, status } = await plan("kprobe:ser* { @ = count(); }");
  expect(stdout).toContain("echo 'p:hs/serve serve' >> ");
  expect(status).toBe(0);
});

test("of others nobody knows without its symbols", async () => {
  const { stderr, status } = await plan("kprobe:vfs_read { @ = count(); }");
  expect(stderr).toContain("ERROR: this kernel has no function vfs_read that can be probed\n");
  expect(stderr).toMatch(/HINT: .*: pass its \/proc\/kallsyms, too, with --kallsyms FILE\n/);
  expect(status).toBe(1);
  const known = await plan("kprobe:vfs_read { @ = count(); }", "--kallsyms", fixturePath("traces/kernel/kallsyms.gz"));
  expect(known.stdout).toContain("echo 'p:hs/vfs_read vfs_read' >> ");
});
