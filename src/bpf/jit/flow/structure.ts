/**
 * Turns a control flow graph into WebAssembly's blocks, loops and ifs by its dominator tree
 * (Norman Ramsey: "Beyond Relooper", ICFP 2022). Work lists in place of recursion: programs may nest as deep as they are long.
 */
import type { Code } from "../wasm/code.ts";
import { op } from "../wasm/opcodes.ts";
import type { Cfg } from "./cfg.ts";
import { immediateDominators, isReducible } from "./dominators.ts";

export interface BlockEmitter {
  /** The insns of a block without its jump, branch or exit. */
  readonly body: (block: number) => void;
  /** Pushes an i32 that is not 0 if the branch that ends the block is taken (or, negated, if it is not). */
  readonly condition: (block: number, sense: "taken" | "not taken") => void;
  readonly exit: () => void;
}

export function emitStructured(cfg: Cfg, code: Code, emitter: BlockEmitter, pcLocal: number): void {
  const idom = immediateDominators(cfg);
  if (isReducible(cfg, idom)) emitTree(cfg, idom, code, emitter);
  else emitDispatch(cfg, code, emitter, pcLocal);
  code.emit(op.unreachable);
}

type Task =
  /** A block with all that it dominates. */
  | { readonly kind: "tree"; readonly block: number }
  /** The block alone, and where control goes from it. */
  | { readonly kind: "flow"; readonly block: number }
  | { readonly kind: "close" };

function emitTree(cfg: Cfg, idom: Int32Array, code: Code, emitter: BlockEmitter): void {
  const isHeader = cfg.map((block, number) => block.preds.some((pred) => pred >= number));
  const isMerge = cfg.map((block, number) => block.preds.filter((pred) => pred < number).length > 1);
  const mergeChildren: number[][] = cfg.map(() => []);
  for (let block = cfg.length - 1; block > 0; block--) if (isMerge[block]) mergeChildren[idom[block]!]!.push(block);

  const forwardLabel = new Int32Array(cfg.length);
  const loopLabel = new Int32Array(cfg.length);
  const tasks: Task[] = [{ kind: "tree", block: 0 }];
  /** What is scheduled last is done first; within one call, the first. */
  const schedule = (...next: Task[]): void => {
    tasks.push(...next.reverse());
  };

  const runTree = (block: number): void => {
    if (isHeader[block]) {
      loopLabel[block] = code.open(op.loop);
      schedule({ kind: "close" });
    }
    // Where paths meet: behind the `end` of a wasm block around everything that jumps there; the last in order outermost.
    for (const merge of mergeChildren[block]!) {
      forwardLabel[merge] = code.open(op.block);
      schedule({ kind: "close" }, { kind: "tree", block: merge });
    }
    schedule({ kind: "flow", block });
  };

  const needsBranch = (from: number, to: number): boolean => to <= from || isMerge[to]!;
  const labelOf = (from: number, to: number): number => (to <= from ? loopLabel[to]! : forwardLabel[to]!);

  const go = (from: number, to: number): void => {
    if (!needsBranch(from, to)) return schedule({ kind: "tree", block: to });
    const label = labelOf(from, to);
    // If it is the innermost one, that block's `end` comes next, and the code falls through it.
    if (label !== code.depth || to <= from) code.br(label);
  };

  const runFlow = (block: number): void => {
    emitter.body(block);
    const [first, second] = cfg[block]!.succs;
    if (first === undefined) return emitter.exit();
    if (second === undefined) return go(block, first);
    if (needsBranch(block, first)) {
      emitter.condition(block, "taken");
      code.brIf(labelOf(block, first));
      return go(block, second);
    }
    if (needsBranch(block, second)) {
      emitter.condition(block, "not taken");
      code.brIf(labelOf(block, second));
      return go(block, first);
    }
    emitter.condition(block, "taken");
    code.open(op.if);
    schedule({ kind: "tree", block: first }, { kind: "close" }, { kind: "tree", block: second });
  };

  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    switch (task.kind) {
      case "tree":
        runTree(task.block);
        break;
      case "flow":
        runFlow(task.block);
        break;
      case "close":
        code.close();
        break;
    }
  }
}

/**
 * For graphs with loops of several entries: a loop around a `br_table` that goes to the block whose number `pcLocal` (i32, 0 at first)
 * holds. Slow, but such programs come from hand-written assembly only.
 */
function emitDispatch(cfg: Cfg, code: Code, emitter: BlockEmitter, pcLocal: number): void {
  const again = code.open(op.loop);
  for (let block = 0; block < cfg.length; block++) code.open(op.block);
  code.get(pcLocal);
  code.brTable(cfg.length);
  cfg.forEach(({ succs: [first, second] }, block) => {
    code.close();
    emitter.body(block);
    if (first === undefined) return emitter.exit();
    code.i32(first);
    if (second !== undefined) {
      code.i32(second);
      emitter.condition(block, "taken");
      code.emit(op.select);
    }
    code.set(pcLocal);
    code.br(again);
  });
  code.close();
}
