/** -v: what was made of the script (row 8.18). */
import type { Compilation } from "../session/compile.ts";

/** Nodes are what has a place in the text. */
function nodeCount(node: unknown): number {
  if (Array.isArray(node)) return node.reduce((sum: number, child) => sum + nodeCount(child), 0);
  if (typeof node !== "object" || node === null || ArrayBuffer.isView(node)) return 0;
  return Object.values(node).reduce((sum: number, child) => sum + nodeCount(child), "span" in node ? 1 : 0);
}

export function verboseText({ ast, script }: Compilation): string {
  const lines = [
    `AST node count: ${nodeCount(ast)}`,
    ...(script?.programs ?? []).map(({ name, insns }, id) => `Program ID: ${id} (${name}, ${insns.length} insns)`),
    ...(script?.attach ?? []).map(({ point, program }) => `Attaching ${point.name}: program ${program}`),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
