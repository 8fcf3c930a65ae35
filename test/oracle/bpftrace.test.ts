/** The real bpftrace prints the same for the same begin-only program. */
import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { runScript } from "../support/run-script.ts";

const programs = readFileSync(new URL("programs.txt", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));

/** Why the oracle cannot be asked, or null. */
function missing(): string | null {
  try {
    const out = execFileSync("bpftrace", ["-e", 'BEGIN { printf("ok"); exit(); }'], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return out.includes("ok") ? null : "bpftrace does not run BEGIN here";
  } catch (error) {
    return `bpftrace does not run here: ${error instanceof Error ? error.message.split("\n")[0] : ""}`;
  }
}

/** Its own «Attaching», blank lines and blanks at line ends are 0.17's; stats print as a record since then. */
const normalise = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && !line.startsWith("Attaching "))
    .join("\n");

const reason = missing();
if (reason !== null) console.log(`skipped: comparison with the installed bpftrace (${reason})`);

describe.skipIf(reason !== null)("same output as the installed bpftrace", () => {
  test("there are at least 60 programs", () => {
    expect(programs.length).toBeGreaterThanOrEqual(60);
  });

  test.concurrent.each(programs)("%s", async (program) => {
    const { stdout } = await promisify(execFile)("bpftrace", ["--no-warnings", "-e", program]).catch(async () =>
      promisify(execFile)("bpftrace", ["-e", program]),
    );
    const ours = await runScript(program);
    expect(normalise(ours.stdout), ours.stderr).toBe(normalise(stdout));
  });
});
