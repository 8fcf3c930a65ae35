/** -p: bodies of events that any process may cause run only for one (row 1.46). */
import type { Expr } from "../ast/ast.ts";
import type { ResolvedAttachPoint } from "../catalogue.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import type { ProbeBody } from "./split-bodies.ts";

/** The others run in our own process, or for none. bpftrace attaches user probes to the process instead, which comes to the same. */
const OF_PROCESSES: ReadonlySet<ResolvedAttachPoint["provider"]> = new Set([
  "tracepoint",
  "rawtracepoint",
  "kprobe",
  "kretprobe",
  "fentry",
  "fexit",
  "uprobe",
  "uretprobe",
  "usdt",
  "software",
  "hardware",
  "profile",
  "watchpoint",
] as const);

/** `pid == P && predicate`: the predicate itself must not run either, since it may have effects. */
function condition(pid: number, predicate: Expr | null, span: Span): Expr {
  const value: Expr = { kind: "int", text: String(pid), value: BigInt(pid), suffix: "", span };
  const isPid: Expr = { kind: "binary", op: "==", left: { kind: "ident", name: "pid", span }, right: value, opSpan: span, span };
  return predicate === null ? isPid : { kind: "binary", op: "&&", left: isPid, right: predicate, opSpan: span, span };
}

/** One body, or two where it is shared by points of both kinds. */
export function limitToPid(body: ProbeBody, pid: number): ProbeBody[] {
  const limited = body.points.filter(({ provider }) => OF_PROCESSES.has(provider));
  const others = body.points.filter(({ provider }) => !OF_PROCESSES.has(provider));
  const span = body.predicate?.span ?? { start: body.span.start, end: body.span.start };
  return [
    ...(limited.length === 0 ? [] : [{ ...body, points: limited, predicate: condition(pid, body.predicate, span) }]),
    ...(others.length === 0 ? [] : [{ ...body, points: others }]),
  ];
}
