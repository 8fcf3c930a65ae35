import type { Block, Expr } from "../ast/ast.ts";
import type { Comments } from "./comments.ts";
import type { Doc } from "./doc.ts";

/** What every part of the formatter has at hand. Blocks hold expressions and expressions blocks: they call each other through here. */
export interface Format extends Comments {
  /** A block or an if whose value is wanted. */
  readonly block: (block: Block) => Doc;
  readonly if: (node: Expr & { readonly kind: "if" }) => Doc;
}
