/**
 * Where records wait: blocks of equal size, filled one after the other. A block whose records have all gone out is filled again, so that what waits
 * need not be moved, and the memory in use stays the same.
 */
import { LIMITS_BLOCKS, LIMITS_BLOCK_BYTES, SLACK, STATE, STATE_ARENA, STATE_BLOCK_MARKS } from "./layout";
import { gather, markBlocks } from "./runs";

const WASM_PAGE: usize = 65_536;

let blocks: u32 = 0;

function blockAt(index: u32): usize {
  return <usize>load<u32>(STATE, STATE_ARENA) + index * LIMITS_BLOCK_BYTES;
}

export function resetArena(): void {
  blocks = 1;
}

/** 0: all have records in them. */
function unusedBlock(): usize {
  const marks: usize = load<u32>(STATE, STATE_BLOCK_MARKS);
  memory.fill(marks, 0, blocks);
  markBlocks(marks);
  for (let i: u32 = 0; i < blocks; i++) {
    if (!load<u8>(marks + i)) return blockAt(i);
  }
  return 0;
}

function newBlock(): usize {
  const end = blockAt(++blocks) + SLACK;
  const has = <usize>memory.size() * WASM_PAGE;
  if (end > has) memory.grow(<i32>((end - has + WASM_PAGE - 1) / WASM_PAGE));
  return blockAt(blocks - 1);
}

/** A block with no records in it. What is in none of the runs may be overwritten. */
export function freeBlock(): usize {
  const unused = unusedBlock();
  if (unused || blocks < LIMITS_BLOCKS) return unused ? unused : newBlock();
  // Records far ahead of their time hold a block each.
  gather(load<u32>(STATE, STATE_ARENA));
  return unusedBlock();
}
