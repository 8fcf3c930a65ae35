/** Jump threading, removal of unreachable blocks (the kernel rejects unreachable instructions) and the final order of blocks. */
import type { MBlock, MEnd } from "./mir.ts";
import { successors } from "./mir.ts";
import { reversePostorder } from "./order.ts";

export function layOut(blocks: readonly MBlock[]): MBlock[] {
  const final = finalTargets(blocks);
  const threaded = blocks.map((block): MBlock => ({ insns: block.insns, end: thread(block.end, final) }));
  const order = reversePostorder(0, threaded.length, (block) => successors(threaded[block]!.end));
  const position = new Map(order.map((block, at) => [block, at]));
  const place = (to: number): number => position.get(to)!;
  return order.map((block) => {
    const { insns, end } = threaded[block]!;
    return { insns, end: withTargets(end, place) };
  });
}

/** Where a jump to each block ends up after empty blocks. An empty loop stays where it is. */
function finalTargets(blocks: readonly MBlock[]): number[] {
  return blocks.map((_, start) => {
    let at = start;
    for (let steps = 0; steps < blocks.length; steps++) {
      const { insns, end } = blocks[at]!;
      if (insns.length > 0 || end.op !== "jump" || end.to === at) break;
      at = end.to;
    }
    return at;
  });
}

function thread(end: MEnd, final: readonly number[]): MEnd {
  const threaded = withTargets(end, (to) => final[to]!);
  if (threaded.op !== "branch" || threaded.then !== threaded.else) return threaded;
  return { op: "jump", to: threaded.then, span: threaded.span };
}

function withTargets(end: MEnd, place: (to: number) => number): MEnd {
  if (end.op === "jump") return { ...end, to: place(end.to) };
  return end.op === "branch" ? { ...end, then: place(end.then), else: place(end.else) } : end;
}
