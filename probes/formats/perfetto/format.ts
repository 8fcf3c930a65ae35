import type { RecordingFormat } from "../format.ts";
import { isPerfetto } from "./sniff.ts";

export const perfettoFormat: RecordingFormat = {
  name: "Perfetto",
  sniff: isPerfetto,
  async open(source, beside) {
    return (await import("./open.ts")).openPerfetto(source, beside);
  },
};
