/** The built command, run as a user runs it. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));

export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

export function runCli(args: readonly string[], input = ""): CliResult {
  const { stdout, stderr, status } = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8", input, cwd: root });
  return { stdout, stderr, status };
}

/** A shell line that may call `hindsight`; stderr goes where stdout goes. */
export function runShell(line: string): string {
  const bin = mkdtempSync(join(tmpdir(), "hindsight-bin-"));
  const command = join(bin, "hindsight");
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`);
  chmodSync(command, 0o755);
  return spawnSync("sh", ["-c", `{ ${line}\n} 2>&1`], {
    encoding: "utf8",
    cwd: root,
    env: { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}` },
  }).stdout;
}
