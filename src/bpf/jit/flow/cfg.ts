/** Basic blocks of one function, numbered in reverse postorder: block 0 is the entry, and an edge to a lower or equal number goes back. */
import type { Insn } from "../../isa/insn.ts";

export interface Block {
  /** First insn, and the one after the last. */
  readonly start: number;
  readonly end: number;
  /** For a branch: taken, then not taken; for a jump or fall-through: one; for exit: none. */
  readonly succs: readonly number[];
  readonly preds: readonly number[];
}

export type Cfg = readonly Block[];

export function buildCfg(insns: readonly Insn[], entry: number): Cfg {
  const leaders = findLeaders(insns, entry);
  const order = reversePostorder(insns, entry, leaders);
  const numbers = new Map(order.map((block, number) => [block.start, number]));
  const preds: number[][] = order.map(() => []);
  const blocks = order.map(({ start, end }, number) => {
    const succs = successors(insns, end - 1).map((target) => numbers.get(target)!);
    for (const succ of succs) preds[succ]!.push(number);
    return { start, end, succs, preds: preds[number]! };
  });
  return blocks;
}

/** Insns where control can go after this one; one entry if both ways of a branch lead to the same place. */
function successors(insns: readonly Insn[], index: number): number[] {
  const insn = insns[index];
  if (insn === undefined) throw new Error(`control falls off the program after insn ${index - 1}: it was not verified`);
  switch (insn.kind) {
    case "exit":
      return [];
    case "jump":
      return [insn.target];
    case "branch":
      return insn.target === index + 1 ? [index + 1] : [insn.target, index + 1];
    default:
      return [index + 1];
  }
}

function findLeaders(insns: readonly Insn[], entry: number): Set<number> {
  const leaders = new Set([entry]);
  const seen = new Uint8Array(insns.length);
  const pending = [entry];
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (seen[index] === 1) continue;
    seen[index] = 1;
    const insn = insns[index];
    for (const next of successors(insns, index)) {
      if (insn?.kind === "jump" || insn?.kind === "branch") leaders.add(next);
      pending.push(next);
    }
  }
  return leaders;
}

function blockEnd(insns: readonly Insn[], start: number, leaders: ReadonlySet<number>): number {
  let index = start;
  while (!endsBlock(insns[index]!) && !leaders.has(index + 1)) index++;
  return index + 1;
}

const endsBlock = (insn: Insn): boolean => insn.kind === "exit" || insn.kind === "jump" || insn.kind === "branch";

/** The successor that is visited last comes first, so the fall-through follows its block as it does in the program. */
function reversePostorder(insns: readonly Insn[], entry: number, leaders: ReadonlySet<number>): { start: number; end: number }[] {
  const post: { start: number; end: number }[] = [];
  const visited = new Set<number>([entry]);
  const visit = (start: number): { start: number; end: number; succs: number[] } => {
    const end = blockEnd(insns, start, leaders);
    return { start, end, succs: successors(insns, end - 1).reverse() };
  };
  const stack = [visit(entry)];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const next = top.succs.pop();
    if (next === undefined) {
      post.push({ start: top.start, end: top.end });
      stack.pop();
    } else if (!visited.has(next)) {
      visited.add(next);
      stack.push(visit(next));
    }
  }
  return post.reverse();
}
