/** What could not be read of a text, counted while it is read, and said in the end. */
export interface Trouble {
  /** Lines that are none of strace's, and the number of the first. */
  strangeLines: number;
  firstStrange: number;
  /** Lines that are too long to be read. */
  longLines: number;
  /** Returns that cannot be read. */
  unreadResults: number;
  /** Entries without all arguments: those that strace wrote when the call was over are too far away. */
  lateArguments: number;
  /** Calls that have no event here, and the first one's name. */
  unknownCalls: number;
  firstUnknownCall: string;
  /** Arguments whose names have no number here, and the first of them. */
  unknownNames: number;
  firstUnknownName: string;
  /** Strings of which strace wrote only the beginning. */
  cutStrings: number;
  /** Returns that stand at the time of their entry. */
  timelessReturns: number;
}

export const noTrouble = (): Trouble => ({
  strangeLines: 0,
  firstStrange: 0,
  longLines: 0,
  unreadResults: 0,
  lateArguments: 0,
  unknownCalls: 0,
  firstUnknownCall: "",
  unknownNames: 0,
  firstUnknownName: "",
  cutStrings: 0,
  timelessReturns: 0,
});

const times = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;

export function warningsOf(trouble: Trouble): string[] {
  const said: (string | false)[] = [
    trouble.strangeLines > 0 &&
      `${times(trouble.strangeLines, "line")} cannot be read as strace's, the first is line ${trouble.firstStrange}`,
    trouble.longLines > 0 && `${times(trouble.longLines, "line")} longer than 4 MiB: left out`,
    trouble.unreadResults > 0 && `${times(trouble.unreadResults, "return")} left out: the result cannot be read`,
    trouble.lateArguments > 0 &&
      `${times(trouble.lateArguments, "entry").replace(/ys$/, "ies")} without all arguments: strace wrote the others only when the call was over, too far away; they are 0`,
    trouble.unknownCalls > 0 &&
      `${times(trouble.unknownCalls, "call")} without an event of its own (the first is ${trouble.firstUnknownCall})`,
    trouble.unknownNames > 0 &&
      `${times(trouble.unknownNames, "argument")} with a name whose number is not known (the first is ${trouble.firstUnknownName}): 0 in its place; strace -X raw writes numbers`,
    trouble.cutStrings > 0 && `${times(trouble.cutStrings, "string")} cut by strace: more of them is recorded with -s 4096`,
    trouble.timelessReturns > 0 &&
      `${times(trouble.timelessReturns, "return")} at the time of the entry: how long calls took is recorded with -T`,
  ];
  return said.filter((text) => text !== false);
}
