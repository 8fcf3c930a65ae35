/** Arguments at the return of a function, which kernels before Linux 6.10 do not have there: the plan says so, and what to do. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fixturePath } from "../support/fixtures.ts";
import { runCommand } from "../support/run-command.ts";

/** Of Linux 6.1. */
const RECORDING = fileURLToPath(new URL("../../probes/samples/nightly-report.dat", import.meta.url));

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "hindsight-returns-"));
  writeFileSync(join(directory, "kallsyms"), "ffffffff81001000 T serve\n");
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** Definitions, and what is said. */
async function plan(script: string): Promise<{ readonly defined: readonly string[]; readonly said: readonly string[] }> {
  const machine = ["--trace", RECORDING, "--kallsyms", join(directory, "kallsyms"), "--btf", fixturePath("btf/types.btf")];
  const { stdout, stderr } = await runCommand(["plan", ...machine, "-e", script]);
  return {
    defined: [...stdout.matchAll(/^echo '(.*)' >>/gm)].map(([, definition]) => definition!),
    said: stderr.split("\n").filter((line) => line !== ""),
  };
}

test("the result is recorded; of the arguments it is said that they are not, and where to save them", async () => {
  const { defined, said } = await plan("fexit:serve { @[args.flags] = count(); @r = retval; }");
  expect(defined).toEqual(["r:hs/serve_ret serve retval=$retval"]);
  expect(said).toEqual([
    "WARNING: cannot be recorded: the arguments of serve, and what they lead to, in fexit:vmlinux:serve: that needs Linux 6.10 or newer, and this is 6.1",
    "HINT: save them where the function is entered, fentry:serve { @saved[tid] = args.NAME; }, and take @saved[tid] at its return",
  ]);
});

test("saved at the entry, they are recorded there, and nothing is to be said", async () => {
  const { defined, said } = await plan(
    "fentry:serve { @saved[tid] = args.flags; } fexit:serve { @[@saved[tid]] = sum(retval); delete(@saved, tid); }",
  );
  expect(defined).toEqual(["p:hs/serve serve flags=$arg3", "r:hs/serve_ret serve retval=$retval"]);
  expect(said).toEqual([]);
});
