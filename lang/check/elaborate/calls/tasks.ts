/** Other tasks than the current one: comm(PID), ppid, pcomm, leader_tid, leader_comm (rows 4.06, 4.16). */
import type { Expr } from "../../../ast/ast.ts";
import type { Span } from "../../../diagnostics/diagnostic.ts";
import type { HirExpr, HirStmt } from "../../../hir/hir.ts";
import { bool, int, string, typeName } from "../../../types/type.ts";
import { textToBytes } from "../../byte-text.ts";
import { elaborateBuiltin } from "../builtins.ts";
import { convert, toBool } from "../convert.ts";
import type { CallExpr, Context } from "../context.ts";
import { temporary } from "../temporaries.ts";
import { argument, integerArgument } from "./arguments.ts";
import type { ValueFunctions } from "./call-table.ts";

const uint32 = int(4, false);
const COMM = string(16);

const literal = (span: Span, text: string): HirExpr => ({
  kind: "str",
  span,
  bytes: textToBytes(text),
  type: string(text.length + 1),
});

/** Name of a task; when none is known, `unknown` after running `otherwise`. */
function nameOf(cx: Context, span: Span, pid: HirExpr, unknown: string, otherwise: readonly HirStmt[]): HirExpr {
  const name = temporary(cx, "name", COMM, span);
  const isKnown = toBool(name.read);
  const body: HirStmt[] = [
    name.set({ kind: "task_comm", span, pid, type: COMM }),
    {
      kind: "if",
      span,
      cond: { kind: "unary", span, op: "lognot", operand: isKnown, type: bool },
      then: [...otherwise, name.set(convert(cx, literal(span, unknown), COMM))],
      else: [],
    },
  ];
  return { kind: "block", span, body, value: name.read, type: COMM };
}

/** What `comm` gives for a task without a known name. */
const UNKNOWN_COMM = "<...>";

/** comm(PID): the name that the task has at this moment of the recording. */
export function commOfCall(cx: Context, call: CallExpr): HirExpr | null {
  const { span } = call;
  const value = integerArgument(cx, call, 0);
  if (value === null) return null;
  const pid = temporary(cx, "pid", uint32, span);
  const warning: HirStmt = { kind: "warnf", span, format: "No such process (pid=%d)", args: [pid.read] };
  const name = nameOf(cx, span, pid.read, "N/A", [warning]);
  return { kind: "block", span, body: [pid.set(convert(cx, value, uint32))], value: name, type: COMM };
}

/** As real_parent: the thread that forked, which need not be the first one of its process. */
const parent = (cx: Context, span: Span, of: "thread" | "process"): HirExpr => ({
  kind: "task_parent",
  span,
  pid: elaborateBuiltin(cx, "tid", span)!,
  of,
  type: uint32,
});

/** The first thread of a process leads it. */
function leaderComm(cx: Context, span: Span): HirExpr {
  const [pid, tid, comm] = (["pid", "tid", "comm"] as const).map((name) => elaborateBuiltin(cx, name, span)!) as [
    HirExpr,
    HirExpr,
    HirExpr,
  ];
  const isLeader: HirExpr = { kind: "compare", span, op: "==", left: pid, right: tid, type: bool };
  return { kind: "cond", span, cond: isLeader, then: comm, else: nameOf(cx, span, pid, UNKNOWN_COMM, []), type: COMM };
}

/** The members that lead from a task to what a function gives. */
const PATHS: Readonly<Record<string, readonly [string, string]>> = {
  leader_comm: ["group_leader", "comm"],
  leader_tid: ["group_leader", "pid"],
  pcomm: ["real_parent", "comm"],
  ppid: ["real_parent", "tgid"],
};

const isTask = ({ type }: HirExpr): boolean =>
  type.kind === "pointer" && (type.to.kind === "struct" || type.to.kind === "incomplete") && type.to.name === "task_struct";

/** Of the task that the argument points to. */
function ofTask(cx: Context, call: CallExpr): HirExpr | null {
  const { span } = call;
  const task = argument(cx, call, 0);
  const value = task === null ? null : cx.expr(task);
  if (task === null || value === null) return null;
  if (!isTask(value)) {
    const message = `${call.name.text}() only supports arguments of type 'struct task_struct *' (${typeName(value.type)} provided)`;
    cx.report.error("invalidArgument", span, message);
    return null;
  }
  const path = PATHS[call.name.text]!;
  return cx.expr(path.reduce<Expr>((operand, text) => ({ kind: "member", span, operand, name: { text, span }, arrow: true }), task));
}

const ofEitherTask = (build: (cx: Context, span: Span) => HirExpr | null): ValueFunctions[string] => ({
  min: 0,
  max: 1,
  elaborate: (cx, call) => (call.args.length === 0 ? build(cx, call.span) : ofTask(cx, call)),
});

export const taskFunctions: ValueFunctions = {
  leader_comm: ofEitherTask(leaderComm),
  leader_tid: ofEitherTask((cx, span) => elaborateBuiltin(cx, "pid", span)),
  pcomm: ofEitherTask((cx, span) => nameOf(cx, span, parent(cx, span, "thread"), UNKNOWN_COMM, [])),
  ppid: ofEitherTask((cx, span) => parent(cx, span, "process")),
};
