/** What a line (or several) of the user is: a command, a program, or nothing; and whether it is finished. */
import { findProvider } from "../../lang/check/attach/providers.ts";
import { afterLayout } from "../../lang/lex/cursor.ts";
import { parse } from "../../lang/parse/parse.ts";

export type Input =
  | { readonly kind: "nothing" }
  | { readonly kind: "command"; readonly name: string; readonly rest: string }
  /** Also what is none, and has to be told so by the compiler. */
  | { readonly kind: "program"; readonly text: string }
  /** A program that runs once and is not kept; the text has its attach point. */
  | { readonly kind: "block"; readonly text: string }
  | { readonly kind: "unknown"; readonly word: string };

/** Items that begin with a word or sign which no attach point has. */
const ITEM =
  /^(?:config\s*=|import\s*"|let\s+@|macro\s+\w|fn\s+\w|(?:struct|union|enum|typedef)\b|#\s*(?:include|define|if|ifdef|ifndef|undef|pragma)\b)/;

/** `begin`, `t:sched:sched_switch`, `label=kprobe:f`, `*:open`, `/predicate/`, or anything before a brace. */
function startsProbe(text: string): boolean {
  const word = /^(?:\w+=)?([A-Za-z]+)/.exec(text)?.[1] ?? "";
  const provider = findProvider(word);
  if (provider?.parts.includes(0) === true && /^\w+\s*(?:$|[/{,])/.test(text)) return true;
  return /^[^\s{]*[^\s{:]:[^\s:]/.test(text) || text.includes("{");
}

export function readInput(text: string, isCommand: (word: string) => boolean): Input {
  const trimmed = text.trim();
  const comment = trimmed.startsWith("#") && !ITEM.test(trimmed);
  const at = comment ? trimmed.length : afterLayout(trimmed, 0);
  if (at >= trimmed.length) return { kind: "nothing" };
  const code = trimmed.slice(at);
  // `print @x`, or `@x` alone.
  if (/^@\w*(?:\[[^{}]*\])?$/.test(code)) return { kind: "command", name: "print", rest: code };
  const word = /^(?:[A-Za-z][\w-]*|[?!])(?=\s|$)/.exec(code)?.[0] ?? "";
  if (word !== "" && isCommand(word)) return { kind: "command", name: word, rest: code.slice(word.length).trim() };
  if (code.startsWith("{")) return { kind: "block", text: `begin ${code}` };
  if (ITEM.test(code) || startsProbe(code)) return { kind: "program", text: code };
  return { kind: "unknown", word: /^\S+/.exec(code)?.[0] ?? code };
}

/** Whether more lines must follow: braces, comments or strings are open, or a probe has no body yet. Two empty lines end it anyway. */
export function isUnfinished(text: string, isCommand: (word: string) => boolean): boolean {
  const input = readInput(text, isCommand);
  if ((input.kind !== "program" && input.kind !== "block") || /\n[ \t]*\n[ \t]*$/.test(text)) return false;
  const body = input.text;
  const { diagnostics } = parse({ name: "", text: body });
  return diagnostics.some(({ severity, span, message }) => {
    if (severity !== "error" || span === null) return false;
    if (message.endsWith("unterminated comment")) return true;
    const end = message.endsWith("unterminated string") ? span.end : span.start;
    return afterLayout(body, end) >= body.length;
  });
}
