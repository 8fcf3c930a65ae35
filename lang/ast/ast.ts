/**
 * The syntax tree of a script: the whole grammar, names unresolved, nothing folded. Parsing never fails: what could not be read
 * is an `error` node plus a diagnostic. Every node has the span of its source text.
 */
import type { Span } from "../diagnostics/diagnostic.ts";

interface Node {
  readonly span: Span;
}

export interface Script extends Node {
  /** C preprocessor lines and definitions, in order. */
  readonly definitions: readonly Definition[];
  readonly config: ConfigBlock | null;
  readonly imports: readonly Import[];
  /** Probes, macros, functions and map declarations, in order. */
  readonly items: readonly Item[];
  readonly comments: readonly Comment[];
}

export interface Comment extends Node {
  readonly text: string; // with its // or /* */
}

export type Definition =
  | (Node & { readonly kind: "include"; readonly path: string; readonly system: boolean })
  /** `value`: the body as an expression of the language, null if it is none. */
  | (Node & { readonly kind: "define"; readonly name: Name; readonly body: string; readonly value: Expr | null })
  /** #ifdef, #ifndef, #if, #elif, #else, #endif, #undef, #pragma, macros with parameters. `cond`: what #if and #elif ask. */
  | (Node & { readonly kind: "conditional"; readonly text: string; readonly cond: Expr | null })
  | (Node & {
      readonly kind: "struct" | "union";
      readonly name: Name | null;
      readonly members: readonly CMember[];
      readonly attributes: readonly string[];
    })
  | (Node & {
      readonly kind: "enum";
      readonly name: Name | null;
      readonly constants: readonly { readonly name: Name; readonly value: Expr | null }[];
      readonly attributes: readonly string[];
    })
  /** `members` are what it declares, each name a type; none for `struct x;`. */
  | (Node & { readonly kind: "typedef"; readonly text: string; readonly members: readonly CMember[] })
  | (Node & { readonly kind: "error" });

/** A struct member as C text, or a nested definition. An empty name is that of an unnamed bit-field. */
export type CMember =
  | (Node & {
      readonly kind: "field";
      readonly type: string;
      readonly name: Name;
      readonly pointers: number;
      readonly lengths: readonly (Expr | null)[];
      readonly bits: Expr | null;
      readonly attributes: readonly string[];
    })
  | (Node & {
      readonly kind: "nested";
      readonly definition: Definition;
      readonly name: Name | null;
      readonly pointers: number;
      readonly lengths: readonly (Expr | null)[];
      readonly bits: Expr | null;
      readonly attributes: readonly string[];
    });

export interface Name extends Node {
  readonly text: string;
}

export interface ConfigBlock extends Node {
  readonly entries: readonly { readonly key: Name; readonly value: ConfigValue }[];
}
export type ConfigValue = Node &
  (
    | { readonly kind: "string" | "word"; readonly text: string }
    | { readonly kind: "int"; readonly value: bigint }
    | { readonly kind: "bool"; readonly value: boolean }
  );

export interface Import extends Node {
  readonly path: string;
}

export type Item = ProbeItem | MacroItem | FunctionItem | MapDeclItem | (Node & { readonly kind: "error" });

export interface ProbeItem extends Node {
  readonly kind: "probe";
  readonly attach: readonly AttachPoint[];
  readonly predicate: Expr | null;
  readonly body: Block;
}

/** Text as written between separators, `$N` not yet replaced; parts split at `:` and `@` outside quotes, quotes removed. */
export interface AttachPoint extends Node {
  /** `name=` before the provider (row 1.03). */
  readonly label: string | null;
  readonly text: string;
  readonly parts: readonly Name[];
}

export interface MacroItem extends Node {
  readonly kind: "macro";
  readonly name: Name;
  readonly params: readonly (Node & { readonly kind: "variable" | "map" | "expr" | "type"; readonly name: string })[];
  readonly body: Block;
}

export interface FunctionItem extends Node {
  readonly kind: "function";
  readonly name: Name;
  readonly params: readonly (Node & { readonly name: string; readonly type: TypeExpr })[];
  readonly returns: TypeExpr | null;
  readonly body: Block;
}

export interface MapDeclItem extends Node {
  readonly kind: "map_decl";
  readonly map: Name; // with its @
  readonly type: Name; // hash, lruhash, …
  readonly size: Expr | null;
}

/** `{ stmts; value }`: `value` is the last expression without `;` (row 2.20). */
export interface Block extends Node {
  readonly stmts: readonly Stmt[];
  readonly value: Expr | null;
}

