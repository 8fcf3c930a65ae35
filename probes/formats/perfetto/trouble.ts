/** What a trace holds that could not be told, said once. */
import type { CpuSource } from "./cpu-source.ts";
import type { Events } from "./events.ts";
import type { Survey } from "./survey.ts";

const SHOWN_IDS = 5;

const unknownEvents = ({ unknown }: Events): string => {
  const ids = [...unknown.keys()];
  const shown = `${ids.slice(0, SHOWN_IDS).join(", ")}${ids.length > SHOWN_IDS ? ", …" : ""}`;
  return `of events that are not known here: left out (${ids.length === 1 ? "field" : "fields"} ${shown} of FtraceEvent)`;
};

/** As far as the streams have been read. */
export function troubleOf(survey: Survey, events: Events, sources: readonly CpuSource[]): string[] {
  const lines: string[] = [];
  const say = (count: number, one: string, many: string, what: string): void => {
    if (count > 0) lines.push(`${count} ${count === 1 ? one : many} ${what}`);
  };
  const sum = (of: (source: CpuSource) => number): number => sources.reduce((total, source) => total + of(source), 0);
  const withoutTask = sum(({ trouble }) => trouble.withoutTask);
  const unknown = [...events.unknown.values()].reduce((total, count) => total + count, 0);
  say(unknown, "record", "records", unknownEvents(events));
  say(withoutTask, "compact switch or waking", "compact switches and wakings", "before which it is not known who ran: left out");
  say(survey.damagedBlocks, "compressed packet", "compressed packets", "cannot be unpacked: left out");
  say(survey.damagedBundles, "packet or bundle", "packets or bundles", "with damaged fields: read as far as they can be");
  say(
    sum(({ trouble }) => trouble.damaged),
    "bundle",
    "bundles",
    "with damaged columns: read as far as they can be",
  );
  say(
    survey.continuity.dropped,
    "packet says that packets before it",
    "packets say that packets before them",
    "were dropped by the recorder",
  );
  say(survey.foreignBundles, "bundle", "bundles", "of other machines than the one that recorded: left out");
  say(survey.recorderErrors, "page", "pages", "of the kernel's buffers, which the recorder could not read");
  const { latestStart } = survey.continuity;
  if (latestStart !== null && latestStart.ns > survey.firstNs)
    lines.push(`what CPU ${latestStart.cpu} did up to ${latestStart.ns} ns was overwritten: other CPUs' events begin before that`);
  const { unknownEvents: unknownNames, failedEvents } = survey.machine;
  if (unknownNames.size > 0) lines.push(`not recorded, as the kernel does not have them: ${[...unknownNames].join(", ")}`);
  if (failedEvents.size > 0) lines.push(`not recorded, as the recorder could not enable them: ${[...failedEvents].join(", ")}`);
  for (const { layout, incomplete, cutTexts } of events.encoders) {
    const name = `${layout.source.category}:${layout.source.name}`;
    say(incomplete, `record of ${name} lacks`, `records of ${name} lack`, "a field that others have: it is 0 or empty there");
    say(cutTexts, "text", "texts", `of ${name}, longer than a record: cut`);
  }
  return lines;
}
