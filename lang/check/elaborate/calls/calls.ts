/** All functions: which exist, how many arguments they take, and who elaborates them. */
import { suggestion } from "../../suggestion.ts";
import type { HirExpr, HirStmt } from "../../../hir/hir.ts";
import { builtinNames, elaborateBuiltin, isLaterBuiltin } from "../builtins.ts";
import { stdlib } from "../../../stdlib/stdlib.ts";
import type { CallExpr, Context } from "../context.ts";
import { isAggregate } from "./aggregates.ts";
import { checkArity, type Arity } from "./arguments.ts";
import { failCall } from "./fail.ts";
import { functionCall } from "./functions.ts";
import { deleteCall, hasKeyCall, lenCall } from "./map-calls.ts";
import { isLiteralCall, isScalarCall, typePredicateCall } from "./predicates.ts";
import { exitCall, joinCall, printCall, printfCall, timeCall, wholeMapCall } from "./print.ts";
import { ntopCall, strCall, strftimeCall, strlenCall, strncmpCall } from "./strings.ts";

/** Functions that give a value. */
const VALUES: Readonly<Record<string, Arity & { readonly elaborate: (cx: Context, call: CallExpr) => HirExpr | null }>> = {
  delete: { min: 1, max: 2, elaborate: deleteCall },
  is_array: { min: 1, max: 1, elaborate: typePredicateCall },
  is_integer: { min: 1, max: 1, elaborate: typePredicateCall },
  is_literal: { min: 1, max: 1, elaborate: isLiteralCall },
  is_ptr: { min: 1, max: 1, elaborate: typePredicateCall },
  is_scalar: { min: 1, max: 1, elaborate: isScalarCall },
  is_str: { min: 1, max: 1, elaborate: typePredicateCall },
  is_unsigned_integer: { min: 1, max: 1, elaborate: typePredicateCall },
  has_key: { min: 2, max: 2, elaborate: hasKeyCall },
  len: { min: 1, max: 1, elaborate: lenCall },
  ntop: { min: 1, max: 2, elaborate: ntopCall },
  str: { min: 1, max: 2, elaborate: strCall },
  strftime: { min: 2, max: 2, elaborate: strftimeCall },
  strlen: { min: 1, max: 1, elaborate: strlenCall },
  strncmp: { min: 3, max: 3, elaborate: strncmpCall },
};

/** Functions that only act. */
const ACTIONS: Readonly<Record<string, Arity & { readonly elaborate: (cx: Context, call: CallExpr) => HirStmt[] }>> = {
  clear: { min: 1, max: 1, elaborate: wholeMapCall },
  errorf: { min: 1, max: 128, elaborate: printfCall },
  fail: { min: 1, max: 128, elaborate: failCall },
  exit: { min: 0, max: 1, elaborate: exitCall },
  join: { min: 1, max: 2, elaborate: joinCall },
  print: { min: 1, max: 3, elaborate: printCall },
  printf: { min: 1, max: 128, elaborate: printfCall },
  time: { min: 0, max: 1, elaborate: timeCall },
  warnf: { min: 1, max: 128, elaborate: printfCall },
  zero: { min: 1, max: 1, elaborate: wholeMapCall },
};

/** Known to the language, without an implementation so far (section 5 of the parity table, and tseries). */
const LATER = new Set(
  (
    "bswap buf cat cgroup_path cgroupid debugf getopt " +
    "kaddr kfunc_allowed kfunc_exist kptr ksym macaddr memcmp override path " +
    "percpu_kaddr pton reg signal signal_name signal_thread skboutput socket_cookie str_concat strcontains strerror " +
    "strstr syscall_name system tseries uaddr unwatch uptr usym write_user"
  ).split(" "),
);

/** Whether the language itself has a function or variable of that name. */
export const isNative = (name: string): boolean =>
  Object.hasOwn(VALUES, name) ||
  isAction(name) ||
  isAggregate(name) ||
  LATER.has(name) ||
  builtinNames.includes(name) ||
  isLaterBuiltin(name);

export const isAction = (name: string): boolean => Object.hasOwn(ACTIONS, name);

export function elaborateAction(cx: Context, call: CallExpr): HirStmt[] {
  const action = ACTIONS[call.name.text]!;
  return checkArity(cx, call, action) ? action.elaborate(cx, call) : [];
}

const TIMESTAMP_MODES = new Set(["monotonic", "boot", "tai", "sw_tai"]);

/** nsecs(mode): the recording has one clock, which is `boot`'s. */
function nsecsCall(cx: Context, call: CallExpr): HirExpr | null {
  const mode = call.args[0];
  if (!checkArity(cx, call, { min: 0, max: 1 })) return null;
  if (mode === undefined || (mode.kind === "ident" && mode.name === "boot")) return elaborateBuiltin("nsecs", call.span);
  const name = mode.kind === "ident" ? mode.name : "";
  if (TIMESTAMP_MODES.has(name)) cx.report.unsupported(call.span, `nsecs(${name})`);
  else cx.report.error("invalidArgument", mode.span, `Invalid timestamp mode: ${name}`);
  return null;
}

function builtinCall(cx: Context, call: CallExpr, builtin: HirExpr): HirExpr | null {
  const name = call.name.text;
  if (name === "nsecs") return nsecsCall(cx, call);
  const takesArgument = name === "pid" || name === "tid" || name === "comm";
  if (!checkArity(cx, call, { min: 0, max: takesArgument ? 1 : 0 })) return null;
  if (call.args.length === 0) return builtin;
  cx.report.unsupported(call.span, `${name}() with an argument`);
  return null;
}

function unknown(cx: Context, call: CallExpr): null {
  const name = call.name.text;
  const names = [...Object.keys(VALUES), ...Object.keys(ACTIONS), ...builtinNames, ...stdlib.names(), ...cx.inference.functions.keys()];
  cx.report.error("unknownFunction", call.name.span, `Unknown function: '${name}'`, { hint: suggestion(name, names) });
  return null;
}

/** A call where a value is wanted. */
export function elaborateCall(cx: Context, call: CallExpr): HirExpr | null {
  const name = call.name.text;
  const fn = cx.inference.functions.get(name);
  if (fn !== undefined) return functionCall(cx, call, fn);
  const value = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
  if (value !== undefined) return checkArity(cx, call, value) ? value.elaborate(cx, call) : null;
  if (isAction(name)) {
    cx.report.error("typeMismatch", call.span, `${name}() gives no value and must stand as a statement of its own`);
    return null;
  }
  if (isAggregate(name)) {
    cx.report.error("aggregateMisuse", call.span, `${name}() must be assigned directly to a map`);
    return null;
  }
  const builtin = elaborateBuiltin(name, call.span);
  if (builtin !== null) return builtinCall(cx, call, builtin);
  if (!LATER.has(name) && !isLaterBuiltin(name)) return unknown(cx, call);
  cx.report.unsupported(call.name.span, `${name}()`);
  return null;
}
