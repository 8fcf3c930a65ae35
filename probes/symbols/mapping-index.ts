/** Which mapping an address is in, among many that came one after the other. */

interface Range {
  readonly start: bigint;
  readonly end: bigint;
}

interface Index {
  /** By rising start. */
  readonly order: readonly number[];
  /** Greatest end of those up to each place. */
  readonly ends: readonly bigint[];
}

function indexOf(ranges: readonly Range[]): Index {
  const order = ranges
    .map((_, i) => i)
    .sort((a, b) => (ranges[a]!.start < ranges[b]!.start ? -1 : ranges[a]!.start > ranges[b]!.start ? 1 : a - b));
  let greatest = 0n;
  const ends = order.map((i) => (greatest = ranges[i]!.end > greatest ? ranges[i]!.end : greatest));
  return { order, ends };
}

/** Of several that contain an address the last one: it took the place of the others. `ranges` may grow from one question to the next. */
export function mappingIndex<R extends Range>(ranges: () => readonly R[]): (address: bigint) => R | null {
  let known = -1;
  let index: Index = { order: [], ends: [] };
  return (address) => {
    const all = ranges();
    if (all.length !== known) {
      index = indexOf(all);
      known = all.length;
    }
    const { order, ends } = index;
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (all[order[middle]!]!.start <= address) low = middle + 1;
      else high = middle;
    }
    let last = -1;
    for (let at = low - 1; at >= 0 && ends[at]! > address; at--) if (all[order[at]!]!.end > address) last = Math.max(last, order[at]!);
    return all[last] ?? null;
  };
}
