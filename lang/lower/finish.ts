/** Turns a drafted function into its final form: no empty or unreachable blocks, straight lines joined, cold blocks last. */
import type { Block, BlockId, IrFunction, Terminator } from "../ir/ir.ts";
import type { DraftBlock, FunctionBuilder } from "./builder.ts";

const targets = (end: Terminator): readonly BlockId[] => (end.op === "jump" ? [end.to] : end.op === "branch" ? [end.then, end.else] : []);

const retarget = (end: Terminator, to: (block: BlockId) => BlockId): Terminator => {
  if (end.op === "jump") return { ...end, to: to(end.to) };
  if (end.op === "return") return end;
  const [then, otherwise] = [to(end.then), to(end.else)];
  return then === otherwise ? { op: "jump", to: then, span: end.span } : { ...end, then, else: otherwise };
};

function endOf(block: DraftBlock): Terminator {
  if (block.end === null) throw new Error("block without an end");
  return block.end;
}

export function finishFunction(builder: FunctionBuilder): IrFunction {
  const blocks = builder.blocks;

  /** Where a jump to `block` ends up when empty blocks are skipped. */
  const resolve = (block: BlockId): BlockId => {
    const seen = new Set<BlockId>();
    let at = block;
    for (;;) {
      const draft = blocks[at]!;
      if (draft.insns.length > 0 || draft.end?.op !== "jump" || seen.has(at)) return at;
      seen.add(at);
      at = draft.end.to;
    }
  };

  const reachable = new Set<BlockId>();
  const predecessors = new Map<BlockId, number>();
  const pending: BlockId[] = [0 as BlockId];
  while (pending.length > 0) {
    const id = pending.pop()!;
    if (reachable.has(id)) continue;
    reachable.add(id);
    const draft = blocks[id]!;
    draft.end = retarget(endOf(draft), resolve);
    for (const to of targets(draft.end)) {
      predecessors.set(to, (predecessors.get(to) ?? 0) + 1);
      pending.push(to);
    }
  }

  const joined = new Set<BlockId>();
  const layout = builder.order.filter((id) => reachable.has(id));
  for (const id of layout) {
    if (joined.has(id)) continue;
    const draft = blocks[id]!;
    for (let end = endOf(draft); end.op === "jump"; end = endOf(draft)) {
      const to = end.to;
      if (to === id || to === 0 || predecessors.get(to) !== 1) break;
      // One by one: as arguments of one call, a long block's would overflow the stack.
      for (const insn of blocks[to]!.insns) draft.insns.push(insn);
      draft.end = endOf(blocks[to]!);
      joined.add(to);
    }
  }

  const kept = layout.filter((id) => !joined.has(id));
  const ordered = [...kept.filter((id) => !blocks[id]!.cold), ...kept.filter((id) => blocks[id]!.cold)];
  const newId = new Map(ordered.map((id, index) => [id, index as BlockId]));
  const final = ordered.map((id): Block => {
    const draft = blocks[id]!;
    return { insns: draft.insns, end: retarget(endOf(draft), (to) => newId.get(to)!) };
  });
  return { name: builder.name, params: builder.params, vregCount: builder.vregCount(), slots: builder.slots, blocks: final };
}
