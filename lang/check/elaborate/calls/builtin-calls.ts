/** Builtin variables written as calls: `pid()`, and those that take an argument (rows 4.01, 4.02, 4.06, 4.08). */
import type { HirExpr } from "../../../hir/hir.ts";
import { elaborateBuiltin } from "../builtins.ts";
import type { CallExpr, Context } from "../context.ts";
import { checkArity } from "./arguments.ts";
import { commOfCall } from "./tasks.ts";

const CLOCKS: Readonly<Record<string, "nsecs" | "nsecs_monotonic" | "nsecs_tai">> = {
  boot: "nsecs",
  monotonic: "nsecs_monotonic",
  sw_tai: "nsecs_tai",
  tai: "nsecs_tai",
};

/** What the value remembers of its clock (row 3.56). */
const CARRIED = { nsecs_monotonic: "monotonic", nsecs_tai: "tai" } as const;

/** The name that stands as the only argument; null with a diagnostic if something else does. */
function modeArgument(cx: Context, call: CallExpr, expected: string): string | null {
  const [mode] = call.args;
  if (mode?.kind === "ident") return mode.name;
  cx.report.error("invalidArgument", (mode ?? call).span, `${call.name.text}() ${expected}`);
  return null;
}

function nsecsCall(cx: Context, call: CallExpr): HirExpr | null {
  const { span } = call;
  const mode = modeArgument(cx, call, "takes the name of a clock: monotonic, boot, tai or sw_tai");
  if (mode === null) return null;
  const clock = Object.hasOwn(CLOCKS, mode) ? CLOCKS[mode] : undefined;
  if (clock === undefined) {
    cx.report.error("invalidArgument", call.args[0]!.span, `Invalid timestamp mode: ${mode}`);
    return null;
  }
  const nsecs = elaborateBuiltin(cx, "nsecs", span);
  if (nsecs?.type.kind !== "int") return null;
  return { kind: "builtin", span, name: clock, type: clock === "nsecs" ? nsecs.type : { ...nsecs.type, clock: CARRIED[clock] } };
}

/** Ids are those of the recorded events: the namespace of whoever recorded them. */
function idCall(cx: Context, call: CallExpr): HirExpr | null {
  const mode = modeArgument(cx, call, "only supports curr_ns and init as the argument");
  if (mode === null) return null;
  if (mode === "curr_ns" || mode === "init") return elaborateBuiltin(cx, call.name.text, call.span);
  cx.report.error("invalidArgument", call.args[0]!.span, `Invalid PID namespace mode: ${mode} (expects: curr_ns or init)`);
  return null;
}

const WITH_ARGUMENT: Readonly<Record<string, (cx: Context, call: CallExpr) => HirExpr | null>> = {
  comm: commOfCall,
  nsecs: nsecsCall,
  pid: idCall,
  tid: idCall,
};

export function builtinCall(cx: Context, call: CallExpr): HirExpr | null {
  const name = call.name.text;
  const withArgument = Object.hasOwn(WITH_ARGUMENT, name) ? WITH_ARGUMENT[name] : undefined;
  if (!checkArity(cx, call, { min: 0, max: withArgument === undefined ? 0 : 1 })) return null;
  return call.args.length === 0 || withArgument === undefined ? elaborateBuiltin(cx, name, call.span) : withArgument(cx, call);
}
