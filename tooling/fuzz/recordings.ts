/** Whole recordings to damage: a few small ones of each format. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

export interface CorpusFile {
  /** As the reader's own name is. */
  readonly format: string;
  readonly name: string;
  readonly bytes: Uint8Array;
}

const fixture = (format: string, name: string): CorpusFile => {
  const bytes = readFileSync(new URL(`../../test/fixtures/${name}`, import.meta.url));
  return { format, name, bytes: new Uint8Array(name.endsWith(".gz") ? gunzipSync(bytes) : bytes) };
};

export function corpus(): readonly CorpusFile[] {
  return [
    fixture("trace.dat", "traces/s07-kprobes/trace.dat"),
    fixture("trace.dat", "traces/s13-function/trace.dat"),
    fixture("perf.data", "traces/s03-forkexec/perf.data.gz"),
    fixture("perf.data", "traces/s04-pingpong/perf.data.gz"),
    fixture("perf.data", "traces/s14-profile/perf.data.gz"),
    fixture("perf.data", "perf-data/piped.data.gz"),
    fixture("perf.data", "perf-data/compressed.data.gz"),
    fixture("ftrace text", "traces/s09-signals/ftrace.txt.gz"),
    fixture("ftrace text", "traces/s11-uprobes/ftrace.txt.gz"),
    fixture("ftrace text", "text/graph.txt"),
    fixture("trace-cmd report text", "traces/s05-tcploop/report.txt.gz"),
    fixture("trace-cmd report text", "traces/s11-uprobes/report.txt.gz"),
    fixture("perf script text", "traces/s07-kprobes/perf.script.txt.gz"),
    fixture("perf script text", "traces/s14-profile/perf.script.txt.gz"),
    fixture("Perfetto", "perfetto/s03-forkexec.pftrace.gz"),
    fixture("Perfetto", "perfetto/s04-pingpong.pftrace.gz"),
    fixture("strace text", "strace/unix.txt.gz"),
    fixture("strace text", "strace/everything.txt.gz"),
    fixture("strace text", "strace/stacks-raw.txt.gz"),
    fixture("strace text", "strace/stderr.txt.gz"),
    fixture("JSON lines", "jsonl/written.jsonl"),
    fixture("JSON lines", "jsonl/export.jsonl.gz"),
  ];
}
