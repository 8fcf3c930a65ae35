/** Names of files. */
import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import type { Candidate } from "../editor/candidates.ts";

export function fileNames(written: string): Candidate[] {
  const slash = written.lastIndexOf("/") + 1;
  const directory = written.slice(0, slash);
  const path = directory === "" ? "." : directory.replace(/^~(?=\/)/, homedir());
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter(({ name }) => name.startsWith(written.slice(slash)) && (written.slice(slash) !== "" || !name.startsWith(".")))
      .map((entry) => {
        const name = `${entry.name}${entry.isDirectory() ? "/" : ""}`;
        return { text: directory + name, label: name };
      })
      .sort((a, b) => (a.text < b.text ? -1 : 1));
  } catch {
    return [];
  }
}
