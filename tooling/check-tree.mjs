// What the linters cannot see: that the import check really looked at the tree, and that files stay small.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const MIN_MODULES = 400;
const MAX_LINES = 1000;

const cruise = JSON.parse(
  execFileSync("npx", ["depcruise", "--config", ".dependency-cruiser.cjs", "--output-type", "json", "lang", "probes", "src"], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "ignore"],
  }),
);
const { totalCruised, totalDependenciesCruised, violations } = cruise.summary;
if (totalCruised < MIN_MODULES || totalDependenciesCruised < MIN_MODULES) {
  console.error(
    `only ${totalCruised} modules and ${totalDependenciesCruised} dependencies were cruised, want at least ${MIN_MODULES} of each`,
  );
  process.exitCode = 1;
}
for (const violation of violations) {
  console.error(`${violation.rule.name}: ${violation.from} → ${violation.to}`);
  process.exitCode = 1;
}

const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.ts", "*.mjs", "*.js", "*.cjs"], { encoding: "utf8" })
  .trim()
  .split("\n");
for (const file of files) {
  const lines = readFileSync(file, "utf8").split("\n").length;
  if (lines > MAX_LINES) {
    console.error(`${file} has ${lines} lines, at most ${MAX_LINES}`);
    process.exitCode = 1;
  }
}
console.log(
  `import rules hold in ${totalCruised} modules, ${totalDependenciesCruised} dependencies; ${files.length} files are within ${MAX_LINES} lines`,
);
