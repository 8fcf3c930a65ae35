import type { RecordingFormat } from "../format.ts";
import { isStrace } from "./sniff.ts";

export const straceFormat: RecordingFormat = {
  name: "strace text",
  sniff: isStrace,
  async open(source) {
    return (await import("./open.ts")).openStrace(source);
  },
};
