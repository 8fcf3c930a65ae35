/** Screens as text files: UPDATE_EXPECT=1 writes them anew; read the difference before committing it. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";
import type { Terminal } from "./terminal.ts";

/** Rows end where their last character is, whether blanks were written behind it or not. */
const shown = (terminal: Terminal): string =>
  `${terminal
    .rows()
    .map((row) => row.trimEnd())
    .join("\n")
    .trimEnd()}\n`;

const POLL = { timeout: 20_000, interval: 30 };

/** Until the screen has this text (or fits it). */
export const waitFor = (terminal: Terminal, text: string | RegExp): Promise<void> =>
  typeof text === "string" ? expect.poll(terminal.screen, POLL).toContain(text) : expect.poll(terminal.screen, POLL).toMatch(text);

/** Until the screen lacks it. */
export const waitWithout = (terminal: Terminal, text: string): Promise<void> => expect.poll(terminal.screen, POLL).not.toContain(text);

/** Polls until the screen has been the same so many times. */
const STILL = 10;

async function stillScreen(terminal: Terminal): Promise<string> {
  let last = shown(terminal);
  let same = 0;
  const count = (): number => {
    const screen = shown(terminal);
    same = screen === last ? same + 1 : 0;
    last = screen;
    return same;
  };
  await expect.poll(count, POLL).toBeGreaterThanOrEqual(STILL);
  return last;
}

/** Holds the screen to a file of a folder, as soon as it is that. */
export async function expectScreen(terminal: Terminal, folder: URL, name: string): Promise<void> {
  const file = new URL(`${name}.txt`, folder);
  if (process.env["UPDATE_EXPECT"] === "1") writeFileSync(file, await stillScreen(terminal));
  else {
    expect(existsSync(file), `${name}.txt: UPDATE_EXPECT=1 writes it`).toBe(true);
    await expect.poll(() => shown(terminal), POLL).toBe(readFileSync(file, "utf8"));
  }
}
