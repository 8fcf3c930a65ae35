/** kstack, ustack, dw_ustack (rows 4.17–4.19). */
import type { Expr } from "../../../ast/ast.ts";
import type { HirExpr } from "../../../hir/hir.ts";
import type { StackMode, StackType } from "../../../types/type.ts";
import type { CallExpr, Context } from "../context.ts";
import type { ValueFunctions } from "./call-table.ts";

const MAX_FRAMES = 1024n;

const MODES: Readonly<Record<string, readonly string[]>> = {
  kstack: ["bpftrace", "perf", "raw"],
  ustack: ["bpftrace", "perf", "raw", "build_id"],
};

function checkMode(cx: Context, call: CallExpr, mode: Expr): boolean {
  const name = call.name.text;
  const modes = MODES[name]!;
  if (mode.kind === "ident" && modes.includes(mode.name)) return true;
  const found = mode.kind === "ident" ? `: '${mode.name}'` : "";
  cx.report.error("invalidArgument", mode.span, `Unknown stack mode for ${name}()${found} (expects one of: ${modes.join(", ")})`);
  return false;
}

function checkLimit(cx: Context, call: CallExpr, limit: Expr): boolean {
  const name = call.name.text;
  const value = limit.kind === "int" ? limit.value : null;
  if (value !== null && value >= 0n && value <= MAX_FRAMES) return true;
  const message =
    value === null || value < 0n
      ? `${name}() expects a non-negative integer literal as the limit`
      : `${name}([int limit]): limit shouldn't exceed ${String(MAX_FRAMES)}, ${String(value)} given`;
  cx.report.error("invalidArgument", limit.span, message);
  return false;
}

/** `kstack(N)`, `kstack(mode)`, `kstack(mode, N)`. */
function checkArguments(cx: Context, call: CallExpr): boolean {
  const written = call.args.filter((arg) => arg.kind !== "type");
  if (written.length < call.args.length) {
    cx.report.error("invalidArgument", call.span, `${call.name.text}() does not take a type as an argument`);
    return false;
  }
  const [first, second] = written;
  if (first === undefined) return true;
  if (second === undefined) return first.kind === "ident" ? checkMode(cx, call, first) : checkLimit(cx, call, first);
  return checkMode(cx, call, first) && checkLimit(cx, call, second);
}

/** Longest stack that a map of stacks has room for (sysctl kernel.perf_event_max_stack). */
const MOST_FRAMES = 127;

/** Modes are `kstack(mode)`, `kstack(mode, N)`; else config's stack_mode, of which a kernel stack knows all but build_id. */
function stackCall(cx: Context, call: CallExpr): HirExpr | null {
  const space = call.name.text === "kstack" ? "kernel" : "user";
  if (!checkArguments(cx, call)) return null;
  const written = call.args.find((arg) => arg.kind === "ident")?.name;
  const limit = call.args.find((arg) => arg.kind === "int")?.value ?? BigInt(MOST_FRAMES);
  const { stackMode } = cx.inference.config;
  const mode = written ?? (space === "kernel" && stackMode === "build_id" ? "bpftrace" : stackMode);
  const type: StackType = { kind: "stack", space, mode: mode as StackMode, frames: Math.min(Number(limit), MOST_FRAMES) };
  return { kind: "stack", span: call.span, type };
}

function dwarfStackCall(cx: Context, call: CallExpr): null {
  cx.report.error("notRecorded", call.span, "dw_ustack is not possible: unwinding needs the stack's memory, which is not recorded", {
    hint: "use ustack",
  });
  return null;
}

export const stackFunctions: ValueFunctions = {
  dw_ustack: { min: 0, max: 2, elaborate: dwarfStackCall },
  kstack: { min: 0, max: 2, elaborate: stackCall },
  ustack: { min: 0, max: 2, elaborate: stackCall },
};
