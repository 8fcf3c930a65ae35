/** getopt(): options that a script takes from its command line (rows 2.62, 5.59). */
import type { Expr, Item, Script } from "../ast/ast.ts";
import type { Span } from "../diagnostics/diagnostic.ts";
import { typeOfLiteral } from "../types/literal.ts";
import { typeName } from "../types/type.ts";
import { bytesToText, textToBytes } from "./byte-text.ts";
import { parseInteger } from "./integer-text.ts";
import type { Report } from "./report.ts";
import { mapBlock, mapChildren } from "./rewrite.ts";

type CallExpr = Extract<Expr, { readonly kind: "call" }>;
type Argument = CallExpr["args"][number];
type OptionType = "bool" | "int64" | "uint64" | "string";
type Value = bigint | boolean | Uint8Array;

interface Option {
  /** As messages show it. */
  readonly defaultText: string;
  readonly description: string;
}

interface Options {
  /** By name; null for `--name` without a value. */
  readonly given: ReadonlyMap<string, string | null>;
  readonly known: Map<string, Option>;
  readonly report: Report;
}

const TRUE = new Set(["true", "1", "on", "yes"]);
const FALSE = new Set(["false", "0", "off", "no"]);

const INT64_MIN = -(1n << 63n);
const INT64_MAX = (1n << 63n) - 1n;

/** Null: not one of the literals that a default can be. A negative one is not folded yet. */
function defaultOf(arg: Argument | undefined): Value | null {
  switch (arg?.kind) {
    case undefined:
      return false;
    case "bool":
    case "int":
      return arg.value;
    case "string":
      return arg.bytes;
    case "unary":
      return arg.op === "-" && arg.operand.kind === "int" && arg.operand.value !== null ? -arg.operand.value : null;
    default:
      return null;
  }
}

function typeOf(value: Value): OptionType {
  if (typeof value === "bigint") return value < 0n ? "int64" : "uint64";
  return typeof value === "boolean" ? "bool" : "string";
}

const textOf = (value: Value): string => (value instanceof Uint8Array ? bytesToText(value) : String(value));

/** The value from the command line, or what is wrong with it. */
function readValue(type: OptionType, text: string | null): { readonly value: Value } | { readonly problem: string } {
  switch (type) {
    case "bool": {
      const word = (text ?? "true").toLowerCase();
      return TRUE.has(word) ? { value: true } : FALSE.has(word) ? { value: false } : { problem: "expects a boolean (e.g. 'true')" };
    }
    case "string":
      return text === null ? { problem: "expects a string" } : { value: textToBytes(text) };
    case "int64":
    case "uint64": {
      const value = parseInteger(text ?? "");
      if (value === null) return { problem: "invalid integer" };
      const fits = type === "int64" ? value >= INT64_MIN && value <= INT64_MAX : value >= 0n;
      return fits ? { value } : { problem: "value is out of range" };
    }
  }
}

/** A literal of exactly the option's type. */
function literal(span: Span, type: OptionType, value: Value): Expr {
  if (typeof value === "boolean") return { kind: "bool", span, value };
  if (value instanceof Uint8Array) return { kind: "string", span, bytes: value };
  const int: Expr = { kind: "int", span, text: String(value), value, suffix: "" };
  if (typeName(typeOfLiteral(value)) === type) return int;
  return { kind: "cast", span, to: { kind: "type", base: { kind: "name", name: type }, suffixes: [], span }, operand: int };
}

/** What is wrong with another call for the same option. */
function difference(name: string, before: Option, option: Option): string | null {
  if (before.defaultText !== option.defaultText)
    return `Command line option '${name}' needs to have the same default value in all places it is used. Previous default value: ${before.defaultText}`;
  if (before.description !== option.description)
    return `Command line option '${name}' must have the same description in all places it's used. Hint: You can wrap it in a macro`;
  return null;
}

/** With a diagnostic, something that the rest of the script can be checked with. */
function resolveOption({ given, known, report }: Options, call: CallExpr): Expr {
  const { args, span } = call;
  const [name, fallback, description] = args;
  const value = defaultOf(fallback);
  const otherwise = literal(span, typeOf(value ?? false), value ?? false);
  const wrong = (at: Span, message: string): Expr => {
    report.error("invalidArgument", at, message);
    return otherwise;
  };
  if (name === undefined || args.length > 3)
    return wrong(span, "The 'getopt' function can take a maximum of three arguments and a minimum of one argument.");
  if (name.kind !== "string") return wrong(name.span, "First argument to 'getopt' must be a string literal.");
  if (value === null)
    return wrong(fallback!.span, "Second argument to 'getopt' must be a string literal, integer literal, or a boolean literal.");
  if (description !== undefined && description.kind !== "string")
    return wrong(description.span, "Function 'getopt' requires the third parameter to be a string literal.");
  const key = bytesToText(name.bytes);
  const type = typeOf(value);
  const option: Option = { defaultText: textOf(value), description: description === undefined ? "" : bytesToText(description.bytes) };
  const before = known.get(key);
  const differs = before === undefined ? null : difference(key, before, option);
  if (differs !== null) return wrong(span, differs);
  known.set(key, option);
  if (!given.has(key)) return otherwise;
  const text = given.get(key) ?? null;
  const read = readValue(type, text);
  if ("value" in read) return literal(span, type, read.value);
  report.error("invalidOption", null, `program command line option --${key} ${read.problem} (value: ${text ?? ""})`);
  return otherwise;
}

/** All options, one a line if one of them says what it is for. */
function hintOf(known: ReadonlyMap<string, Option>): string {
  if (known.size === 0) return "no custom program options defined.";
  const options = [...known].map(([name, { description }]) => ({ flag: `--${name}`, description }));
  if (options.every(({ description }) => description === ""))
    return `expected program options: ${options.map(({ flag }) => flag).join(", ")}`;
  const width = Math.max(...options.map(({ flag }) => flag.length));
  return ["expected program options:", ...options.map(({ flag, description }) => `  ${flag.padEnd(width)}  ${description}`.trimEnd())].join(
    "\n",
  );
}

/** Calls of getopt() become literals; options that no call asks for are an error. */
export function resolveOptions(script: Script, given: ReadonlyMap<string, string | null>, report: Report): Script {
  const options: Options = { given, known: new Map(), report };
  const resolve = (expr: Expr): Expr => {
    const inner = mapChildren(expr, resolve);
    if (inner.kind !== "call" || inner.name.text !== "getopt") return inner;
    return resolveOption(options, inner);
  };
  const inItem = (item: Item): Item => {
    if (item.kind === "function") return { ...item, body: mapBlock(item.body, resolve) };
    if (item.kind !== "probe") return item;
    return { ...item, predicate: item.predicate === null ? null : resolve(item.predicate), body: mapBlock(item.body, resolve) };
  };
  const resolved = { ...script, items: script.items.map(inItem) };
  const unexpected = [...given.keys()].filter((name) => !options.known.has(name)).map((name) => `--${name}`);
  if (unexpected.length > 0)
    report.error("invalidOption", null, `unexpected program command line options: ${unexpected.join(", ")}`, {
      hint: hintOf(options.known),
    });
  return resolved;
}
