/** What tables of functions hold: how many arguments each takes, and who elaborates it. */
import type { HirExpr, HirStmt } from "../../../hir/hir.ts";
import type { CallExpr, Context } from "../context.ts";
import type { Arity } from "./arguments.ts";

/** Functions that give a value. */
export type ValueFunctions = Readonly<Record<string, Arity & { readonly elaborate: (cx: Context, call: CallExpr) => HirExpr | null }>>;

/** Functions that only act. */
export type ActionFunctions = Readonly<Record<string, Arity & { readonly elaborate: (cx: Context, call: CallExpr) => HirStmt[] }>>;
