/**
 * Text whose line breaks are not decided yet, and its layout within a width.
 * Source: P. Wadler, "A prettier printer" (2003), with hard line breaks and filled lists.
 */
export type Doc =
  | string
  | { readonly kind: "concat"; readonly parts: readonly Doc[]; readonly breaks: boolean }
  /** On one line if it fits, else every `line` of its own level breaks. */
  | { readonly kind: "group"; readonly doc: Doc; readonly breaks: boolean }
  | { readonly kind: "indent"; readonly by: number; readonly doc: Doc; readonly breaks: boolean }
  /** Items from number `from` on, a blank between them; a line break instead where the next one does not fit. `lead`: one may also come first. */
  | { readonly kind: "fill"; readonly items: readonly Doc[]; readonly from: number; readonly lead: boolean; readonly breaks: boolean }
  /** `flat` on one line, else a line break. */
  | { readonly kind: "line"; readonly flat: " " | ""; readonly breaks: false }
  /** Always a line break; a raw one goes to the first column. */
  | { readonly kind: "hardline"; readonly raw: boolean; readonly breaks: true };

export const line: Doc = { kind: "line", flat: " ", breaks: false };
export const hardline: Doc = { kind: "hardline", raw: false, breaks: true };
export const rawline: Doc = { kind: "hardline", raw: true, breaks: true };

const breaks = (doc: Doc): boolean => typeof doc !== "string" && doc.breaks;

export const concat = (...parts: readonly Doc[]): Doc => ({ kind: "concat", parts, breaks: parts.some(breaks) });
export const group = (...parts: readonly Doc[]): Doc => ({ kind: "group", doc: concat(...parts), breaks: parts.some(breaks) });
export const indent = (by: number, ...parts: readonly Doc[]): Doc => ({
  kind: "indent",
  by,
  doc: concat(...parts),
  breaks: parts.some(breaks),
});
export const fill = (items: readonly Doc[], { lead = false } = {}): Doc => ({
  kind: "fill",
  items,
  from: 0,
  lead,
  breaks: items.some(breaks),
});

/** Something to print, the indentation of its lines, and whether it must stay on one. */
interface Pending {
  readonly doc: Doc;
  readonly indentation: number;
  readonly flat: boolean;
}

/** Pushes the parts of a document so that the first one is on top. */
function pushParts(stack: Pending[], parts: readonly Doc[], { indentation, flat }: Pending): void {
  for (let i = parts.length - 1; i >= 0; i--) stack.push({ doc: parts[i]!, indentation, flat });
}

/** Whether `first`, on one line, and what follows it up to the next possible line break fit into `room` columns. */
function fits(first: Doc, rest: readonly Pending[], room: number): boolean {
  const stack: Pending[] = [{ doc: first, indentation: 0, flat: true }];
  let left = room;
  let behind = rest.length;
  while (left >= 0) {
    const next = stack.pop() ?? (behind > 0 ? rest[--behind] : undefined);
    if (next === undefined) return true;
    const { doc, indentation, flat } = next;
    if (typeof doc === "string") {
      left -= doc.length;
      continue;
    }
    switch (doc.kind) {
      case "hardline":
        return true;
      case "line":
        if (!flat) return true;
        left -= doc.flat.length;
        break;
      case "concat":
        pushParts(stack, doc.parts, next);
        break;
      case "group":
        stack.push({ doc: doc.doc, indentation, flat: flat && !doc.breaks });
        break;
      case "indent":
        stack.push({ doc: doc.doc, indentation, flat });
        break;
      case "fill": {
        const item = doc.items[doc.from];
        if (item === undefined) break;
        if (doc.from > 0) {
          if (!flat) return true;
          left--;
        }
        stack.push({ doc: { ...doc, from: doc.from + 1 }, indentation, flat }, { doc: item, indentation, flat });
      }
    }
  }
  return false;
}

/** Lays a document out in lines of at most `width` columns where that is possible. Lines of nothing but blanks become empty. */
export function layout(root: Doc, width: number): string {
  const stack: Pending[] = [{ doc: root, indentation: 0, flat: false }];
  const lines: string[] = [];
  let current = "";
  const newline = (indentation: number): void => {
    lines.push(current.trim() === "" ? "" : current);
    current = " ".repeat(indentation);
  };
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { doc, indentation, flat } = next;
    if (typeof doc === "string") {
      current += doc;
      continue;
    }
    switch (doc.kind) {
      case "hardline":
        newline(doc.raw ? 0 : indentation);
        break;
      case "line":
        if (flat) current += doc.flat;
        else newline(indentation);
        break;
      case "concat":
        pushParts(stack, doc.parts, next);
        break;
      case "group":
        stack.push({ doc: doc.doc, indentation, flat: flat || (!doc.breaks && fits(doc.doc, stack, width - current.length)) });
        break;
      case "indent":
        stack.push({ doc: doc.doc, indentation: indentation + doc.by, flat });
        break;
      case "fill": {
        const item = doc.items[doc.from];
        if (item === undefined) break;
        stack.push({ doc: { ...doc, from: doc.from + 1 }, indentation, flat });
        if (doc.from === 0) {
          const isBetterBelow = doc.lead && !fits(item, stack, width - current.length) && fits(item, [], width - indentation);
          if (!flat && isBetterBelow) newline(indentation);
        } else if (current.trim() !== "") {
          if (flat || (!breaks(item) && fits(concat(" ", item), stack, width - current.length))) current += " ";
          else newline(indentation);
        }
        stack.push({ doc: item, indentation, flat });
      }
    }
  }
  newline(0);
  return lines.join("\n");
}

/** First character that a document prints, or "" if none. */
export function firstCharacter(doc: Doc): string {
  if (typeof doc === "string") return doc.slice(0, 1);
  switch (doc.kind) {
    case "concat":
      for (const part of doc.parts) {
        const first = firstCharacter(part);
        if (first !== "") return first;
      }
      return "";
    case "group":
    case "indent":
      return firstCharacter(doc.doc);
    case "fill":
      return doc.items[doc.from] === undefined ? "" : firstCharacter(doc.items[doc.from]!);
    case "line":
    case "hardline":
      return "";
  }
}
