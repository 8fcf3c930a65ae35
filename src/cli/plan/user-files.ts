/** Files that the target of a uprobe names: a path, a command in PATH, or a library as `libc` (row 1.36). */
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { hasWildcard, matches } from "../../../lang/check/attach/wildcard.ts";
import { readElf } from "../../../probes/symbols/elf.ts";
import type { UserFile } from "../../plan/machine.ts";

/** Where the linker looks on the machines that hindsight knows. */
const LIBRARY_DIRECTORIES = [
  "/lib/x86_64-linux-gnu",
  "/usr/lib/x86_64-linux-gnu",
  "/lib/aarch64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
].concat(["/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib"]);

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** libX.so, libX.so.6, libX-2.31.so. */
function library(name: string): string | null {
  const isNamed = (file: string): boolean => file.startsWith(name) && /^(?:-[0-9.]+)?\.so(?:\.|$)/.test(file.slice(name.length));
  for (const directory of LIBRARY_DIRECTORIES) {
    // With a version: the file without one is the compiler's, and may be a text.
    const found = list(directory).filter((file) => isNamed(file) && isFile(join(directory, file)));
    const best = found.sort((a, b) => b.length - a.length || (a < b ? -1 : 1))[0];
    if (best !== undefined) return join(directory, best);
  }
  return null;
}

/** The kernel takes files by their whole path; that of a running process's executable is behind a link. */
function wholePath(target: string): string {
  try {
    return target.startsWith("/proc/") ? realpathSync(target) : resolve(target);
  } catch {
    return target;
  }
}

function paths(target: string, path: string): string[] {
  if (target.includes("/")) {
    const whole = wholePath(target);
    if (!hasWildcard(target)) return isFile(whole) ? [whole] : [];
    const directory = dirname(whole);
    if (hasWildcard(directory)) return [];
    return list(directory)
      .filter((name) => matches(basename(target), name))
      .map((name) => join(directory, name))
      .filter(isFile);
  }
  const command = path
    .split(":")
    .map((directory) => join(directory, target))
    .find((file) => target !== "" && isFile(file));
  const found = command ?? (target.startsWith("lib") ? library(target) : null);
  return found === null ? [] : [found];
}

function readIfAllowed(file: string): ReturnType<typeof readElf> {
  try {
    return readElf(readFileSync(file));
  } catch {
    return null;
  }
}

/** What is no ELF file is none that could be probed. */
export function userFiles(path: string): (target: string) => readonly UserFile[] {
  const known = new Map<string, UserFile | null>();
  const open = (file: string): UserFile | null => {
    let opened = known.get(file);
    if (opened !== undefined) return opened;
    const elf = readIfAllowed(file);
    known.set(file, (opened = elf === null ? null : { path: file, elf }));
    return opened;
  };
  return (target) => paths(target, path).flatMap((file) => open(file) ?? []);
}
