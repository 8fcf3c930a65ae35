// Builds everything that is generated: the wasm runtime, then the bundle of the command with the sample recording beside it.
import { build } from "esbuild";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { buildRuntime } from "./build-runtime.mjs";

await buildRuntime();
await rm("dist", { recursive: true, force: true });
await mkdir("dist", { recursive: true });
await build({
  entryPoints: { cli: "src/cli/main.ts" },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  minify: true,
  // Errors of ours carry readable frames; the map is read only when one is printed.
  sourcemap: false,
  banner: { js: "" },
  chunkNames: "chunk-[hash]",
  logLevel: "warning",
});
await copyFile("probes/samples/sample.dat", "dist/sample.dat");
