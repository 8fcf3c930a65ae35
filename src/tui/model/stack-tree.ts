/** Weighted stacks as a tree of calls: the root has everything, children come by weight. */
import type { StackFrame, StackMap } from "../../output/export/stack-samples.ts";

export interface StackNode {
  readonly frame: StackFrame;
  /** Of all stacks that go through it. */
  total: bigint;
  /** Of stacks that end in it. */
  self: bigint;
  readonly children: StackNode[];
  /** Tells nodes of a tree apart: the names from the root on. */
  readonly path: string;
}

const SEPARATOR = "\0";

export function stackTree({ samples }: StackMap): StackNode {
  const root: StackNode = { frame: { name: "all", space: "key" }, total: 0n, self: 0n, children: [], path: "" };
  const nodes = new Map<string, StackNode>();
  for (const { frames, value } of samples) {
    let node = root;
    node.total += value;
    for (const frame of frames) {
      const path = `${node.path}${SEPARATOR}${frame.space} ${frame.name}`;
      let child = nodes.get(path);
      if (child === undefined) {
        child = { frame, total: 0n, self: 0n, children: [], path };
        nodes.set(path, child);
        node.children.push(child);
      }
      child.total += value;
      node = child;
    }
    node.self += value;
  }
  for (const node of nodes.values()) node.children.sort(byWeight);
  root.children.sort(byWeight);
  return root;
}

const byWeight = (a: StackNode, b: StackNode): number => (a.total < b.total ? 1 : a.total > b.total ? -1 : a.path < b.path ? -1 : 1);

export interface TreeRow {
  readonly node: StackNode;
  readonly depth: number;
  readonly isOpen: boolean;
}

/** Rows from the top; children of nodes whose path is in `closed` are left out. */
export function treeRows(root: StackNode, closed: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  // Stacks may be deep: without recursion.
  const waiting: { node: StackNode; depth: number }[] = [{ node: root, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, depth } = next;
    const isOpen = !closed.has(node.path);
    rows.push({ node, depth, isOpen });
    if (isOpen) for (const child of [...node.children].reverse()) waiting.push({ node: child, depth: depth + 1 });
  }
  return rows;
}

export function nodeAt(root: StackNode, path: string): StackNode | null {
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.path === path) return node;
    if (path.startsWith(node.path)) waiting.push(...node.children);
  }
  return null;
}
