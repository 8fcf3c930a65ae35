/** Reads what a script imports (row 2.09): a file, or the importable files of a directory, from where the importer is. */
import { readdirSync, readFileSync, realpathSync, statSync, type Stats } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type { ImportedFile, ImportResult, ReadImport } from "../../lang/check/imports.ts";
import { sourceText } from "../../lang/diagnostics/source-bytes.ts";
import { errnoText } from "./load.ts";

const OTHERS_MAY_WRITE = 0o002;

const IMPORTABLE = /\.(?:bt|h|bpf\.c)$/;

const isOpenToAll = (stats: Stats): boolean => (stats.mode & OTHERS_MAY_WRITE) !== 0;

function readOne(name: string): ImportedFile {
  return { id: realpathSync(name), name, text: sourceText(readFileSync(name)) };
}

/** Files of one directory by name, without those in directories below. */
function readDirectory(path: string): ImportedFile[] {
  const names = readdirSync(path).filter((name) => IMPORTABLE.test(name));
  return names
    .sort()
    .map((name) => join(path, name))
    .filter((name) => statSync(name).isFile())
    .map(readOne);
}

function load(path: string, name: string): ImportResult {
  const stats = statSync(name);
  if (isOpenToAll(stats) || isOpenToAll(statSync(dirname(name))))
    return { ok: false, message: `cowardly refusing to import from a directory with global write permissions: "${path}"` };
  return { ok: true, files: stats.isDirectory() ? readDirectory(name) : [readOne(name)] };
}

/** A script that is no file (-e, stdin) imports from the working directory. */
export const readImport: ReadImport = (path, importer) => {
  const name = isAbsolute(path) ? path : join(dirname(importer), path);
  try {
    return load(path, name);
  } catch (error) {
    return { ok: false, message: `Unable to find suitable path for import: "${path}"`, hint: `checked: ${name}: ${errnoText(error)}` };
  }
};
