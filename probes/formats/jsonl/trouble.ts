/** What could not be read of the lines, counted, with the first place. */
export interface Trouble {
  badLines: number;
  /** `12:5: expected a value` */
  firstBad: string;
  /** Events that the header does not describe. */
  unknownEvents: number;
  firstUnknownEvent: string;
  /** Values that do not fit their fields, or of fields that the event has not. */
  badValues: number;
  firstBadValue: string;
  /** Events without a value for a field that they have. */
  lackingValues: number;
  longLines: number;
  /** Times before the first line's, more than 52 days. */
  earlyTimes: number;
}

export const noTrouble = (): Trouble => ({
  badLines: 0,
  firstBad: "",
  unknownEvents: 0,
  firstUnknownEvent: "",
  badValues: 0,
  firstBadValue: "",
  lackingValues: 0,
  longLines: 0,
  earlyTimes: 0,
});

const times = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;

export function warningsOf(trouble: Trouble): string[] {
  const said: (string | false)[] = [
    trouble.badLines > 0 &&
      `${times(trouble.badLines, "line")} cannot be read and ${trouble.badLines === 1 ? "is" : "are"} left out, the first: ${trouble.firstBad}`,
    trouble.longLines > 0 && `${times(trouble.longLines, "line")} longer than 4 MiB: left out`,
    trouble.unknownEvents > 0 &&
      `${times(trouble.unknownEvents, "line")} left out: the header does not describe ${trouble.firstUnknownEvent}`,
    trouble.badValues > 0 && `${times(trouble.badValues, "value")} left out, the first: ${trouble.firstBadValue}`,
    trouble.lackingValues > 0 && `${times(trouble.lackingValues, "event")} without a value for every field: 0 in its place`,
    trouble.earlyTimes > 0 && `${times(trouble.earlyTimes, "event")} long before the first line's time: taken to be of that time`,
  ];
  return said.filter((text) => text !== false);
}
