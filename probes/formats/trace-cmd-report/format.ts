import type { RecordingFormat } from "../format.ts";
import { SNIFF_BYTES } from "../format.ts";
import { traceFormat } from "../ftrace-text/open.ts";
import { traceTextOf } from "../ftrace-text/sniff.ts";
import { openText } from "../text/open.ts";

/** What trace-cmd report writes: heads as in a trace, bodies as libtraceevent has them. */
export const traceCmdReportFormat: RecordingFormat = {
  name: "trace-cmd report text",
  sniff: (head) => traceTextOf(head)?.isReport ?? false,
  open(source, beside) {
    const head = new Uint8Array(Math.min(SNIFF_BYTES, source.sizeBytes));
    source.readAt(0, head);
    return openText(source, traceFormat(traceTextOf(head)), beside);
  },
};