/** Names of variables and maps keep their sigil: "$x", "@x", "@". */
export type Stmt = Node &
  (
    | { readonly kind: "expr"; readonly expr: Expr }
    | { readonly kind: "assign"; readonly target: Expr; readonly op: AssignOp; readonly value: Expr } // target: variable, map, index of map, or discard
    | { readonly kind: "let"; readonly name: Name; readonly type: TypeExpr | null; readonly value: Expr | null }
    | { readonly kind: "if"; readonly comptime: boolean; readonly cond: Expr; readonly then: Block; readonly else: Block | null } // else-if: a Block of one if
    | { readonly kind: "while"; readonly cond: Expr; readonly body: Block }
    | { readonly kind: "for_range"; readonly variable: Name; readonly from: Expr; readonly to: Expr; readonly body: Block }
    | { readonly kind: "for_each"; readonly variable: Name; readonly over: Expr; readonly body: Block }
    | { readonly kind: "unroll"; readonly count: Expr; readonly body: Block }
    | { readonly kind: "block"; readonly body: Block }
    | { readonly kind: "break" | "continue" }
    | { readonly kind: "return"; readonly value: Expr | null }
    | { readonly kind: "import"; readonly path: string }
    | { readonly kind: "error" }
  );

export type AssignOp = "=" | "+=" | "-=" | "*=" | "/=" | "%=" | "&=" | "|=" | "^=" | "<<=" | ">>=";
export type UnaryOp = "!" | "~" | "-" | "*" | "&";
export type BinaryOp = "*" | "/" | "%" | "+" | "-" | "<<" | ">>" | "<" | "<=" | ">" | ">=" | "==" | "!=" | "&" | "^" | "|" | "&&" | "||";

export type Expr = Node &
  /** `text` as written; `value` null when malformed (a diagnostic says why). Suffixes and durations already applied. */
  (
    | { readonly kind: "int"; readonly text: string; readonly value: bigint | null; readonly suffix: "" | "u" | "l" | "ll" | "ul" | "ull" }
    /** Escapes resolved to bytes. */
    | { readonly kind: "string"; readonly bytes: Uint8Array }
    | { readonly kind: "bool"; readonly value: boolean }
    /** `$1`: index 1; `$#`: index "count". */
    | { readonly kind: "param"; readonly index: bigint | "count" }
    | { readonly kind: "ident"; readonly name: string }
    | { readonly kind: "variable"; readonly name: string }
    | { readonly kind: "map"; readonly name: string }
    /** `_` as an assignment target. */
    | { readonly kind: "discard" }
    | { readonly kind: "call"; readonly name: Name; readonly args: readonly (Expr | TypeExpr)[] }
    | { readonly kind: "unary"; readonly op: UnaryOp; readonly operand: Expr }
    | { readonly kind: "increment"; readonly op: "++" | "--"; readonly prefix: boolean; readonly operand: Expr }
    | { readonly kind: "binary"; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr; readonly opSpan: Span }
    | { readonly kind: "ternary"; readonly cond: Expr; readonly then: Expr | null; readonly else: Expr } // then null: `c ?: b`
    | { readonly kind: "if"; readonly comptime: boolean; readonly cond: Expr; readonly then: Block; readonly else: Block | null }
    | { readonly kind: "block"; readonly body: Block }
    /** `.name`, `->name` (arrow true) or `.0` (name "0"). */
    | { readonly kind: "member"; readonly operand: Expr; readonly name: Name; readonly arrow: boolean }
    /** `e[a]`, `e[a, b]`. */
    | { readonly kind: "index"; readonly operand: Expr; readonly indices: readonly Expr[] }
    | { readonly kind: "cast"; readonly to: TypeExpr; readonly operand: Expr }
    | { readonly kind: "tuple"; readonly elems: readonly Expr[] }
    | { readonly kind: "record"; readonly fields: readonly { readonly name: Name; readonly value: Expr }[] }
    | { readonly kind: "sizeof" | "typeof" | "typeinfo"; readonly of: Expr | TypeExpr }
    | { readonly kind: "offsetof"; readonly of: Expr | TypeExpr; readonly path: readonly Name[] }
    | { readonly kind: "comptime"; readonly operand: Expr }
    | { readonly kind: "error" }
  );

/** `int32*[4]`: base with suffixes in the order written. */
export type TypeExpr = Node & {
  readonly kind: "type";
  readonly base:
    | { readonly kind: "name" | "struct" | "union" | "enum"; readonly name: string }
    | { readonly kind: "typeof"; readonly of: Expr | TypeExpr };
  readonly suffixes: readonly ("*" | { readonly length: Expr | null })[];
};
