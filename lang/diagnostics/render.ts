import type { Diagnostic, RelatedSpan, Source, Span } from "./diagnostic.ts";
import { filesOf } from "./source.ts";

/** A place in a script as messages print it. */
export interface Location {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in characters (a tab is one). */
  readonly column: number;
}

/** Lines and columns of a text's offsets. */
export function locate(text: string, offset: number): Location {
  const bounded = Math.max(0, Math.min(offset, text.length));
  const lineStart = text.lastIndexOf("\n", bounded - 1) + 1;
  let line = 1;
  for (let feed = text.indexOf("\n"); feed >= 0 && feed < bounded; feed = text.indexOf("\n", feed + 1)) line++;
  return { line, column: Array.from(text.slice(lineStart, bounded)).length + 1 };
}

/** The file that a place is in: its name, its own text, and where that begins in the source's. */
function fileAt(source: Source, offset: number): Source & { readonly start: number } {
  const files = filesOf(source);
  const { name, start, end } = files.find((file) => offset >= file.start && offset <= file.end) ?? files[0]!;
  return { name, text: source.text.slice(start, end), start };
}

/** File, line and column where a span begins. */
export function placeOf(source: Source, { start }: Span): Location & { readonly file: string } {
  const file = fileAt(source, start);
  return { file: file.name, ...locate(file.text, start - file.start) };
}

/**
 * `FILE:LINE:COL-COL` of a span, columns 1-based and the end exclusive, or `FILE:LINE-LINE` of one that takes several lines
 * (rows 8.44, 8.45).
 */
export function formatLocation(source: Source, span: Span): string {
  const { name, text, start: base } = fileAt(source, span.start);
  const { start, end } = bound(text, { start: span.start - base, end: span.end - base });
  const from = locate(text, start);
  const to = locate(text, end);
  if (from.line !== to.line) return `${name}:${from.line}-${to.line}`;
  // An empty span, or one at the end of a line, still underlines one column.
  return `${name}:${from.line}:${from.column}-${Math.max(to.column, from.column + 1)}`;
}

/** A span's lines below its message: the source line and the line of `~`, or all the lines of a long span. Each ends with a newline. */
export function formatContext(source: Source, span: Span): string {
  const { text, start: base } = fileAt(source, span.start);
  const { start, end } = bound(text, { start: span.start - base, end: span.end - base });
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const lines = text.slice(lineStart, lineEnd(text, end)).split("\n").map(withoutReturn);
  if (lines.length > 1) return lines.map((line) => `${line}\n`).join("");
  const [line = ""] = lines;
  const before = line.slice(0, start - lineStart);
  const marked = line.slice(start - lineStart, end - lineStart);
  return `${untab(line)}\n${" ".repeat(width(before))}${"~".repeat(Math.max(1, width(marked)))}\n`;
}

const LABEL = { error: "ERROR", warning: "WARNING" } as const;

/** A place with what there is to say about it, and its source line. */
export const renderPlace = (source: Source, severity: Diagnostic["severity"], { span, label }: RelatedSpan): string =>
  `${formatLocation(source, span)}: ${LABEL[severity]}: ${label}\n${formatContext(source, span)}`;

/**
 * A diagnostic as bpftrace prints it (rows 8.44 to 8.46): message, source line with tabs as four blanks, `~` under the span; then
 * the related places, the hints, and last the places that macros were expanded from. Without a span the message alone.
 * Ends with a newline.
 */
export function renderDiagnostic(source: Source, diagnostic: Diagnostic): string {
  const { severity, span, message, hint, related = [] } = diagnostic;
  const label = LABEL[severity];
  const place = (at: RelatedSpan) => renderPlace(source, severity, at);
  const isExpansion = (at: RelatedSpan) => at.label === "expanded from";
  const hints = hint?.split("\n").map((line) => `HINT: ${line}\n`) ?? [];
  return [
    span === null ? `${label}: ${message}\n` : place({ span, label: message }),
    ...related.filter((at) => !isExpansion(at)).map(place),
    ...hints,
    ...related.filter(isExpansion).map(place),
  ].join("");
}

/** Within the text, and without the line feed that ends it: what is said about a line's end belongs to that line. */
function bound(text: string, span: Span): Span {
  const start = Math.max(0, Math.min(span.start, text.length));
  const end = Math.max(start, Math.min(span.end, text.length));
  const isLineFeed = end === start + 1 && text[start] === "\n";
  return { start, end: isLineFeed ? start : end };
}

function lineEnd(text: string, offset: number): number {
  const feed = text.indexOf("\n", offset);
  return feed < 0 ? text.length : feed;
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

function untab(line: string): string {
  return line.replaceAll("\t", "    ");
}

/** Columns that the text takes on a terminal, roughly: characters, tabs as four. */
function width(text: string): number {
  return Array.from(untab(text)).length;
}
