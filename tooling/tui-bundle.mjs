/** The bundle of the terminal interface: everything of blessed that a screen needs, its descriptions of terminals beside it. */
import { createHash } from "node:crypto";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

/** As blessed's own folder usr/ has them, for machines that do not know their terminal. */
const TERMINALS = ["linux", "xterm", "xterm-256color"];

/** blessed looks for those beside its sources; and one function of it that we never call would load all of it. */
const blessedInPlace = {
  name: "blessed-in-place",
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /blessed[\\/]lib[\\/]tput\.js$/ }, async ({ path: file }) => {
      const contents = (await readFile(file, "utf8")).replaceAll("__dirname + '/../usr/", "__dirname + '/terminfo-");
      if (!contents.includes("/terminfo-xterm'")) throw new Error("blessed's tput.js looks for its terminals elsewhere");
      return { contents, loader: "js" };
    });
    onResolve({ filter: /^\.\.\/$/ }, ({ importer }) =>
      /blessed[\\/]lib[\\/]unicode\.js$/.test(importer) ? { path: "blessed", external: true } : null,
    );
  },
};

/** Writes it into the folder; returns its name. */
export async function buildTui(folder) {
  const { outputFiles } = await build({
    entryPoints: ["src/tui/tui.ts"],
    write: false,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    plugins: [blessedInPlace],
    charset: "ascii",
    minify: true,
    logLevel: "warning",
  });
  const bundle = outputFiles[0].contents;
  const name = `tui-${createHash("sha256").update(bundle).digest("hex").slice(0, 16)}.cjs`;
  await writeFile(path.join(folder, name), bundle);
  // Its licence asks that it goes where blessed goes.
  await copyFile("node_modules/blessed/LICENSE", path.join(folder, "tui-LICENSE"));
  for (const terminal of TERMINALS)
    await copyFile(path.join("node_modules/blessed/usr", terminal), path.join(folder, `terminfo-${terminal}`));
  return name;
}

/** Makes the command's bundle load that one when the terminal interface starts. */
export const loadTuiLater = (name) => ({
  name: "load-tui-later",
  setup({ onResolve }) {
    onResolve({ filter: /\/tui\/tui\.ts$/ }, ({ kind }) => (kind === "dynamic-import" ? { path: `./${name}`, external: true } : null));
  },
});
