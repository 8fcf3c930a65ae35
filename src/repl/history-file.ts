/** Where history is kept between sessions: a line an input, with line feeds and backslashes spelled. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { newHistory, type History } from "./editor/history.ts";

/** What is kept when the file is cut. */
const MOST = 2_000;

/** Null: there is no place for it. */
export function historyPath(env: Readonly<Record<string, string | undefined>>): string | null {
  const state = env["XDG_STATE_HOME"] ?? "";
  if (state.startsWith("/")) return join(state, "hindsight", "history");
  const home = env["HOME"] ?? "";
  return home === "" ? null : join(home, ".local", "state", "hindsight", "history");
}

const spelled = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const read = (line: string): string => line.replace(/\\([\s\S])/g, (_, c: string) => (c === "n" ? "\n" : c));

function readEntries(path: string): string[] {
  try {
    const lines = readFileSync(path, "utf8").split("\n");
    return lines.filter((line) => line !== "").map(read);
  } catch {
    return [];
  }
}

function silently(act: () => void): void {
  try {
    act();
  } catch {
    // A history that cannot be kept is no reason to stop.
  }
}

/** With those that it is in. Not by mkdir's own option: where the system says that there is no such place (/proc), that never ends. */
function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeDirectory(parent);
  silently(() => mkdirSync(path, { mode: 0o700 }));
}

export function openHistory(path: string | null): History {
  if (path === null) return newHistory([]);
  const all = readEntries(path);
  const entries = all.slice(-MOST);
  makeDirectory(dirname(path));
  if (all.length > 2 * MOST)
    silently(() => {
      const part = `${path}.${process.pid}`;
      writeFileSync(part, entries.map((entry) => `${spelled(entry)}\n`).join(""), { mode: 0o600 });
      renameSync(part, path);
    });
  return newHistory(entries, (text) => silently(() => appendFileSync(path, `${spelled(text)}\n`, { mode: 0o600 })));
}
