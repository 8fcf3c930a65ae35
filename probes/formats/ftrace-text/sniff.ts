/** Recognises what the kernel writes into `trace` and trace_pipe, by its beginning. */
import { MOST_CPU, newHead } from "../text/head.ts";
import { readTraceHead } from "./head.ts";
import { newGraphLine, readGraphLine } from "./graph-line.ts";

const MOST_LINES = 200;
const latin1 = new TextDecoder("latin1");

export interface TraceText {
  /** What `# tracer:` says; null: there is no header. */
  readonly tracer: string | null;
  /** `#P:2` or `cpus=2`; null: not told. */
  readonly ncpus: number | null;
  readonly isReport: boolean;
  /** With where in the buffer each record is. */
  readonly isDebug: boolean;
  /** Whether lines have task, CPU and time. */
  readonly hasHeads: boolean;
  /** The option by which the lines hold numbers in place of what events say; null: they do not. */
  readonly numbers: "raw" | "hex" | "bin" | null;
  /** Whether times have a dot, so are seconds. */
  readonly hasSeconds: boolean;
}

/** `21728 1 6513581378661 type: 782`: task, CPU and time, by kernel/trace/trace_output.c, the same in hexadecimal, or as their bytes. */
function numbersOf(text: string): TraceText["numbers"] {
  if (text.includes("\0")) return "bin";
  const [first = ""] = /^[^#\n].*/m.exec(text) ?? [];
  if (/^[0-9a-f]{8} [0-9a-f]{8} [0-9a-f]{16} /.test(first)) return "hex";
  return /^\d+ \d+ \d+ /.test(first) ? "raw" : null;
}

/** What the first lines of a text tell; null: it is no trace. Never throws. */
export function traceTextOf(head: Uint8Array): TraceText | null {
  const text = latin1.decode(head);
  if (text.includes("\0") && !text.startsWith("# tracer: ")) return null;
  const tracer = /^# tracer: (\S+)/m.exec(text)?.[1] ?? /^# (\S+) latency trace v/m.exec(text)?.[1] ?? null;
  const cpus = /^#.*#P:(\d{1,5})\b/m.exec(text)?.[1] ?? /^cpus=(\d{1,5})\r?$/m.exec(text)?.[1];
  const isReport = /^(?:version = \d+\n)?(?:CPU \d+ is empty\n)*cpus=\d+\r?$/m.test(text);
  const parsed = newHead();
  const graph = newGraphLine();
  let [start, heads, columns, seconds, bodies] = [0, 0, 0, 0, 0];
  for (let line = 0; line < MOST_LINES && start < head.length; line++) {
    let end = head.indexOf(10, start);
    if (end < 0) end = head.length;
    // The last line may be cut.
    else if (readTraceHead(head, start, end, parsed)) {
      heads++;
      if (parsed.isSeconds) seconds++;
    } else if (head[start] !== 35 && readGraphLine(head, start, end, graph)) columns++;
    else if (head[start] !== 35 && end > start) bodies++;
    start = end + 1;
  }
  if (tracer === null && !isReport && heads === 0) return null;
  return {
    tracer,
    ncpus: cpus === undefined || Number(cpus) > MOST_CPU + 1 ? null : Number(cpus),
    isReport,
    isDebug: isReport && /^CPU:\d+ \[SUBBUFFER START\] /m.test(text),
    numbers: heads > 0 || columns > 0 ? null : numbersOf(text),
    hasHeads: heads > 0 || columns > 0 || isReport || bodies === 0,
    hasSeconds: heads === 0 || seconds > 0,
  };
}
