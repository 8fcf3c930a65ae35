/** Writes a recording of any format as another: everything goes through its page streams. */
import type { Recording } from "../../probes/recording.ts";
import type { Converted } from "./converted.ts";
import { BufferedSink, type Sink } from "./sink.ts";
import type { Spools } from "./trace-dat/spool.ts";

export type TargetFormat = "jsonl" | "trace.dat";

/** What a file is called that way. Null: nothing tells. */
export function formatOfPath(path: string): TargetFormat | null {
  if (/\.jsonl$/i.test(path)) return "jsonl";
  return /\.dat$/i.test(path) ? "trace.dat" : null;
}

/** `spools`: where the records of a CPU wait until its turn. */
export async function convert(recording: Recording, target: TargetFormat, sink: Sink, spools: Spools): Promise<Converted> {
  const buffered = new BufferedSink(sink);
  if (target === "jsonl") return (await import("./jsonl/write.ts")).writeJsonl(recording, buffered);
  return (await import("./trace-dat/write.ts")).writeTraceDat(recording, buffered, spools);
}
