/** Which of a process's own mappings an address is in: other processes have other code at the same address. */

interface ProcessMapping {
  readonly pid: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly copiedFrom?: number;
}

/** As deep as forks without exec go. */
const MAX_GENERATIONS = 64;

/**
 * `all`: in order of time; it may grow from one question to the next. The answer is the last mapping of the process that contains the address,
 * else the last one that it has from who forked it; null: none of them does; undefined: nobody told what the process had mapped.
 * At what time the address was one of the process's is not asked: what it has mapped later, or lately by exec, goes before what it had before.
 */
export function processMappings<M extends ProcessMapping>(all: () => readonly M[]): (pid: number, address: bigint) => M | null | undefined {
  /** Places in the list, by process. */
  const places = new Map<number, number[]>();
  const answers = new Map<number, Map<bigint, M | null>>();
  let known: readonly M[] = [];
  let count = 0;

  const refresh = (): readonly M[] => {
    const now = all();
    if (now.length === count && now[count - 1] === known[count - 1]) return now;
    if (now.length < count || now[count - 1] !== known[count - 1]) {
      places.clear();
      count = 0;
    }
    answers.clear();
    for (; count < now.length; count++) {
      const { pid } = now[count]!;
      const own = places.get(pid);
      if (own === undefined) places.set(pid, [count]);
      else own.push(count);
    }
    known = now;
    return now;
  };

  const find = (list: readonly M[], process: number, address: bigint): M | null => {
    let [pid, before] = [process, list.length];
    for (let generation = 0; generation < MAX_GENERATIONS; generation++) {
      const own = (places.get(pid) ?? []).filter((place) => place < before);
      const found = own.findLast((place) => address >= list[place]!.start && address < list[place]!.end);
      if (found !== undefined) return list[found]!;
      const fork = own.findLast((place) => list[place]!.copiedFrom !== undefined);
      if (fork === undefined) return null;
      [pid, before] = [list[fork]!.copiedFrom!, fork];
    }
    return null;
  };

  return (pid, address) => {
    const list = refresh();
    if (!places.has(pid)) return undefined;
    const own = answers.get(pid) ?? new Map<bigint, M | null>();
    answers.set(pid, own);
    let answer = own.get(address);
    if (answer === undefined) own.set(address, (answer = find(list, pid, address)));
    return answer;
  };
}
