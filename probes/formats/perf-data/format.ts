import type { RecordingFormat } from "../format.ts";
import { isPerfData } from "./sniff.ts";

export const perfDataFormat: RecordingFormat = {
  name: "perf.data",
  sniff: isPerfData,
  async open(source, { events }) {
    const { decodePerfData } = await import("./decode.ts");
    const result = await decodePerfData(source, [], events ?? []);
    return result.ok ? result : { ok: false, message: `damaged perf.data: ${result.damage.message}` };
  },
};
