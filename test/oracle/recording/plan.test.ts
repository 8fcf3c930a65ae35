/** The commands that a plan prints, run as they are, record what the script needs. */
import { execFile } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { compareGolden } from "../../support/golden-compare.ts";
import { buildLoad, observe, whyNoBpftrace, whyNoRecording, whyNoTool } from "./tools.ts";

const TRACEFS = "/sys/kernel/tracing";
const cli = fileURLToPath(new URL("../../../dist/cli.js", import.meta.url));
const reason =
  whyNoRecording() ?? whyNoBpftrace() ?? (readdirSync(`${TRACEFS}/instances`).includes("hs") ? "somebody records already" : null);
if (reason !== null) console.log(`skipped: commands of plans (${reason})`);

const { directory, load } = reason === null ? buildLoad() : { directory: "", load: "" };
afterAll(() => {
  if (directory !== "") rmSync(directory, { recursive: true });
});

/** `hindsight` for the last line of a plan. */
function commandOnPath(): string {
  const path = join(directory, "hindsight");
  writeFileSync(path, `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`);
  chmodSync(path, 0o755);
  return `${directory}:${process.env["PATH"] ?? ""}`;
}

let runs = 0;

/** What the replay at the end of the plan prints. */
async function runPlan(tool: string, script: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const dir = join(directory, `p${runs++}`);
  const args = [cli, "plan", "--tool", tool, "--dir", dir, "-e", script, "--", load];
  const { stdout: plan } = await promisify(execFile)(process.execPath, args);
  const at = plan.lastIndexOf("\n# replay");
  const file = join(directory, "plan.sh");
  writeFileSync(file, plan.slice(0, at));
  const options = { env: { ...process.env, PATH: commandOnPath() } };
  // Where a tool cannot be kept from failing, the clean-up follows anyhow.
  const { stderr } = await promisify(execFile)("sh", [file], options);
  // What the shell says of a file that tracefs has not, or a value that it refuses.
  expect(stderr).not.toMatch(/cannot create|write error|I\/O error/);
  return promisify(execFile)("sh", ["-c", plan.slice(at)], options);
}

const scripts = [
  {
    name: "tracepoints with names of tasks",
    text: 'tracepoint:syscalls:sys_enter_write /comm == "hsload"/ { @[comm] = sum(args->count); } tracepoint:sched:sched_process_fork /comm == "hsload"/ { @f = count(); }',
  },
  {
    name: "user functions",
    text: "uprobe:{load}:serve { @[arg1, str(arg2)] = count(); } uretprobe:{load}:serve { @r[retval] = count(); }",
  },
];

/** Why the recorder does not record here, or null. */
const WHY_NOT: Readonly<Record<string, () => string | null>> = {
  tracefs: () => whyNoTool("trace-cmd", ["--version"], "whatever it says"),
  "trace-cmd": () =>
    whyNoTool("trace-cmd", ["record", "-q", "-o", "/dev/null", "-e", "sched:sched_process_exec", "-F", "true"], "it works"),
  perf: () => whyNoTool("perf", ["record", "-q", "-o", "/dev/null", "-e", "sched:sched_process_exec", "--", "true"], "it works"),
};

describe.skipIf(reason !== null)("commands of plans", () => {
  for (const [tool, whyNot] of Object.entries(WHY_NOT)) {
    const missing = reason ?? whyNot();
    if (missing !== null) console.log(`skipped: commands of plans with ${tool} (${missing})`);
    test.skipIf(missing !== null).each(scripts)(`${tool}: $name`, async ({ text }) => {
      const script = text.replaceAll("{load}", load);
      const definitions = readFileSync(`${TRACEFS}/dynamic_events`, "utf8");
      const observer = await observe(script);
      const recorded = await runPlan(tool, script);
      const live = await observer.stop();
      expect(recorded.stderr).toMatch(/^Attached \d+ probes?\n$/);
      expect(live).toMatch(/\S/);
      expect(compareGolden({ compare: "exact" }, live, recorded.stdout)).toEqual([]);
      expect(readFileSync(`${TRACEFS}/dynamic_events`, "utf8")).toBe(definitions);
      expect(readdirSync(`${TRACEFS}/instances`)).not.toContain("hs");
    });
  }
});
