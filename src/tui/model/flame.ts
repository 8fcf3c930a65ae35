/** A tree of calls as a flame graph of characters: every function as wide as its weight, its callees on the row below. */
import type { StackNode } from "./stack-tree.ts";

export interface FlameFrame {
  readonly node: StackNode;
  readonly x: number;
  readonly cols: number;
  readonly row: number;
}

/** Frames of at least one column, by rows; the root on row 0 over the whole width. `rows`: how deep one looks. */
export function flameFrames(root: StackNode, cols: number, rows: number): FlameFrame[] {
  if (root.total <= 0n || cols <= 0) return [];
  const frames: FlameFrame[] = [{ node: root, x: 0, cols, row: 0 }];
  const edge = (weight: bigint): number => Number((weight * BigInt(cols) * 2n + root.total) / (root.total * 2n));
  const starts: bigint[] = [0n];
  for (let i = 0; i < frames.length; i++) {
    const { node, row } = frames[i]!;
    if (row + 1 >= rows) continue;
    let before = starts[i]!;
    for (const child of node.children) {
      const x = edge(before);
      const width = edge(before + child.total) - x;
      if (width > 0) {
        frames.push({ node: child, x, cols: width, row: row + 1 });
        starts.push(before);
      }
      before += child.total;
    }
  }
  return frames;
}

export type FlameMove = "up" | "down" | "left" | "right";

/** The frame that a key leads to from the one of that path; the root if that one is not there. */
export function moved(frames: readonly FlameFrame[], path: string, move: FlameMove): FlameFrame | null {
  const from = frames.find(({ node }) => node.path === path) ?? frames[0];
  if (from === undefined) return null;
  const covers = (frame: FlameFrame): boolean => frame.x <= from.x && frame.x + frame.cols >= from.x + from.cols;
  switch (move) {
    case "up":
      return frames.find((frame) => frame.row === from.row - 1 && covers(frame)) ?? from;
    case "down":
      return frames.find((frame) => frame.row === from.row + 1 && from.node.children.includes(frame.node)) ?? from;
    case "left":
      return frames.findLast((frame) => frame.row === from.row && frame.x < from.x) ?? from;
    case "right":
      return frames.find((frame) => frame.row === from.row && frame.x > from.x) ?? from;
  }
}
