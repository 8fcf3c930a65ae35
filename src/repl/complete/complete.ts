/** What Tab offers at a place of an input. */
import { afterLayout, type Cursor } from "../../../lang/lex/cursor.ts";
import { scanItems } from "../../../lang/lex/items.ts";
import { T } from "../../../lang/lex/token-types.ts";
import type { Argument } from "../commands/command.ts";
import { commands, findCommand } from "../commands/table.ts";
import type { Candidate, Completion } from "../editor/candidates.ts";
import type { Session } from "../session.ts";
import { fileNames } from "./files.ts";
import { codeNames, localNames, mapNames } from "./names.ts";
import { fieldNames, probeParts } from "./probes.ts";

const among = (words: readonly string[], prefix: string): Candidate[] =>
  words.filter((word) => word.startsWith(prefix)).map((text) => ({ text, suffix: " " }));

const allText = ({ programs }: Session, text: string): string => [...programs.map((program) => program.text), text].join("\n");

const knownMaps = ({ attached }: Session): string[] =>
  attached === null ? [] : attached.replay.maps.indices.map((index) => attached.replay.maps.dump(index).name);

/** Attach points of the item that the cursor is in; `open`: the last one ends at the cursor. */
function itemAt(text: string): { readonly points: readonly string[]; readonly isHead: boolean } {
  const cursor: Cursor = { text, pos: 0, comments: [], diagnostics: [] };
  const item = scanItems(cursor).at(-1);
  const tokens = item?.tokens ?? [];
  const points = tokens.filter(({ tokenType }) => tokenType === T.AttachPoint).map(({ image }) => image);
  const last = tokens.at(-1);
  const isClosed = last?.tokenType === T.RBrace && afterLayout(text, last.endOffset! + 1) >= text.length;
  const isHead = isClosed || tokens.every(({ tokenType }) => tokenType === T.AttachPoint || tokenType === T.Comma);
  return { points: isClosed ? [] : points, isHead };
}

const isInString = (line: string): boolean => (line.replace(/\\./g, "").match(/"/g)?.length ?? 0) % 2 === 1;

function inCode(session: Session, before: string, points: readonly string[]): Completion | null {
  if (isInString(before.slice(before.lastIndexOf("\n") + 1))) return null;
  const field = /\bargs(?:\.|->)(\w*)$/.exec(before)?.[1];
  if (field !== undefined) return { start: before.length - field.length, candidates: fieldNames(session, points, field) };
  const word = /(?:@\w*|\$\w*|[A-Za-z_]\w*|)$/.exec(before)![0];
  const start = before.length - word.length;
  // A member of something else.
  if (/(?:\.|->)$/.test(before.slice(0, start))) return null;
  if (word.startsWith("@")) return { start, candidates: mapNames(word, allText(session, before), knownMaps(session)) };
  if (word.startsWith("$")) return { start, candidates: localNames(word, before) };
  return { start, candidates: codeNames(word, allText(session, before)) };
}

function argument(session: Session, kind: Argument, rest: string, before: string): Completion | null {
  const word = /\S*$/.exec(rest)![0];
  const start = before.length - word.length;
  switch (kind) {
    case "probe":
      return { start, candidates: probeParts(session, word) };
    case "map":
      return { start, candidates: mapNames(word, "", knownMaps(session)) };
    case "file":
      return { start, candidates: fileNames(word) };
    case "command":
      return {
        start,
        candidates: among(
          commands.map(({ name }) => name),
          word,
        ),
      };
    case "program":
      return {
        start,
        candidates: among(
          session.programs.map((_, i) => String(i + 1)),
          word,
        ),
      };
    case "place":
      return { start, candidates: among(["start", "end", "event"], word) };
    case "setting":
      return { start, candidates: settingWords(rest, word) };
    case "condition": {
      const probe = /^probe\s+(\S*)$/.exec(rest)?.[1];
      if (probe !== undefined) return { start: before.length - probe.length, candidates: attachedNames(session, probe) };
      if (!rest.includes(" ") && /^[a-z]/.test(rest) && ["probe", "time"].some((kinds) => kinds.startsWith(rest)))
        return { start, candidates: among(["probe", "time"], word) };
      return inCode(session, before, []);
    }
    case "none":
    case "text":
      return null;
  }
}

function attachedNames({ attached }: Session, prefix: string): Candidate[] {
  const names = (attached?.replay.script.attach ?? []).map(({ point }) => point.name);
  return among([...new Set(names)].sort(), prefix);
}

const VALUES: Readonly<Record<string, readonly string[]>> = {
  format: ["text", "json"],
  from: ["here", "start"],
  to: ["here", "end"],
  autorun: ["on", "off"],
};

function settingWords(rest: string, word: string): Candidate[] {
  const name = /^(\w+)\s/.exec(rest)?.[1];
  return among(name === undefined ? Object.keys(VALUES) : (VALUES[name] ?? []), word);
}

export function complete(session: Session, text: string, cursor: number): Completion | null {
  const before = text.slice(0, cursor);
  const [, blank = "", word = "", rest] = /^(\s*)([A-Za-z?][\w-]*)(\s[\s\S]*)?$/.exec(before) ?? [];
  const command = rest === undefined ? null : findCommand(word);
  if (command !== null && rest !== undefined) {
    const edit = /^\s+\d+\s+/.exec(rest)?.[0];
    if (command.name !== "edit" || edit === undefined) return argument(session, command.argument, rest.trimStart(), before);
    const start = blank.length + word.length + edit.length;
    const found = inProgram(session, before.slice(start));
    return found === null ? null : { ...found, start: found.start + start };
  }
  if (/^\s*[A-Za-z]*$/.test(before)) {
    const first = before.trimStart();
    const names = among(
      commands.map(({ name }) => name),
      first,
    );
    return { start: cursor - first.length, candidates: [...names, ...(first === "" ? [] : probeParts(session, first))] };
  }
  if (/^\s*@\w*$/.test(before)) return argument(session, "map", before.trimStart(), before);
  return inProgram(session, before);
}

function inProgram(session: Session, before: string): Completion | null {
  // A block by itself has no attach point.
  if (before.trimStart().startsWith("{")) return inCode(session, before, []);
  const { points, isHead } = itemAt(before);
  if (!isHead) return inCode(session, before, points);
  const written = /[^\s,{}]*$/.exec(before)![0];
  return { start: before.length - written.length, candidates: probeParts(session, written) };
}
