/** What C definitions have declared so far. */
import type { Definition, Expr } from "../../ast/ast.ts";
import type { Span } from "../../diagnostics/diagnostic.ts";
import type { EnumConstant, TypeSource } from "../../types/type-source.ts";
import type { EnumType, StructType, Type } from "../../types/type.ts";
import type { Report } from "../report.ts";
import type { CType } from "./c-names.ts";

/** An object-like macro (row 2.04). */
export interface Define {
  readonly body: string;
  /** Null: the body is no expression; it may be a type. */
  readonly value: Expr | null;
}

export interface Scope {
  readonly report: Report;
  /** Types of the recording, which definitions may refer to. */
  readonly outer: TypeSource;
  /** By `struct x` or `union x`. */
  readonly compounds: Map<string, StructType>;
  readonly enums: Map<string, EnumType>;
  readonly constants: Map<string, EnumConstant>;
  readonly typedefs: Map<string, CType>;
  readonly defines: Map<string, Define>;
  /** What nested definitions that several members share have become. */
  readonly declared: Map<Definition, Type | null>;
  /** A header was included: its names of integer types are known. */
  hasHeader: boolean;
  /** Of structs, unions and enums without a name, for the names that they get. */
  unnamed: number;
}

export const newScope = (report: Report, outer: TypeSource): Scope => ({
  report,
  outer,
  compounds: new Map(),
  enums: new Map(),
  constants: new Map(),
  typedefs: new Map(),
  defines: new Map(),
  declared: new Map(),
  hasHeader: false,
  unnamed: 0,
});

export const newName = (scope: Scope): string => `<anon_${++scope.unnamed}>`;

/** Says what is wrong with a definition; as a null for the caller to pass on. */
export function wrong(scope: Scope, span: Span, message: string, hint: string | null = null): null {
  scope.report.error("invalidDefinition", span, message, { hint });
  return null;
}
