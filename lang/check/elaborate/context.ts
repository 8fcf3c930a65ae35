/**
 * State of elaboration. Typing and building are one walk: a round walks every body with the types known so far, widens the types of
 * variables and maps as it meets assignments, and builds the typed program. Rounds repeat until nothing widens; the last one counts.
 */
import type { Block, Expr, FunctionItem } from "../../ast/ast.ts";
import type { ResolvedAttachPoint } from "../../catalogue.ts";
import type { RelatedSpan, Span } from "../../diagnostics/diagnostic.ts";
import type { HirExpr, HirMapId, HirStmt, LocalId } from "../../hir/hir.ts";
import type { IntType, MapValueType, Type } from "../../types/type.ts";
import type { ScriptConfig } from "../config.ts";
import type { CheckEnv } from "../env.ts";
import type { Report } from "../report.ts";

/** What is known of a map; lives through all rounds. */
export interface MapState {
  readonly name: string;
  readonly index: HirMapId;
  /** Where it is first used. */
  readonly span: Span;
  /** Null until something uses it with or without a key; the first use decides (row 2.56). */
  keyed: boolean | null;
  key: Type | null;
  value: MapValueType | null;
  /** Common type of the aggregate's arguments (row 3.47). */
  argument: IntType | null;
  /** Assigned, incremented or aggregated somewhere. */
  written: boolean;
}

/** Type of a scratch variable; lives through all rounds, found by the statement that declares the variable. */
export interface VarType {
  type: Type | null;
  /** A declared type does not widen (row 3.06). */
  fixed: boolean;
  /** Of a variable that a script can name; the same in all rounds. */
  readonly id?: number;
}

export interface Inference {
  readonly env: CheckEnv;
  readonly config: ScriptConfig;
  readonly maps: Map<string, MapState>;
  readonly functions: Map<string, FunctionState>;
  readonly varTypes: Map<object, VarType>;
  /** Something widened in this round. */
  changed: boolean;
  /** The first expression of this round whose type is not known, or that a diagnostic is about. */
  unresolved: Span | null;
}

/** A function of the script; a type is null if a diagnostic says what is wrong with it. */
export interface FunctionState {
  readonly item: FunctionItem;
  readonly index: number;
  readonly params: readonly (Type | null)[];
  readonly returns: Type | null;
  /** Calls in its body, of this round. */
  readonly calls: { readonly callee: FunctionState; readonly span: Span }[];
}

/** A variable in scope, in one round. */
export interface Variable {
  readonly name: string;
  readonly id: LocalId;
  readonly types: VarType;
  readonly origin: RelatedSpan;
  assigned: boolean;
}

export interface Local {
  readonly name: string;
  readonly types: VarType;
}

/** One body in one round. */
export interface Context {
  readonly inference: Inference;
  readonly report: Report;
  readonly points: readonly ResolvedAttachPoint[];
  /** The function whose body this is; null in a probe. */
  readonly fn: FunctionState | null;
  readonly locals: Local[];
  /** Temporaries that later calls of the same function use again, by name and type. */
  readonly reused: Map<string, LocalId>;
  /** Innermost last. */
  readonly scopes: Map<string, Variable>[];
  /** Variables, as they are shown, of blocks that have ended. */
  readonly ended: Set<string>;
  /** Loops around the current statement, innermost last. */
  readonly loops: ("while" | "for")[];
  /** How often unroll repeats the current statement. */
  copies: number;
  /** A condition known at compile time says that the current statement never runs. */
  dead: boolean;
  /** Null: the type is not known (yet), or a diagnostic says what is wrong. */
  readonly expr: (expr: Expr) => HirExpr | null;
  /** The statements of a block in a scope of its own; a value at the end is dropped with a warning. */
  readonly block: (block: Block) => HirStmt[];
  /** The same with the value kept; null without a value. */
  readonly valueBlock: (block: Block) => { readonly body: HirStmt[]; readonly value: HirExpr | null };
}

export type ExprOf<K extends Expr["kind"]> = Extract<Expr, { readonly kind: K }>;
export type CallExpr = ExprOf<"call">;

/** A compiler temporary. */
export function newTemp(cx: Context, name: string, type: Type): LocalId {
  cx.locals.push({ name, types: { type, fixed: true } });
  return (cx.locals.length - 1) as LocalId;
}
