/** How the text of a trace is to be read, by what its first lines tell. */
import type { FormatLines, LinesContext, TextFormat } from "../text/open.ts";
import { hexDigits } from "../text/number.ts";
import { Calls } from "./calls.ts";
import { debugLines } from "./debug-lines.ts";
import { GraphLines } from "./graph-clock.ts";
import { readBareLine, traceLines } from "./line.ts";
import type { TraceText } from "./sniff.ts";

const [OPEN, CLOSE, BLANK] = [40, 41, 32];

function linesOf(text: TraceText | null, { symbols, ids }: LinesContext): FormatLines {
  const calls = new Calls(symbols, ids);
  const graph = new GraphLines(calls);
  const { hasHeads = true, numbers = null } = text ?? {};
  return {
    readLine: text?.isDebug === true ? debugLines(traceLines(graph)) : hasHeads ? traceLines(graph) : readBareLine,
    extras: {
      framesFollow: false,
      scan: (kind, bytes, line) => calls.scan(kind, bytes, line),
      emit: (kind, bytes, line, writer) => calls.emit(kind, bytes, line, writer),
      readFrame: (bytes, from, to) => calls.readFrame(bytes, from, to),
      rewind() {
        calls.rewind();
        graph.rewind();
      },
    },
    facts: () => calls,
    warnings: () => [
      ...(numbers === null
        ? []
        : [
            `the text holds numbers in place of the events' fields (option ${numbers}): nothing of it can be read, record it with no${numbers}`,
          ]),
      ...(hasHeads || numbers !== null
        ? []
        : ["the text has no tasks, CPUs and times (option nocontext-info): all events are at time 0, of task 0"]),
      ...(graph.isRelative
        ? ["times are made up of durations (the trace has no funcgraph-abstime): those of different CPUs cannot be compared"]
        : []),
    ],
  };
}

/** A kernel's addresses have 16 digits; or their names are printed. */
const KERNEL_DIGITS = 16;

/** `(0x55aa358f3149) …` is a uprobe's, `(vfs_read+0x0/0x120) …` and `(ffffffff81363f10 <- …` are kprobes'. */
function categoryOf(bytes: Uint8Array, from: number): string {
  if (bytes[from] !== OPEN) return "unknown";
  const isPrefixed = bytes[from + 1] === 48 && bytes[from + 2] === 120;
  const first = isPrefixed ? from + 3 : from + 1;
  let at = first;
  while (hexDigits[bytes[at]!]! >= 0) at++;
  const isNumber = isPrefixed || (at > first && (bytes[at] === BLANK || bytes[at] === CLOSE));
  return isNumber && at - first < KERNEL_DIGITS ? "uprobes" : "kprobes";
}

export function traceFormat(text: TraceText | null): TextFormat {
  const isReport = text?.isReport ?? false;
  const hasSeconds = text?.hasSeconds ?? true;
  return {
    name: isReport ? "trace-cmd report text" : `ftrace text${text?.tracer && text.tracer !== "nop" ? ` (${text.tracer})` : ""}`,
    withCategory: false,
    callerFirst: !isReport,
    namesAreOfTheMoment: false,
    clock: hasSeconds ? "seconds" : "counter",
    clockIsNs: hasSeconds,
    ncpus: text?.ncpus ?? null,
    categoryOf,
    lines: (context) => linesOf(text, context),
  };
}
