import type { ReplOptions } from "./face.ts";
export const replInteractive = (_options: ReplOptions, _out: unknown): Promise<number> => Promise.resolve(0);
