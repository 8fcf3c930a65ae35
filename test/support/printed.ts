/** What scripts print, for tests that are tables of one-liners and their answers. */
import { expect } from "vitest";
import { runScript, type RunOptions } from "./run-script.ts";

/** Lines of the output that are not blank. The script must compile without a word, and run without a warning. */
export async function printed(text: string, options: RunOptions = {}): Promise<string[]> {
  const { stdout, stderr } = await runScript(text, options);
  expect(stderr.replace(/^Attached \d+ probes?\n/, ""), text).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

/** Of statements in begin. */
export const prints = (statements: string, options: RunOptions = {}): Promise<string[]> => printed(`begin { ${statements} }`, options);

/** Errors and warnings of a script, at compile time and at run time, without their places: `WARNING: text`. */
export async function complaints(text: string, options: RunOptions = {}): Promise<string[]> {
  const { stderr } = await runScript(text, options);
  return [...stderr.matchAll(/^\S+: ((?:ERROR|WARNING): .*)$/gm)].map(([, message]) => message!);
}
