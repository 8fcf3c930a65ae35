// Builds everything that is generated: the wasm runtime, then the bundle of the command with the sample recording beside it.
import { build } from "esbuild";
import { copyFile, mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { buildRuntime } from "./build-runtime.mjs";

await buildRuntime();
await mkdir("dist", { recursive: true });
const { metafile } = await build({
  entryPoints: { cli: "src/cli/main.ts" },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  minify: true,
  metafile: true,
  chunkNames: "chunk-[hash]",
  logLevel: "warning",
});
// Old chunks go last: a command that runs meanwhile still finds what it imports.
const fresh = new Set(Object.keys(metafile.outputs).map((file) => path.basename(file)));
for (const file of await readdir("dist")) if (file.endsWith(".js") && !fresh.has(file)) await rm(path.join("dist", file));
await copyFile("probes/samples/nightly-report.dat", "dist/sample.dat");
