/** Screens as pictures of a document: UPDATE_EXPECT=1 draws them anew; look at them before committing. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect } from "vitest";
import { screenSvg } from "./screen-svg.ts";
import type { Terminal } from "./terminal.ts";

const POLL = { timeout: 20_000, interval: 50 };

/** Polls until the screen has been the same so many times. */
const STILL = 20;

async function stillPicture(draw: () => string): Promise<string> {
  let last = draw();
  let same = 0;
  const count = (): number => {
    const picture = draw();
    same = picture === last ? same + 1 : 0;
    last = picture;
    return same;
  };
  await expect.poll(count, POLL).toBeGreaterThanOrEqual(STILL);
  return last;
}

/** Holds the screen to a picture, as soon as it is that. */
export async function expectPicture(terminal: Terminal, size: { readonly cols: number; readonly rows: number }, file: URL): Promise<void> {
  const draw = (): string => screenSvg(terminal, size.cols, size.rows);
  if (process.env["UPDATE_EXPECT"] === "1") {
    mkdirSync(new URL(".", file), { recursive: true });
    writeFileSync(file, await stillPicture(draw));
    return;
  }
  expect(existsSync(file), `${file.pathname}: UPDATE_EXPECT=1 draws it`).toBe(true);
  await expect.poll(draw, POLL).toBe(readFileSync(file, "utf8"));
}
