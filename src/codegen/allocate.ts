/**
 * Register allocation: copies whose two sides never overlap become one, then the groups take registers in order of how often
 * they are used for their length. What crosses a call can only be in r6…r9; what finds no register lives on the stack.
 */
import type { LiveRange, Liveness } from "./liveness.ts";
import type { MFunction, MReg } from "./mir.ts";
import { forEachDef, forEachEndUse, forEachUse } from "./mir.ts";

export interface Allocation {
  /** By register of the machine IR: 0…9, or SPILLED, or UNUSED. */
  readonly homes: Int8Array;
  /** Spill slot number by register, for those that are SPILLED. */
  readonly spills: ReadonlyMap<number, number>;
  readonly spillCount: number;
}

export const SPILLED = -1;
export const UNUSED = -2;

/** Registers that spill code uses, in functions that have some. */
export const spillTemps = [4, 5] as const;

const calleeSaved = [6, 7, 8, 9] as const;
/** Those first that the fewest arguments and results want. */
const anyRegister = [5, 4, 3, 2, 0, 1, ...calleeSaved] as const;
const anyButTemps = anyRegister.filter((reg) => !(spillTemps as readonly number[]).includes(reg));

/** Registers that share a home. */
interface Group {
  readonly members: MReg[];
  range: LiveRange;
  /** Reads and writes, ten times as many per loop around them. */
  weight: number;
  crossesCall: boolean;
  /** How much each machine register would save: copies to arguments, from results. */
  wishes: Map<number, number> | null;
}

/** `loopDepth`: by block. */
export function allocate(func: MFunction, liveness: Liveness, loopDepth: readonly number[]): Allocation {
  const { single, copies } = gather(func, liveness, loopDepth);
  const groups = coalesce(single, copies, liveness);
  const first = assign(groups, single, liveness, anyRegister);
  if (first.spilled.length === 0) return { homes: first.homes, spills: new Map(), spillCount: 0 };
  const { homes, spilled } = assign(groups, single, liveness, anyButTemps);
  return { homes, ...placeSpills(spilled, func.pointers, liveness.positionCount) };
}

interface Copy {
  readonly a: MReg;
  readonly b: MReg;
  readonly weight: number;
}

function gather(func: MFunction, liveness: Liveness, loopDepth: readonly number[]): { single: Group[]; copies: Copy[] } {
  const single = liveness.ranges.map((range, reg): Group => ({
    members: [reg as MReg],
    range,
    weight: 0,
    crossesCall: crossesCall(range, liveness.calls),
    wishes: null,
  }));
  const copies: Copy[] = [];
  let weight = 1;
  const count = (reg: MReg): void => {
    single[reg]!.weight += weight;
  };
  const wish = (reg: MReg, machineReg: number): void => {
    const wishes = (single[reg]!.wishes ??= new Map<number, number>());
    wishes.set(machineReg, (wishes.get(machineReg) ?? 0) + weight);
  };
  func.blocks.forEach((block, index) => {
    weight = 10 ** Math.min(loopDepth[index]!, 6);
    for (const insn of block.insns) {
      forEachUse(insn, count);
      forEachDef(insn, count);
      if (insn.op === "mov" && insn.wide && "reg" in insn.src) copies.push({ a: insn.src.reg, b: insn.dst, weight });
      if (insn.op === "entry") insn.params.forEach((reg, at) => wish(reg, at + 1));
      if (insn.op !== "call") continue;
      insn.args.forEach((arg, at) => {
        if (arg.kind === "reg") wish(arg.reg, at + 1);
      });
      if (insn.dst !== null) wish(insn.dst, 0);
    }
    forEachEndUse(block.end, count);
    if (block.end.op === "ret" && block.end.value.kind === "reg") wish(block.end.value.reg, 0);
  });
  return { single, copies };
}

function crossesCall(range: LiveRange, calls: readonly number[]): boolean {
  for (let at = 0; at < range.length; at += 2) {
    const call = calls[lowerBound(calls, range[at]!)];
    // Alive both before (2i) and after (2i + 1) the call.
    if (call !== undefined && call + 1 < range[at + 1]!) return true;
  }
  return false;
}

/** Index of the first element >= value. */
function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index (even) of the first stretch that ends after `position`. */
function firstStretchAfter(range: LiveRange, position: number): number {
  let low = 0;
  let high = range.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (range[middle * 2 + 1]! <= position) low = middle + 1;
    else high = middle;
  }
  return low * 2;
}

/** Looks the shorter range's stretches up in the longer one. */
function overlaps(a: LiveRange, b: LiveRange): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  for (let at = 0; at < short.length; at += 2) {
    const found = firstStretchAfter(long, short[at]!);
    if (found < long.length && long[found]! < short[at + 1]!) return true;
  }
  return false;
}

/** Union of two ranges that do not overlap. */
function union(a: LiveRange, b: LiveRange): LiveRange {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  const merged = [...long];
  for (let at = 0; at < short.length; at += 2) {
    const start = short[at]!;
    const end = short[at + 1]!;
    const found = firstStretchAfter(merged, start);
    const joinsBefore = found > 0 && merged[found - 1] === start;
    const joinsAfter = found < merged.length && merged[found] === end;
    if (joinsBefore && joinsAfter) merged.splice(found - 1, 2);
    else if (joinsBefore) merged[found - 1] = end;
    else if (joinsAfter) merged[found] = start;
    else merged.splice(found, 0, start, end);
  }
  return merged;
}

