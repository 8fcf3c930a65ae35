import type { RecordingFormat } from "../format.ts";
import { isPcapng, pcapKind } from "./sniff.ts";

const HEAD_BYTES = 12;

export const captureFormat: RecordingFormat = {
  name: "pcap",
  sniff: (head) => pcapKind(head) !== null || isPcapng(head),
  async open(source) {
    const head = new Uint8Array(HEAD_BYTES);
    source.readAt(0, head);
    const { openCapture } = await import("./decode.ts");
    return openCapture(source, head);
  },
};
