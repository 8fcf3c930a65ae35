/** Dominator tree of a graph in reverse postorder (Cooper, Harvey, Kennedy: "A Simple, Fast Dominance Algorithm"). */
import type { Cfg } from "./cfg.ts";

/** idom[b] for every block; the entry is its own. */
export function immediateDominators(cfg: Cfg): Int32Array {
  const idom = new Int32Array(cfg.length).fill(-1);
  idom[0] = 0;
  for (let changed = true; changed;) {
    changed = false;
    for (let block = 1; block < cfg.length; block++) {
      let common = -1;
      for (const pred of cfg[block]!.preds) {
        if (idom[pred] !== -1) common = common === -1 ? pred : intersect(idom, pred, common);
      }
      if (idom[block] === common) continue;
      idom[block] = common;
      changed = true;
    }
  }
  return idom;
}

function intersect(idom: Int32Array, a: number, b: number): number {
  while (a !== b) {
    if (a > b) a = idom[a]!;
    else b = idom[b]!;
  }
  return a;
}

/** Every edge back goes to a block that dominates its source: then loops have one entry, and WebAssembly can express them. */
export function isReducible(cfg: Cfg, idom: Int32Array): boolean {
  return cfg.every((block, from) => block.succs.every((to) => to > from || dominates(idom, to, from)));
}

function dominates(idom: Int32Array, above: number, below: number): boolean {
  while (below > above) below = idom[below]!;
  return below === above;
}
