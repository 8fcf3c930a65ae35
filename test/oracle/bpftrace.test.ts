/** The real bpftrace prints the same for the same program. Programs on which 0.17 and the newest version differ have no place here. */
import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { runScript } from "../support/run-script.ts";
import { topics, type OracleProgram } from "./programs.ts";

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

/**
 * What differs between versions everywhere: the line at the start (row 6.67), blank lines and blanks at line ends (6.19, 6.20, 6.40),
 * stats as a record (6.05), the blank between the buckets of a histogram in JSON (9.06).
 */
const normalise = (text: string): string =>
  text
    .replaceAll(/count (\d+), average (-?\d+), total (-?\d+)/g, "{ .count = $1, .average = $2, .total = $3 }")
    .replaceAll("}, {", "},{")
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && !line.startsWith("Attaching ") && !line.startsWith('{"type": "attached_probes"'))
    .join("\n");

async function live({ text, params, format }: OracleProgram): Promise<string> {
  const { stdout } = await promisify(execFile)("bpftrace", ["--no-warnings", "-f", format, "-e", text, ...params]);
  return stdout;
}

const reason = missing();
if (reason !== null) console.log(`skipped: comparison with the installed bpftrace (${reason})`);

test("there are at least 300 programs", () => {
  expect(topics.flatMap(({ programs }) => programs).length).toBeGreaterThanOrEqual(300);
});

describe.skipIf(reason !== null)("same output as the installed bpftrace", () => {
  for (const { name, programs } of topics)
    describe(name, () => {
      test.concurrent.each(programs.map((program) => [[...program.params, program.text].join(" "), program] as const))(
        "%s",
        async (_, program) => {
          const { text, params, format } = program;
          const [theirs, ours] = await Promise.all([live(program), runScript(text, { params, format })]);
          expect(ours.exitCode, ours.stderr).toBe(0);
          expect(normalise(ours.stdout)).toBe(normalise(theirs));
        },
      );
    });
});
