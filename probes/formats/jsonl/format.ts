import type { RecordingFormat } from "../format.ts";
import { isJsonl } from "./sniff.ts";

export const jsonlFormat: RecordingFormat = {
  name: "JSON lines",
  sniff: isJsonl,
  async open(source) {
    return (await import("./open.ts")).openJsonl(source);
  },
};
