/** Functions of the script: `fn name($a: type, …): type { … }` (row 2.28). */
import type { FunctionItem, TypeExpr } from "../../ast/ast.ts";
import type { HirFunction, LocalId } from "../../hir/hir.ts";
import { settle } from "../../types/promote.ts";
import { string, typeName, voidType, type Type } from "../../types/type.ts";
import { isNative } from "./calls/calls.ts";
import type { Report } from "../report.ts";
import type { Context, FunctionState } from "./context.ts";
import { isScalar } from "./convert.ts";
import { terminates } from "./statements.ts";
import { resolveType } from "./type-expr.ts";
import { declare } from "./variables.ts";

/** eBPF passes five registers. */
const MAX_PARAMS = 5;
/** Frames that one call chain may have (linux include/linux/bpf_verifier.h, MAX_CALL_FRAMES). */
const MAX_FRAMES = 8;

function writtenType(cx: Context, written: TypeExpr): Type | null {
  const type = resolveType(cx, written, "none");
  return type === "string" ? string(cx.inference.config.maxStrlen) : type;
}

const isVoid = ({ base, suffixes }: TypeExpr): boolean => base.kind === "name" && base.name === "void" && suffixes.length === 0;

function returnType(cx: Context, written: TypeExpr | null): Type | null {
  if (written === null || isVoid(written)) return voidType;
  const type = writtenType(cx, written);
  if (type === null || isScalar(type)) return type;
  cx.report.error("invalidArgument", written.span, `A function can return integers, bools, enums and pointers, not ${typeName(type)}`, {
    hint: "put the value in a map, or use a macro",
  });
  return null;
}

/** The names of all functions, each with its number; types come in the first round. A name that is taken is reported. */
export function declareFunctions(cx: Context, items: readonly FunctionItem[]): void {
  const { functions } = cx.inference;
  for (const item of items) {
    const name = item.name.text;
    const before = functions.get(name);
    if (before !== undefined) {
      cx.report.error("redeclared", item.name.span, `Redefinition of function: ${name}`, {
        related: [{ span: before.item.name.span, label: "This is the original definition." }],
      });
    } else if (isNative(name)) cx.report.error("redeclared", item.name.span, `${name} is a function or variable of the language`);
    else if (item.params.length > MAX_PARAMS)
      cx.report.error("argumentCount", item.name.span, `A function can have ${MAX_PARAMS} parameters, ${name}() has ${item.params.length}`);
    else functions.set(name, signature(cx, item, functions.size));
  }
}

function signature(cx: Context, item: FunctionItem, index: number): FunctionState {
  const params = item.params.map(({ type }) => writtenType(cx, type));
  return { item, index, params, returns: returnType(cx, item.returns), calls: [] };
}

/** The body, in a context of its own whose `fn` this function is. */
export function elaborateFunction(cx: Context, { item, params, returns }: FunctionState): HirFunction {
  const { span, name } = item;
  cx.scopes.push(new Map());
  const locals = item.params.map((param, i): LocalId => {
    const variable = declare(cx, param.name, param, param.span, "parameter");
    // An unknown type has its message: whatever later rounds take it for, it stays.
    variable.types.type ??= params[i]!;
    variable.types.fixed = true;
    return variable.id;
  });
  const body = cx.block(item.body);
  cx.scopes.pop();
  if (returns !== null && returns.kind !== "void" && !terminates(body))
    cx.report.error("typeMismatch", name.span, "Not all code paths returned a value");
  return {
    name: name.text,
    params: locals,
    returns: returns ?? voidType,
    locals: cx.locals.map(({ name: local, types }) => ({ name: local, type: settle(types.type ?? { kind: "none" }) })),
    body,
    span,
  };
}

/** No function may call itself, on whatever way, and no chain of calls may be too long for the kernel. */
export function checkCalls(functions: Iterable<FunctionState>, report: Report): void {
  const depths = new Map<FunctionState, number>();
  const chain: FunctionState[] = [];
  const depthOf = (fn: FunctionState): number => {
    const known = depths.get(fn);
    if (known !== undefined) return known;
    chain.push(fn);
    let depth = 1;
    for (const { callee, span } of fn.calls) {
      const first = chain.indexOf(callee);
      if (first >= 0) {
        const names = [...chain.slice(first), callee].map(({ item }) => item.name.text);
        report.error("recursive", span, `Recursive function call detected. Call chain: ${names.join(" > ")}`);
      } else depth = Math.max(depth, depthOf(callee) + 1);
    }
    chain.pop();
    depths.set(fn, depth);
    // The probe has a frame too.
    if (depth === MAX_FRAMES)
      report.error(
        "tooLong",
        fn.item.name.span,
        `functions call each other too deep: a probe and ${MAX_FRAMES - 1} functions are the limit`,
      );
    return depth;
  };
  for (const fn of functions) depthOf(fn);
}
