/** What a trace's files hold that could not be told, said once. */
import type { StreamSource, StreamTrouble } from "./stream-source.ts";

/** As far as the streams have been read. */
export function troubleOf(sources: readonly StreamSource[]): string[] {
  const lines = sources.flatMap(({ trouble }) => trouble.damage);
  const sum = (of: (trouble: StreamTrouble) => number): number => sources.reduce((total, { trouble }) => total + of(trouble), 0);
  const say = (count: number, one: string, many: string, what: string): void => {
    if (count > 0) lines.push(`${count} ${count === 1 ? one : many} ${what}`);
  };
  say(
    sum(({ brokenPackets }) => brokenPackets),
    "packet",
    "packets",
    "cannot be read to the end: read as far as possible",
  );
  say(
    sum(({ withoutTask }) => withoutTask),
    "event does not tell its task",
    "events do not tell their task",
    "and no switch before does: tid is -1 there (lttng add-context -t vtid -t vpid -t procname records it)",
  );
  say(
    sum(({ cutTexts }) => cutTexts),
    "text or array",
    "texts or arrays",
    "longer than a record: cut",
  );
  return lines;
}
