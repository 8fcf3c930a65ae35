/** Macros that come with a header, against those of this machine's C compiler. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { headerConstants } from "../../../lang/check/definitions/header-constants.ts";
import { compilers } from "../../support/compilers.ts";
import { runScript } from "../../support/run-script.ts";

const HEADERS = ["stdio.h", "errno.h", "signal.h", "fcntl.h", "sys/stat.h", "sys/socket.h", "linux/sched.h"];
/** Not of headers that user programs get. */
const isKernelOnly = (name: string): boolean => /^(__)?TASK_/.test(name);

test.skipIf(compilers.length === 0)("are the compiler's", () => {
  const names = [...headerConstants.keys()].filter((name) => !isKernelOnly(name));
  const directory = mkdtempSync(join(tmpdir(), "hindsight-constants-"));
  const [source, program] = [join(directory, "constants.c"), join(directory, "constants")];
  const prints = names.map((name) => `printf("%lld\\n", (long long)${name});`).join("\n");
  writeFileSync(
    source,
    `#define _GNU_SOURCE\n${HEADERS.map((name) => `#include <${name}>\n`).join("")}int main(void) { ${prints} return 0; }`,
  );
  execFileSync(compilers[0]!, ["-o", program, source]);
  const values = execFileSync(program, { encoding: "utf8" }).trim().split("\n");
  expect(names.map((name, i) => [name, values[i]])).toEqual(names.map((name) => [name, String(headerConstants.get(name))]));
});

const printed = async (script: string): Promise<string> => (await runScript(script)).stdout.trim();

test("row 2.03: come with a header", async () => {
  expect(await printed("#include <linux/sched.h>\nbegin { print((TASK_RUNNING, TASK_UNINTERRUPTIBLE, SIGKILL, -ENOENT, O_CREAT)); }")).toBe(
    "(0, 2, 9, -2, 64)",
  );
  expect((await runScript("begin { print(TASK_RUNNING); }")).stderr).toContain("Unknown identifier: 'TASK_RUNNING'");
});

test("row 2.04: what the script defines is what counts", async () => {
  expect(await printed("#include <linux/sched.h>\n#define SIGKILL 1\nbegin { print(SIGKILL); }")).toBe("1");
  expect(await printed("#include <linux/sched.h>\nenum own { SIGKILL = 77 };\nbegin { print((uint64)SIGKILL); }")).toBe("77");
});
