/** cat() and system() on the machine that hindsight runs on. Files and commands are bytes, one character each. */
import { isUtf8 } from "node:buffer";
import { closeSync, openSync, readSync } from "node:fs";
import type { Host } from "../output/host.ts";
import { errnoText } from "./load.ts";

function readStart(path: string, maxBytes: number): string {
  const file = openSync(Buffer.from(path, "latin1"), "r");
  try {
    const bytes = Buffer.alloc(maxBytes);
    let length = 0;
    // Files of /proc come in pieces.
    for (let read = -1; read !== 0 && length < maxBytes; length += read) read = readSync(file, bytes, length, maxBytes - length, null);
    return bytes.toString("latin1", 0, length);
  } finally {
    closeSync(file);
  }
}

/** Arguments of a process are text to node: a command with other bytes is spelled, for the shell to put together. */
function shellCommand(command: string): string {
  const bytes = Buffer.from(command, "latin1");
  if (isUtf8(bytes)) return bytes.toString();
  const spelled = Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
  return `eval "$(printf '${spelled}')"`;
}

function runCommand(command: string): string {
  // Loaded only by scripts that run commands.
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const { stdout } = spawnSync("/bin/sh", ["-c", shellCommand(command)], {
    stdio: ["inherit", "pipe", "inherit"],
    maxBuffer: Infinity,
  });
  return stdout.toString("latin1");
}

export const hostOf = (maxCatBytes: number): Host => ({
  readFile(path) {
    try {
      return { content: readStart(path, maxCatBytes) };
    } catch (error) {
      return { error: errnoText(error) };
    }
  },
  run: runCommand,
});
