/** All functions: which exist, how many arguments they take, and who elaborates them. */
import { suggestion } from "../../suggestion.ts";
import type { HirExpr, HirStmt } from "../../../hir/hir.ts";
import { builtinNames, isBuiltin } from "../builtins.ts";
import { stdlib } from "../../../stdlib/stdlib.ts";
import type { CallExpr, Context } from "../context.ts";
import { refusedInFunction } from "../in-function.ts";
import { aggregateNames, isAggregate } from "./aggregates.ts";
import { checkArity } from "./arguments.ts";
import { builtinCall } from "./builtin-calls.ts";
import type { ActionFunctions, ValueFunctions } from "./call-table.ts";
import { commandFunctions } from "./commands.ts";
import { failCall } from "./fail.ts";
import { functionCall } from "./functions.ts";
import { deleteCall, hasKeyCall, lenCall } from "./map-calls.ts";
import { memoryFunctions } from "./memory.ts";
import { networkFunctions } from "./network.ts";
import { numberTextFunctions } from "./number-texts.ts";
import { isLiteralCall, isScalarCall, typePredicateCall } from "./predicates.ts";
import { exitCall, joinCall, printCall, printfCall, timeCall, wholeMapCall } from "./print.ts";
import { refusedFunctions } from "./refused.ts";
import { searchFunctions } from "./search.ts";
import { stackFunctions } from "./stacks.ts";
import { stringFunctions } from "./strings.ts";
import { symbolFunctions } from "./symbols.ts";
import { taskFunctions } from "./tasks.ts";

/** Functions that give a value. */
const VALUES: ValueFunctions = {
  ...memoryFunctions,
  ...networkFunctions,
  ...numberTextFunctions,
  ...refusedFunctions,
  ...searchFunctions,
  ...stackFunctions,
  ...stringFunctions,
  ...symbolFunctions,
  ...taskFunctions,
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
};

/** Functions that only act. */
const ACTIONS: ActionFunctions = {
  ...commandFunctions,
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

/** Known to the language, without an implementation so far. */
const LATER = new Set(["getopt"]);

/** Whether the language itself has a function or variable of that name. */
export const isNative = (name: string): boolean =>
  Object.hasOwn(VALUES, name) || isAction(name) || isAggregate(name) || LATER.has(name) || builtinNames.includes(name) || isBuiltin(name);

/** Names of all functions of the language itself, for whoever offers them. */
export const functionNames = (): string[] => [...Object.keys(VALUES), ...Object.keys(ACTIONS), ...aggregateNames(), ...LATER];

/** A function that gives a value and may be called without arguments. */
export const needsNoArgument = (name: string): boolean => Object.hasOwn(VALUES, name) && VALUES[name]!.min === 0;

export const isAction = (name: string): boolean => Object.hasOwn(ACTIONS, name);

export function elaborateAction(cx: Context, call: CallExpr): HirStmt[] {
  const action = ACTIONS[call.name.text]!;
  return checkArity(cx, call, action) ? action.elaborate(cx, call) : [];
}

function unknown(cx: Context, call: CallExpr): null {
  const name = call.name.text;
  const names = [...functionNames(), ...builtinNames, ...stdlib.names(), ...cx.inference.functions.keys()];
  cx.report.error("unknownFunction", call.name.span, `Unknown function: '${name}'`, { hint: suggestion(name, names) });
  return null;
}

/** A call where a value is wanted. */
export function elaborateCall(cx: Context, call: CallExpr): HirExpr | null {
  const name = call.name.text;
  const fn = cx.inference.functions.get(name);
  if (fn !== undefined) return functionCall(cx, call, fn);
  if (refusedInFunction(cx, name, call.span)) return null;
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
  if (isBuiltin(name)) return builtinCall(cx, call);
  if (!LATER.has(name)) return unknown(cx, call);
  cx.report.unsupported(call.name.span, `${name}()`);
  return null;
}
