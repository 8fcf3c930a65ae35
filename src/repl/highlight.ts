/** Colours of what is typed: by the tokens of the language, or the name of a command. */
import { isBuiltin } from "../../lang/check/elaborate/builtins.ts";
import { isNative } from "../../lang/check/elaborate/calls/calls.ts";
import type { Cursor } from "../../lang/lex/cursor.ts";
import { scanItems, type RawItem } from "../../lang/lex/items.ts";
import { keywords, T } from "../../lang/lex/token-types.ts";
import { stdlib } from "../../lang/stdlib/stdlib.ts";
import { isCommand } from "./commands/table.ts";
import type { Styled } from "./editor/layout.ts";
import { readInput } from "./input.ts";

type Token = RawItem["tokens"][number];

const STYLES = {
  attachPoint: "1;36",
  keyword: "35",
  string: "32",
  number: "33",
  map: "1;34",
  variable: "36",
  name: "34",
  comment: "90",
  wrong: "31",
  command: "1",
} as const;

const KEYWORDS = new Set(keywords.values());

function styleOf({ tokenType, image }: Token): string | null {
  switch (tokenType) {
    case T.AttachPoint:
      return STYLES.attachPoint;
    case T.String:
      return STYLES.string;
    case T.Int:
    case T.Bool:
    case T.Param:
      return STYLES.number;
    case T.Map:
      return STYLES.map;
    case T.Variable:
      return STYLES.variable;
    case T.StructKind:
    case T.TypeName:
      return STYLES.keyword;
    case T.Invalid:
      return image.startsWith('"') ? STYLES.string : STYLES.wrong;
    case T.Ident:
      return isNative(image) || isBuiltin(image) || stdlib.fileOf(image) !== null ? STYLES.name : null;
    default:
      return KEYWORDS.has(tokenType) ? STYLES.keyword : null;
  }
}

function programStyles(text: string): Styled[] {
  const cursor: Cursor = { text, pos: 0, comments: [], diagnostics: [] };
  const items = scanItems(cursor);
  const found = items.flatMap(({ tokens, kind, span }): Styled[] => {
    if (kind === "directive") return [{ ...span, style: STYLES.keyword }];
    return tokens.flatMap((token) => {
      const style = styleOf(token);
      return style === null ? [] : [{ start: token.startOffset, end: token.endOffset! + 1, style }];
    });
  });
  const comments = cursor.comments.map(({ span }): Styled => ({ start: span.start, end: span.end, style: STYLES.comment }));
  return [...found, ...comments].sort((a, b) => a.start - b.start);
}

/** In order, and none in another. */
export function highlight(text: string): readonly Styled[] {
  const input = readInput(text, isCommand);
  switch (input.kind) {
    case "command": {
      const start = text.search(/\S/);
      const end = text.startsWith("@", start) ? text.length : start + input.name.length;
      return [{ start, end, style: text.startsWith("@", start) ? STYLES.map : STYLES.command }];
    }
    case "program":
    case "block":
      return programStyles(text);
    default:
      return text.trim().startsWith("#") ? [{ start: 0, end: text.length, style: STYLES.comment }] : [];
  }
}
