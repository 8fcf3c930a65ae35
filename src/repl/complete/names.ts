/** Names of the language, for whoever offers them. */
import { builtinNames } from "../../../lang/check/elaborate/builtins.ts";
import { functionNames } from "../../../lang/check/elaborate/calls/calls.ts";
import { keywords } from "../../../lang/lex/token-types.ts";
import { stdlib } from "../../../lang/stdlib/stdlib.ts";
import type { Candidate } from "../editor/candidates.ts";

/** Those that are read like a keyword, but stand only at the top of a script. */
const TOP = new Set(["config", "fn", "import", "macro"]);

/** Names that only tests and old scripts use. */
const isOffered = (name: string): boolean => !name.startsWith("__");

const matching = (names: Iterable<string>, prefix: string, suffix = ""): Candidate[] =>
  [...new Set(names)]
    .filter((name) => name.startsWith(prefix) && isOffered(name))
    .sort()
    .map((text) => ({ text, suffix }));

/** `text`: of all programs, for what they define. */
export function codeNames(prefix: string, text: string): Candidate[] {
  const defined = Array.from(text.matchAll(/\b(?:fn|macro)\s+(\w+)\s*\(/g), (match) => match[1]!);
  const functions = new Set([...functionNames(), ...stdlib.names(), ...defined]);
  const plain = [...builtinNames, ...[...keywords.keys()].filter((word) => !TOP.has(word))].filter((name) => !functions.has(name));
  return [...matching(plain, prefix), ...matching(functions, prefix, "(")].sort((a, b) => (a.text < b.text ? -1 : 1));
}

export const mapNames = (prefix: string, text: string, known: readonly string[]): Candidate[] =>
  matching(
    [...known, ...Array.from(text.matchAll(/@\w*/g), (match) => match[0])].filter((name) => name !== prefix || known.includes(name)),
    prefix,
  );

export const localNames = (prefix: string, text: string): Candidate[] =>
  matching(
    Array.from(text.matchAll(/\$[A-Za-z_]\w*/g), (match) => match[0]).filter((name) => name !== prefix),
    prefix,
  );
