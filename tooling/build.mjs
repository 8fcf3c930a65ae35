/**
 * Builds everything that is generated: the wasm runtime, then dist/: the bundle of the command, the code that V8 compiled for it, the bundle of
 * the terminal interface, the launcher and the sample recording. Files are replaced by rename, so that a command which runs meanwhile sees the old or the new ones.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { build } from "esbuild";
import { copyFile, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { buildRuntime } from "./build-runtime.mjs";
import { buildTui, loadTuiLater } from "./tui-bundle.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const fresh = path.join(root, `.dist-${process.pid}`);
const dist = path.join(root, "dist");

/** Scripts whose run compiles what most runs need. */
const WARM_UP = [
  ["-q", "-e", 'BEGIN { printf("%d\\n", 1); exit(); }'],
  [
    "-q",
    "--sample",
    "-e",
    'tracepoint:syscalls:sys_exit_read /comm != ""/ { @[comm] = count(); @b = hist(args.ret); @n[tid] = nsecs; delete(@n, tid); }',
  ],
];

/** The last warm-up run includes what the ones before it compiled, since each starts from their code. */
function cacheCode(words, cache) {
  const script = `
    process.argv.splice(1, 1, ${JSON.stringify(path.join(fresh, "cli.js"))});
    const { compiledCode } = require(${JSON.stringify(path.join(fresh, "cli.js"))});
    process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(cache)}, compiledCode()));`;
  const { status, stderr } = spawnSync(process.execPath, ["-e", script, "--", "hindsight", ...words], { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`warm-up run failed: ${stderr}`);
}

process.chdir(root);
await buildRuntime();
await mkdir(fresh, { recursive: true });
try {
  const tui = await buildTui(fresh);
  const { outputFiles } = await build({
    entryPoints: ["src/cli/main.ts"],
    plugins: [loadTuiLater(tui)],
    write: false,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    // A script of node:vm has no loader of its own for import().
    supported: { "dynamic-import": false },
    define: { "import.meta.url": "__bundleUrl" },
    banner: { js: 'const __bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
    // Latin-1 text takes half the memory of UTF-16 and is read without decoding.
    charset: "ascii",
    minify: true,
    logLevel: "warning",
  });
  const bundle = outputFiles[0].contents;
  const hash = createHash("sha256").update(bundle).digest("hex").slice(0, 16);
  await writeFile(path.join(fresh, `hindsight-${hash}.cjs`), bundle);
  await writeFile(path.join(fresh, "cli.js"), (await readFile("tooling/launch.cjs", "utf8")).replace("BUNDLE.cjs", `${hash}.cjs`));
  await copyFile("probes/samples/nightly-report.dat", path.join(fresh, "sample.dat"));
  await writeFile(path.join(fresh, "package.json"), '{ "type": "commonjs" }\n');
  for (const words of WARM_UP) cacheCode(words, path.join(fresh, `hindsight-${hash}.cache`));
  await mkdir(dist, { recursive: true });
  const files = await readdir(fresh);
  // The launcher last: what it names is there by then.
  for (const file of files.sort((a, b) => Number(a === "cli.js") - Number(b === "cli.js")))
    await rename(path.join(fresh, file), path.join(dist, file));
  for (const file of await readdir(dist)) if (!files.includes(file)) await rm(path.join(dist, file), { recursive: true });
} finally {
  await rm(fresh, { recursive: true, force: true });
}
