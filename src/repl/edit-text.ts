/** A text in the user's editor. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Edited = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

/** `editor`: a command with its options, as $EDITOR has it. */
export function editText(editor: string, text: string): Edited {
  const directory = mkdtempSync(join(tmpdir(), "hindsight-edit-"));
  const file = join(directory, "program.bt");
  try {
    writeFileSync(file, `${text.trimEnd()}\n`);
    const { status, error } = spawnSync("sh", ["-c", `${editor} "$1"`, "sh", file], { stdio: "inherit" });
    if (error !== undefined) return { ok: false, message: error.message };
    if (status !== 0) return { ok: false, message: `${editor} ended with status ${status ?? "?"}: the program stays as it was` };
    return { ok: true, text: readFileSync(file, "utf8").trimEnd() };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
