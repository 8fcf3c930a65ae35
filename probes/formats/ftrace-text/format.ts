import type { RecordingFormat } from "../format.ts";
import { openText } from "../text/open.ts";
import { SNIFF_BYTES } from "../format.ts";
import { traceFormat } from "./open.ts";
import { traceTextOf } from "./sniff.ts";

/** What the kernel writes into `trace` and trace_pipe. */
export const ftraceTextFormat: RecordingFormat = {
  name: "ftrace text",
  sniff(head) {
    const text = traceTextOf(head);
    return text !== null && !text.isReport;
  },
  open(source, beside) {
    const head = new Uint8Array(Math.min(SNIFF_BYTES, source.sizeBytes));
    source.readAt(0, head);
    return openText(source, traceFormat(traceTextOf(head)), beside);
  },
};
