/** Numbers as texts: strerror, signal_name, syscall_name (rows 5.34–5.36). */
import type { HirExpr } from "../../../hir/hir.ts";
import { errorTexts } from "../../../tables/errors.ts";
import { signalTexts } from "../../../tables/signals.ts";
import { syscallNames } from "../../../tables/syscalls.ts";
import { TABLE_TEXT_BYTES, type TextTable } from "../../../tables/text-table.ts";
import { bool, int, int64, string } from "../../../types/type.ts";
import { convert, intConstant } from "../convert.ts";
import type { CallExpr, Context } from "../context.ts";
import { evaluateOnce } from "../temporaries.ts";
import { integerArgument } from "./arguments.ts";
import type { ValueFunctions } from "./call-table.ts";

/** C passes these numbers as an int: a system call's result of -2 is found by its low 32 bits too. */
function numberArgument(cx: Context, call: CallExpr): HirExpr | null {
  const number = integerArgument(cx, call, 0);
  return number === null ? null : convert(cx, convert(cx, number, int(4, true)), int64);
}

const textOf = (call: CallExpr, table: TextTable, index: HirExpr): HirExpr => ({
  kind: "table_text",
  span: call.span,
  table,
  index,
  type: string(TABLE_TEXT_BYTES),
});

/** System calls return errors as negative numbers, so the sign does not count. */
function magnitude(cx: Context, number: HirExpr): HirExpr {
  const { span, type } = number;
  if (number.kind === "int") return { ...number, value: number.value < 0n ? -number.value : number.value };
  return evaluateOnce(cx, number, "errno", (read) => ({
    kind: "cond",
    span,
    type,
    cond: { kind: "compare", span, type: bool, op: "<", left: read, right: intConstant(span, 0n, int64) },
    then: { kind: "unary", span, type, op: "neg", operand: read },
    else: read,
  }));
}

function strerrorCall(cx: Context, call: CallExpr): HirExpr | null {
  const number = numberArgument(cx, call);
  return number === null ? null : textOf(call, errorTexts, magnitude(cx, number));
}

function signalNameCall(cx: Context, call: CallExpr): HirExpr | null {
  const number = numberArgument(cx, call);
  return number === null ? null : textOf(call, signalTexts, number);
}

/** By the recorded machine's numbers. */
function syscallNameCall(cx: Context, call: CallExpr): HirExpr | null {
  const { otherArchitecture = null } = cx.inference.env;
  if (otherArchitecture !== null) {
    cx.report.error("notRecorded", call.span, `syscall_name: the numbers of ${otherArchitecture}'s system calls are not known`, {
      hint: "count the numbers themselves, or record the events of system calls, which have names: tracepoint:syscalls:*",
    });
    return null;
  }
  const number = numberArgument(cx, call);
  return number === null ? null : textOf(call, syscallNames(cx.inference.env.architecture ?? "x86_64"), number);
}

export const numberTextFunctions: ValueFunctions = {
  signal_name: { min: 1, max: 1, elaborate: signalNameCall },
  strerror: { min: 1, max: 1, elaborate: strerrorCall },
  syscall_name: { min: 1, max: 1, elaborate: syscallNameCall },
};
