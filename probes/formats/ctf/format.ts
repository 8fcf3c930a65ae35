import type { RecordingFormat } from "../format.ts";
import { isCtfFile } from "./sniff.ts";

/** Of a single file of a trace; directories are opened by openTraceDirectory. */
export const ctfFormat: RecordingFormat = {
  name: "CTF",
  sniff: isCtfFile,
  open: () => Promise.resolve({ ok: false, message: "it is one file of a CTF trace: give the directory that holds all of them" }),
};
