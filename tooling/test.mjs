// `npm test` after the checks: all tests, then docs/parity.md against what passed. With words of one's own only those tests run.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const words = process.argv.slice(2);
const bin = (name) => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));
const run = (command, args) => spawnSync(command, args, { stdio: "inherit" }).status ?? 1;

const dir = mkdtempSync(path.join(tmpdir(), "hindsight-test-"));
try {
  const report = path.join(dir, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const status = run(bin("vitest"), ["run", ...reporters, ...words]);
  const update = process.env["UPDATE_EXPECT"] === "1" ? ["--update"] : [];
  const check = fileURLToPath(new URL("check-parity.mjs", import.meta.url));
  // Rows can't be proved by a part of the tests.
  const parity = words.length > 0 ? 0 : run(process.execPath, [check, report, ...update]);
  process.exitCode = status || parity;
} finally {
  rmSync(dir, { recursive: true, force: true });
}
