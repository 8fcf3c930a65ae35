/** Macros by name, and which of them a call means (rows 2.29, 2.30, 2.34). */
import type { Expr, MacroItem, TypeExpr } from "../../ast/ast.ts";
import type { Report } from "../report.ts";
import { checkJumps } from "./jumps.ts";

export type Argument = Expr | TypeExpr;
export type Param = MacroItem["params"][number];

export interface Macro {
  readonly item: MacroItem;
  /** Of the standard library: its body sees no macros of the user. */
  readonly isStdlib: boolean;
}

/** A type as an argument: `typeof(T)`, or a type that cannot be read as anything else. */
export const isTypeArgument = (arg: Argument): boolean => arg.kind === "type" || arg.kind === "typeof";

/** Whether the parameter can stand for the argument (row 2.29): a variable and a map by reference, a name for whatever there is. */
export function accepts(param: Param, arg: Argument): boolean {
  switch (param.kind) {
    case "variable":
    case "map":
      return arg.kind === param.kind;
    case "type":
      return isTypeArgument(arg) || arg.kind === "ident";
    case "expr":
      return true;
  }
}

const matches = ({ item }: Macro, args: readonly Argument[]): boolean =>
  item.params.length === args.length && item.params.every((param, i) => accepts(param, args[i]!));

/** How far a call is from a macro; more or fewer arguments weigh more than any that do not fit. */
function distance({ item: { params } }: Macro, args: readonly Argument[]): number {
  const misfits = params.filter((param, i) => args[i] !== undefined && !accepts(param, args[i])).length;
  return 1024 * Math.abs(params.length - args.length) + misfits;
}

export type Found = { readonly macro: Macro } | { readonly closest: Macro } | null;

/** Null: nothing has that name. The user's macros win over those of the standard library, earlier ones over later ones. */
export function lookUp(candidates: readonly Macro[], args: readonly Argument[]): Found {
  const fitting = candidates.filter((macro) => matches(macro, args));
  const macro = fitting.find(({ isStdlib }) => !isStdlib) ?? fitting[0];
  if (macro !== undefined) return { macro };
  const [first, ...rest] = candidates;
  if (first === undefined) return null;
  return { closest: rest.reduce((best, next) => (distance(next, args) < distance(best, args) ? next : best), first) };
}

const PARAM_NAMES = { variable: "Variable", map: "Map", expr: "Ident", type: "Type param" } as const;

/** False (and a diagnostic) if two parameters have one name. */
function hasDistinctParams({ params }: MacroItem, report: Report): boolean {
  const seen = new Set<string>();
  for (const param of params) {
    if (seen.has(param.name)) {
      report.error("redeclared", param.span, `${PARAM_NAMES[param.kind]} for macro argument has already been used: ${param.name}`);
      return false;
    }
    seen.add(param.name);
  }
  return true;
}

/** What a parameter looks like as an argument of its own macro: macros that take it are there already. */
function asArgument({ kind, name, span }: Param): Argument {
  switch (kind) {
    case "variable":
    case "map":
      return { kind, name, span };
    case "expr":
      return { kind: "int", text: "", value: null, suffix: "", span };
    case "type":
      return { kind: "type", base: { kind: "name", name }, suffixes: [], span };
  }
}

/** `macro name`: what messages about a definition point at. */
export const headOf = ({ item }: Macro): { readonly start: number; readonly end: number } => ({
  start: item.span.start,
  end: item.name.span.end,
});

/** The macros of a script, in order; a definition that another one hides is reported and left out. */
export function collectMacros(items: readonly MacroItem[], report: Report): Map<string, Macro[]> {
  const macros = new Map<string, Macro[]>();
  for (const item of items) {
    const macro: Macro = { item, isStdlib: false };
    const same = macros.get(item.name.text) ?? [];
    const found = lookUp(same, item.params.map(asArgument));
    if (found !== null && "macro" in found) {
      report.error("redeclared", headOf(macro), `Redefinition of macro: ${item.name.text}`, {
        related: [{ span: headOf(found.macro), label: "This is the original definition." }],
      });
      continue;
    }
    checkJumps(item.body, report);
    if (hasDistinctParams(item, report)) macros.set(item.name.text, [...same, macro]);
  }
  return macros;
}
