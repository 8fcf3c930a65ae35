/** Whole recordings to damage: a few small ones of each format. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { OpenResult } from "../../probes/formats/format.ts";
import { openRecordingBytes } from "../../probes/open.ts";
import { ctfOf } from "../../test/probes/ctf/convert.ts";
import { fixtureFiles, openFiles, type TraceFiles } from "../../test/probes/ctf/support.ts";
import { recordingOf } from "../../test/support/recordings.ts";
import { perfettoParts } from "./perfetto-parts.ts";

export interface CorpusFile {
  /** As the reader's own name is. */
  readonly format: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Opens the recording with these bytes instead. */
  open(bytes: Uint8Array): Promise<OpenResult>;
}

const alone = (format: string, name: string, bytes: Uint8Array): CorpusFile => ({
  ...{ format, name, bytes },
  open: (damaged) => openRecordingBytes("fuzzed", damaged),
});

const fixture = (format: string, name: string): CorpusFile => {
  const bytes = readFileSync(new URL(`../../test/fixtures/${name}`, import.meta.url));
  return alone(format, name, new Uint8Array(name.endsWith(".gz") ? gunzipSync(bytes) : bytes));
};

/** Each file of a trace that is a directory, the others whole. */
const partsOf = (name: string, files: TraceFiles): CorpusFile[] =>
  Object.entries(files).map(([file, bytes]) => ({
    ...{ format: "CTF", name: `${name}/${file}`, bytes },
    open: (damaged) => openFiles({ ...files, [file]: damaged }),
  }));

/** The first stream alone, as the others are like it. */
const oneStream = (files: TraceFiles): TraceFiles => Object.fromEntries(Object.entries(files).slice(0, 2));

export async function corpus(): Promise<readonly CorpusFile[]> {
  const kernel = await recordingOf("s04-pingpong");
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
    alone("Perfetto", "of every kind of message", perfettoParts()),
    ...partsOf("lttng-ust", fixtureFiles("lttng-ust", ["metadata", "ch0_0", "ch1_0"])),
    ...partsOf("perf", fixtureFiles("perf", ["metadata", "perf_stream_0"])),
    ...partsOf("kernel, le", oneStream(ctfOf(kernel, "le", "tid"))),
    ...partsOf("kernel, be", oneStream(ctfOf(kernel, "be", "none"))),
    fixture("strace text", "strace/unix.txt.gz"),
    fixture("strace text", "strace/everything.txt.gz"),
    fixture("strace text", "strace/stacks-raw.txt.gz"),
    fixture("strace text", "strace/stderr.txt.gz"),
    fixture("JSON lines", "jsonl/written.jsonl"),
    fixture("JSON lines", "jsonl/export.jsonl.gz"),
  ];
}
