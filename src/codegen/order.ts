/** Blocks reachable from `entry` in reverse postorder: every edge goes forward but those that close a loop. Source order of siblings as `successors` has it, reversed. */
export function reversePostorder(entry: number, blockCount: number, successors: (block: number) => readonly number[]): number[] {
  const seen = new Uint8Array(blockCount);
  const postorder: number[] = [];
  const stack: { readonly block: number; readonly next: readonly number[]; at: number }[] = [];
  const enter = (block: number): void => {
    seen[block] = 1;
    stack.push({ block, next: successors(block), at: 0 });
  };
  enter(entry);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const next = top.next[top.at++];
    if (next === undefined) {
      postorder.push(top.block);
      stack.pop();
    } else if (seen[next] === 0) enter(next);
  }
  return postorder.reverse();
}

/** Stretches [first, last] of positions in `order` that an edge back to an earlier block closes: the loops, in any order. */
export function loopStretches(
  order: readonly number[],
  blockCount: number,
  successors: (block: number) => readonly number[],
): (readonly [number, number])[] {
  const positionOf = new Int32Array(blockCount).fill(-1);
  order.forEach((block, position) => (positionOf[block] = position));
  return order.flatMap((block, position) =>
    successors(block)
      .map((to) => positionOf[to]!)
      .filter((to) => to <= position)
      .map((to) => [to, position] as const),
  );
}
