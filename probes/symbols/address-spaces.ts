/**
 * What each process had mapped, and when: other processes have other code at the same address, and so has the same process behind an exec or
 * where it maps something else there. A process's addresses are told apart by a number that goes up when one of them changes its meaning; what
 * is mapped where nothing was changes none.
 */
import type { Mapping } from "./mapping.ts";

/** A mapping that is of a process (recording.ts TimedMapping). */
export type OwnMapping = Mapping & { readonly pid: number };

/** From `ns` on, addresses of the process are those of number `space`; before its first change of number 0. */
export interface SpaceChange {
  readonly pid: number;
  readonly space: number;
  readonly ns: bigint;
}

export interface AddressSpaces {
  /** Those that are told by now, in any order. The same array as long as nothing new was told. */
  changes(): readonly SpaceChange[];
  /** Changes that are no others' by now as there are too many: names from before them may be those of later code. */
  leftOut(): number;
  /** Null: the process had nothing there, or nobody told what it had. */
  mappingOf(pid: number, address: bigint, space: number): OwnMapping | null;
}

/** What programs have room for (src/bpf/runtime/layout.ts, limits.spaceChanges). Beyond it, what was mapped last counts for the time before, too. */
export const MOST_CHANGES = 262_144;
/** Of one process: numbers fit into 16 bits. */
const MOST_SPACES = 65_536;
/** Copied for spaces that differ in little. */
const MOST_COPIES = 4_194_304;

/** Disjoint, ascending. Spaces that are alike share them until one of them changes. */
interface Ranges {
  isShared: boolean;
  list: { readonly start: bigint; readonly end: bigint; readonly mapping: OwnMapping }[];
}

/** How many ranges end at or below an address. */
function endsBelow(list: Ranges["list"], address: bigint): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.end <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Those that a range meets: [from, to). */
function met(list: Ranges["list"], start: bigint, end: bigint): readonly [from: number, to: number] {
  const from = endsBelow(list, start);
  let to = from;
  while (to < list.length && list[to]!.start < end) to++;
  return [from, to];
}

const isSameCode = (a: OwnMapping, b: OwnMapping): boolean =>
  a.path === b.path && a.start - a.fileOffset === b.start - b.fileOffset && (a.buildId ?? null) === (b.buildId ?? null);

function put(list: Ranges["list"], mapping: OwnMapping): void {
  const { start, end } = mapping;
  const [from, to] = met(list, start, end);
  const [first, last] = [list[from], list[to - 1]];
  const left = from < to && first!.start < start ? [{ ...first!, end: start }] : [];
  const right = from < to && last!.end > end ? [{ ...last!, start: end }] : [];
  list.splice(from, to - from, ...left, { start, end, mapping }, ...right);
}

const timeOf = ({ ns }: Mapping): bigint => ns ?? 0n;

interface Told {
  readonly spaces: Map<number, Ranges[]>;
  readonly changes: SpaceChange[];
  copies: number;
  leftOut: number;
}

/** The ranges of a process now; made when it is told of for the first time. */
function now(told: Told, pid: number): Ranges {
  let own = told.spaces.get(pid);
  if (own === undefined) told.spaces.set(pid, (own = [{ isShared: false, list: [] }]));
  return own.at(-1)!;
}

/** From here on the process has these. */
function change(told: Told, one: OwnMapping, ranges: Ranges): void {
  const own = told.spaces.get(one.pid);
  if (own === undefined) {
    told.spaces.set(one.pid, [ranges]);
    return;
  }
  if (own.length === MOST_SPACES || told.changes.length === MOST_CHANGES) {
    told.leftOut++;
    own[own.length - 1] = ranges;
    return;
  }
  told.changes.push({ pid: one.pid, space: own.length, ns: timeOf(one) });
  own.push(ranges);
}

function copied(told: Told, { list }: Ranges): Ranges | null {
  if (told.copies + list.length > MOST_COPIES) {
    told.leftOut++;
    return null;
  }
  told.copies += list.length;
  return { isShared: false, list: [...list] };
}

function addMapping(told: Told, mapping: OwnMapping): void {
  let ranges = now(told, mapping.pid);
  const [from, to] = met(ranges.list, mapping.start, mapping.end);
  const replaces = ranges.list.slice(from, to).some((one) => !isSameCode(one.mapping, mapping));
  const own = replaces || ranges.isShared ? copied(told, ranges) : null;
  if (own !== null && replaces) change(told, mapping, own);
  else if (own !== null) told.spaces.get(mapping.pid)!.splice(-1, 1, own);
  ranges = own ?? ranges;
  put(ranges.list, mapping);
}

function add(told: Told, one: OwnMapping): void {
  if (one.copiedFrom !== undefined) {
    const from = now(told, one.copiedFrom);
    from.isShared = true;
    change(told, one, from);
  } else if (one.execs === true) change(told, one, { isShared: false, list: [] });
  else if (one.start < one.end) addMapping(told, one);
}

const nothing = (): Told => ({ spaces: new Map(), changes: [], copies: 0, leftOut: 0 });

/** `all`: what is told by now; it may grow from one question to the next. */
export function addressSpaces(all: () => readonly OwnMapping[]): AddressSpaces {
  let told = nothing();
  let [done, last, lastNs]: [number, OwnMapping | undefined, bigint] = [0, undefined, 0n];
  let changes: readonly SpaceChange[] = [];
  const refresh = (): Told => {
    const list = all();
    if (list.length === done && list[done - 1] === last) return told;
    let next = list.slice(done);
    // Several recordings, each of which goes on with its own, are taken from the start in order of time.
    const goesOn =
      list.length > done && (done === 0 || list[done - 1] === last) && next.every((one, i) => timeOf(one) >= timeOf(next[i - 1] ?? one));
    if (!goesOn || timeOf(next[0]!) < lastNs) {
      told = nothing();
      next = list.toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : timeOf(a) > timeOf(b) ? 1 : 0));
    }
    for (const one of next) add(told, one);
    [done, last, lastNs] = [list.length, list.at(-1), next.length === 0 ? lastNs : timeOf(next.at(-1)!)];
    if (told.changes.length !== changes.length || !goesOn) changes = [...told.changes];
    return told;
  };
  return {
    changes() {
      refresh();
      return changes;
    },
    leftOut: () => refresh().leftOut,
    mappingOf(pid, address, space) {
      const own = refresh().spaces.get(pid);
      const ranges = own?.[Math.min(space, own.length - 1)];
      const found = ranges?.list[endsBelow(ranges.list, address)];
      return found !== undefined && found.start <= address ? found.mapping : null;
    },
  };
}
