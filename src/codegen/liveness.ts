/**
 * When each register holds something that is still needed. Instruction i of the laid-out function has two positions: it reads
 * its operands at 2i and writes its result at 2i + 1. A live range is a list of half-open stretches of positions.
 */
import type { MBlock, MFunction, MInsn, MReg } from "./mir.ts";
import { forEachDef, forEachEndUse, forEachUse, successors } from "./mir.ts";

/** start0, end0, start1, end1, …: ascending, disjoint, not touching. */
export type LiveRange = readonly number[];

export interface Liveness {
  /** By register; empty: never used. */
  readonly ranges: readonly LiveRange[];
  /** Positions 2i of calls, ascending: r0…r5 change between 2i and 2i + 1. */
  readonly calls: readonly number[];
  readonly positionCount: number;
  /** Registers that may be read before they are written. */
  readonly undefinedAtEntry: readonly MReg[];
}

/** `everywhere`: registers that code outside of the machine IR relies on, from beginning to end. */
export function analyseLiveness(func: MFunction, everywhere: readonly MReg[]): Liveness {
  const { blocks, regCount } = func;
  const { liveOut, undefinedAtEntry } = liveAtEnds(blocks, regCount);
  // Built backwards: the last pair is the earliest stretch.
  const backward: number[][] = Array.from({ length: regCount }, () => []);
  const calls: number[] = [];
  const starts: number[] = [];
  let insnCount = 0;
  for (const block of blocks) {
    starts.push(insnCount);
    insnCount += block.insns.length + 1;
  }

  const addStretch = (reg: number, from: number, to: number): void => {
    const range = backward[reg]!;
    const last = range.length - 2;
    if (last >= 0 && range[last]! <= to) {
      range[last] = Math.min(range[last]!, from);
      range[last + 1] = Math.max(range[last + 1]!, to);
    } else range.push(from, to);
  };
  const define = (reg: number, at: number): void => {
    const range = backward[reg]!;
    const last = range.length - 2;
    if (last >= 0 && range[last]! <= at && at < range[last + 1]!) range[last] = at;
    else range.push(at, at + 1);
  };

  for (let index = blocks.length - 1; index >= 0; index--) {
    const block = blocks[index]!;
    const from = starts[index]! * 2;
    const to = from + (block.insns.length + 1) * 2;
    for (const reg of liveOut[index]!) addStretch(reg, from, to);
    let at = to - 2;
    forEachEndUse(block.end, (reg) => addStretch(reg, from, at + 1));
    for (let i = block.insns.length - 1; i >= 0; i--) {
      const insn = block.insns[i]!;
      at -= 2;
      if (insn.op === "call") calls.push(at);
      forEachDef(insn, (reg) => define(reg, at + 1));
      const until = at + (readsLate(insn) ? 2 : 1);
      forEachUse(insn, (reg) => addStretch(reg, from, until));
    }
  }
  for (const reg of everywhere) backward[reg] = [0, insnCount * 2];
  return { ranges: backward.map(ascending), calls: calls.reverse(), positionCount: insnCount * 2, undefinedAtEntry };
}

/** Its result is written before its operands are read for the last time, so they can't share a register. */
const readsLate = (insn: MInsn): boolean => insn.op === "setcc";

function ascending(backward: readonly number[]): LiveRange {
  if (backward.length <= 2) return backward;
  const range: number[] = [];
  for (let at = backward.length - 2; at >= 0; at -= 2) range.push(backward[at]!, backward[at + 1]!);
  return range;
}

/** Registers live at the end of each block. Walks from each read up to the writes, and only for registers that are not of one block alone. */
function liveAtEnds(blocks: readonly MBlock[], regCount: number): { liveOut: readonly MReg[][]; undefinedAtEntry: MReg[] } {
  const wide = wideRegisters(blocks, regCount);
  const predecessors: number[][] = blocks.map(() => []);
  blocks.forEach((block, index) => {
    for (const to of successors(block.end)) predecessors[to]!.push(index);
  });
  const liveOut: MReg[][] = blocks.map(() => []);
  const undefinedAtEntry: MReg[] = [];
  const writes = new Int32Array(blocks.length).fill(-1);
  const liveInOf = new Int32Array(blocks.length).fill(-1);
  const liveOutOf = new Int32Array(blocks.length).fill(-1);
  for (const [reg, { readFirst: work, writtenIn }] of wide) {
    for (const block of writtenIn) writes[block] = reg;
    for (const block of work) liveInOf[block] = reg;
    for (let block = work.pop(); block !== undefined; block = work.pop()) {
      if (block === 0) undefinedAtEntry.push(reg);
      for (const before of predecessors[block]!) {
        if (liveOutOf[before] === reg) continue;
        liveOutOf[before] = reg;
        liveOut[before]!.push(reg);
        if (writes[before] === reg || liveInOf[before] === reg) continue;
        liveInOf[before] = reg;
        work.push(before);
      }
    }
  }
  return { liveOut, undefinedAtEntry };
}

interface BlockLists {
  /** Blocks that read the register before they write it. */
  readonly readFirst: number[];
  readonly writtenIn: number[];
}

/** Registers that several blocks mention, or that are read before they are written. */
function wideRegisters(blocks: readonly MBlock[], regCount: number): Map<MReg, BlockLists> {
  const wide = new Map<MReg, BlockLists>();
  /** The block that mentions a register first; if that only writes it, there are no lists yet. */
  const firstIn = new Int32Array(regCount).fill(-1);
  const lastWritten = new Int32Array(regCount).fill(-1);
  const lastRead = new Int32Array(regCount).fill(-1);
  let index = 0;
  const listsOf = (reg: MReg): BlockLists => {
    let lists = wide.get(reg);
    if (lists === undefined) wide.set(reg, (lists = { readFirst: [], writtenIn: firstIn[reg] === index ? [] : [firstIn[reg]!] }));
    return lists;
  };
  const read = (reg: MReg): void => {
    if (lastWritten[reg] === index || lastRead[reg] === index) return;
    lastRead[reg] = index;
    if (firstIn[reg] === -1) firstIn[reg] = index;
    listsOf(reg).readFirst.push(index);
  };
  const written = (reg: MReg): void => {
    if (lastWritten[reg] === index) return;
    lastWritten[reg] = index;
    if (firstIn[reg] === -1) firstIn[reg] = index;
    else listsOf(reg).writtenIn.push(index);
  };
  for (const block of blocks) {
    for (const insn of block.insns) {
      forEachUse(insn, read);
      forEachDef(insn, written);
    }
    forEachEndUse(block.end, read);
    index++;
  }
  return wide;
}