/** Groups after joining both sides of as many copies as possible, the most frequent copies first. */
function coalesce(single: readonly Group[], copies: readonly Copy[], liveness: Liveness): Group[] {
  const groupOf = [...single];
  const joined = new Set<Group>();
  for (const copy of copies.toSorted((x, y) => y.weight - x.weight)) {
    const a = groupOf[copy.a]!;
    const b = groupOf[copy.b]!;
    if (a === b || overlaps(a.range, b.range)) continue;
    const range = union(a.range, b.range);
    const crosses = a.crossesCall || b.crossesCall;
    // The argument of a call and its result may meet at the call: joined, they would need a register that is saved over it.
    if (!crosses && crossesCall(range, liveness.calls)) continue;
    const [large, small] = a.members.length >= b.members.length ? [a, b] : [b, a];
    // Members keep their own group, in case they have to part again.
    const into = large.members.length === 1 ? { ...large, members: [...large.members], wishes: copyOf(large.wishes) } : large;
    into.range = range;
    into.weight += small.weight;
    into.crossesCall = crosses;
    for (const [reg, weight] of small.wishes ?? []) {
      into.wishes ??= new Map();
      into.wishes.set(reg, (into.wishes.get(reg) ?? 0) + weight);
    }
    for (const member of small.members) into.members.push(member);
    for (const member of into === large ? small.members : into.members) groupOf[member] = into;
    joined.delete(small);
    joined.add(into);
  }
  return [...groupOf.filter((group) => group.members.length === 1 && group.range.length > 0), ...joined];
}

const copyOf = (wishes: ReadonlyMap<number, number> | null): Map<number, number> | null => wishes && new Map(wishes);

const lengthOf = (range: LiveRange): number => {
  let length = 0;
  for (let at = 0; at < range.length; at += 2) length += range[at + 1]! - range[at]!;
  return length;
};

const byDensity = (groups: readonly Group[]): Group[] =>
  groups
    .map((group) => ({ group, density: group.weight / Math.max(1, lengthOf(group.range)) }))
    .sort((a, b) => b.density - a.density)
    .map(({ group }) => group);

/** One bit per position that is taken. */
type Occupancy = Int32Array;

const occupancy = (positionCount: number): Occupancy => new Int32Array((positionCount >> 5) + 1);

function isFree(taken: Occupancy, range: LiveRange): boolean {
  for (let at = 0; at < range.length; at += 2) {
    const from = range[at]!;
    const last = range[at + 1]! - 1;
    for (let word = from >> 5; word <= last >> 5; word++) if ((taken[word]! & stretchMask(word, from, last)) !== 0) return false;
  }
  return true;
}

function take(taken: Occupancy, range: LiveRange): void {
  for (let at = 0; at < range.length; at += 2) {
    const from = range[at]!;
    const last = range[at + 1]! - 1;
    for (let word = from >> 5; word <= last >> 5; word++) taken[word]! |= stretchMask(word, from, last);
  }
}

/** Bits of positions from…last that fall into a word. */
function stretchMask(word: number, from: number, last: number): number {
  let mask = -1;
  if (word === from >> 5) mask &= -1 << (from & 31);
  if (word === last >> 5) mask &= -1 >>> (31 - (last & 31));
  return mask;
}

function assign(
  groups: readonly Group[],
  single: readonly Group[],
  liveness: Liveness,
  registers: readonly number[],
): { homes: Int8Array; spilled: Group[] } {
  const homes = new Int8Array(liveness.ranges.length).fill(UNUSED);
  const taken = Array.from({ length: 10 }, () => occupancy(liveness.positionCount));
  const spilled: Group[] = [];
  const settle = (group: Group, home: number): void => {
    for (const member of group.members) homes[member] = home;
  };
  const place = (group: Group): boolean => {
    const allowed: readonly number[] = group.crossesCall ? calleeSaved : registers;
    const free = (reg: number): boolean => isFree(taken[reg]!, group.range);
    const found = wishedRegisters(group).find((reg) => allowed.includes(reg) && free(reg)) ?? allowed.find(free);
    if (found === undefined) return false;
    take(taken[found]!, group.range);
    settle(group, found);
    return true;
  };
  for (const group of byDensity(groups)) {
    if (place(group)) continue;
    // Apart, some of the members may still find room.
    const parts = group.members.length === 1 ? [group] : byDensity(group.members.map((reg) => single[reg]!));
    for (const part of parts) {
      if (parts.length > 1 && place(part)) continue;
      settle(part, SPILLED);
      spilled.push(part);
    }
  }
  return { homes, spilled };
}

const noRegisters: readonly number[] = [];

const wishedRegisters = ({ wishes }: Group): readonly number[] =>
  wishes === null ? noRegisters : [...wishes].sort((a, b) => b[1] - a[1]).map(([reg]) => reg);

/** Spilled registers that are never needed at the same time share a slot. Pointers come first: the first slots are on the stack. */
function placeSpills(
  spilled: readonly Group[],
  pointers: ReadonlySet<number>,
  positionCount: number,
): { spills: Map<number, number>; spillCount: number } {
  const spills = new Map<number, number>();
  const taken: Occupancy[] = [];
  const isPointer = (group: Group): number => Number(group.members.some((reg) => pointers.has(reg)));
  for (const group of spilled.toSorted((a, b) => isPointer(b) - isPointer(a) || b.weight - a.weight)) {
    let slot = taken.findIndex((occupied) => isFree(occupied, group.range));
    if (slot < 0) slot = taken.push(occupancy(positionCount)) - 1;
    take(taken[slot]!, group.range);
    for (const member of group.members) spills.set(member, slot);
  }
  return { spills, spillCount: taken.length };
}
