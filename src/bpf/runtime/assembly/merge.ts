/**
 * The merge of all streams by (time, CPU, stream): a tree of losers. Node 0 of `pump.tree` is the winner, node n the loser of the match
 * at n; the leaf of cursor i hangs below node (i + streams) / 2. With one stream there is nothing to play.
 */
import { CURSOR_RANK, CURSOR_SIZE_BYTES, CURSOR_TS, PUMP_BLOCK, PUMP_CURSORS, PUMP_STREAMS, PUMP_TREE } from "./layout";

function comesBefore(a: usize, b: usize): bool {
  const ta = load<u64>(a, CURSOR_TS);
  const tb = load<u64>(b, CURSOR_TS);
  return ta < tb || (ta == tb && load<u32>(a, CURSOR_RANK) < load<u32>(b, CURSOR_RANK));
}

export function winner(): usize {
  return load<u32>(load<u32>(PUMP_BLOCK, PUMP_TREE));
}

/** Replays the matches of a cursor whose record changed. It must be the winner. */
export function replay(cursor: usize): void {
  const tree: usize = load<u32>(PUMP_BLOCK, PUMP_TREE);
  const index: usize = (cursor - load<u32>(PUMP_BLOCK, PUMP_CURSORS)) / CURSOR_SIZE_BYTES;
  let node = (index + load<u32>(PUMP_BLOCK, PUMP_STREAMS)) >>> 1;
  let best = cursor;
  while (node) {
    const at = tree + (node << 2);
    const loser: usize = load<u32>(at);
    if (comesBefore(loser, best)) {
      store<u32>(at, best);
      best = loser;
    }
    node >>>= 1;
  }
  store<u32>(tree, best);
}

/** Up to which time (exclusive) the winner's events come before those of all other streams. */
export function aloneUntil(cursor: usize): u64 {
  const tree: usize = load<u32>(PUMP_BLOCK, PUMP_TREE);
  const index: usize = (cursor - load<u32>(PUMP_BLOCK, PUMP_CURSORS)) / CURSOR_SIZE_BYTES;
  let node = (index + load<u32>(PUMP_BLOCK, PUMP_STREAMS)) >>> 1;
  let until = u64.MAX_VALUE;
  let rank = u32.MAX_VALUE;
  // The runner-up lost to the winner itself, so it is on the winner's way.
  for (; node; node >>>= 1) {
    const loser: usize = load<u32>(tree + (node << 2));
    const ts = load<u64>(loser, CURSOR_TS);
    if (ts < until || (ts == until && load<u32>(loser, CURSOR_RANK) < rank)) {
      until = ts;
      rank = load<u32>(loser, CURSOR_RANK);
    }
  }
  return until != u64.MAX_VALUE && load<u32>(cursor, CURSOR_RANK) < rank ? until + 1 : until;
}

/** Winner of the subtree below `node`, whose losers are written on the way. */
function play(node: usize): usize {
  const streams: usize = load<u32>(PUMP_BLOCK, PUMP_STREAMS);
  if (node >= streams) return <usize>load<u32>(PUMP_BLOCK, PUMP_CURSORS) + (node - streams) * CURSOR_SIZE_BYTES;
  const left = play(2 * node);
  const right = play(2 * node + 1);
  const leftWins = comesBefore(left, right);
  store<u32>(<usize>load<u32>(PUMP_BLOCK, PUMP_TREE) + (node << 2), leftWins ? right : left);
  return leftWins ? left : right;
}

/** Plays all matches. There is at least one stream. */
export function buildTree(): void {
  store<u32>(load<u32>(PUMP_BLOCK, PUMP_TREE), play(1));
}
