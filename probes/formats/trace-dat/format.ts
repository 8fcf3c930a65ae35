import type { RecordingFormat } from "../format.ts";
import { isTraceDat } from "./sniff.ts";

export const traceDatFormat: RecordingFormat = {
  name: "trace.dat",
  sniff: isTraceDat,
  async open(source) {
    const { decodeTraceDat } = await import("./decode.ts");
    const result = await decodeTraceDat(source);
    return result.ok ? result : { ok: false, message: `damaged trace.dat: ${result.damage.message}` };
  },
};
