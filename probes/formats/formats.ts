/** Every format that can be replayed. The first one that recognises a file's beginning reads it, so those with a magic number go first. */
import type { RecordingFormat } from "./format.ts";
import { ctfFormat } from "./ctf/format.ts";
import { captureFormat } from "./pcap/format.ts";
import { jsonlFormat } from "./jsonl/format.ts";
import { perfDataFormat } from "./perf-data/format.ts";
import { perfettoFormat } from "./perfetto/format.ts";
import { perfScriptFormat } from "./perf-script/format.ts";
import { straceFormat } from "./strace/format.ts";
import { ftraceTextFormat } from "./ftrace-text/format.ts";
import { traceCmdReportFormat } from "./trace-cmd-report/format.ts";
import { traceDatFormat } from "./trace-dat/format.ts";

export const recordingFormats: readonly RecordingFormat[] = [
  traceDatFormat,
  perfDataFormat,
  captureFormat,
  ctfFormat,
  perfettoFormat,
  jsonlFormat,
  straceFormat,
  traceCmdReportFormat,
  ftraceTextFormat,
  perfScriptFormat,
];
