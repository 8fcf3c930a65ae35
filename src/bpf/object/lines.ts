/** Offsets of a text to its lines. */
export interface LineTable {
  /** Line and column (UTF-16 units), both from 1, and the line's text without its end. */
  at(offset: number): { readonly line: number; readonly column: number; readonly text: string };
}

export function lineTable(text: string): LineTable {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return {
    at(offset) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (starts[middle]! <= offset) low = middle;
        else high = middle - 1;
      }
      const start = starts[low]!;
      const end = low + 1 < starts.length ? starts[low + 1]! - 1 : text.length;
      // BTF strings end at a NUL.
      const line = text.slice(start, end).replace(/\r$/, "").replaceAll("\0", " ");
      return { line: low + 1, column: offset - start + 1, text: line };
    },
  };
}
