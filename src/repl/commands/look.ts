/** Commands that show what maps and the recording hold. */
import { didYouMean } from "../../../lang/diagnostics/suggest.ts";
import { mapValueName } from "../../../lang/types/names.ts";
import { typeName } from "../../../lang/types/type.ts";
import { keyText } from "../../output/map-text.ts";
import type { MapDump } from "../../session/map-dump.ts";
import { listProbes, type ListedProbe } from "../../workspace/probe-list.ts";
import { eventLines } from "../event-lines.ts";
import { printMap, printMaps } from "../print-maps.ts";
import type { Session } from "../session.ts";
import { counted, readCount } from "../time-text.ts";
import { hasPrograms, table, usageError, type Command } from "./command.ts";

const MOST_PROBES = 200;

function maps({ attached }: Session): MapDump[] {
  const { replay } = attached!;
  return replay.maps.indices.map((index) => replay.maps.dump(index));
}

function showMaps(session: Session): void {
  if (!hasPrograms(session)) return;
  const all = maps(session);
  if (all.length === 0) return session.text("no maps\n");
  const rows = all.map(({ name, key, value, entries }): [string, string] => {
    const content = key === null ? (entries.length === 0 ? "empty" : "") : counted(entries.length, "key");
    return [key === null ? name : `${name}[${typeName(key)}]`, `${mapValueName(value).padEnd(10)} ${content}`];
  });
  session.text(table(rows));
}

/** `@x`, `@x 5`, `@x[bash]` with the key as it prints. */
const PRINT = /^(@\w*)(?:\[([\s\S]*)\])?(?:[\s,]+(\d+))?$/;

function print(session: Session, rest: string): void {
  if (!hasPrograms(session)) return;
  const { replay, context } = session.attached!;
  if (rest === "") {
    printMaps(session);
    return;
  }
  const [, name, key, top = "0"] = PRINT.exec(rest) ?? [];
  if (name === undefined) return usageError(session, "print @MAP [TOP], print @MAP[KEY]");
  const index = replay.maps.indices.find((one) => replay.maps.dump(one).name === name);
  if (index === undefined) {
    const near = didYouMean(
      name,
      maps(session).map((one) => one.name),
    );
    return session.fail(`ERROR: there is no map ${name}\n${near === null ? "" : `HINT: did you mean ${near}?\n`}`);
  }
  const dump = replay.maps.dumpForPrint(index);
  if (key === undefined) return printMap(session, dump, Number(top));
  const type = dump.key;
  const plain = (text: string): string => text.replace(/^"(.*)"$/, "$1").replaceAll(", ", ",");
  const entries = type === null ? [] : dump.entries.filter((entry) => plain(keyText(type, entry.key, context)) === plain(key.trim()));
  if (entries.length === 0) return session.text(`${name} has no key ${key} here\n`);
  printMap(session, { ...dump, entries }, 0);
}

const COMMON = /^common_/;

const declarations = ({ fields }: ListedProbe): string[] =>
  fields()
    .filter(({ name }) => !COMMON.test(name))
    .map(({ decl }) => `    ${decl}`);

function probes(session: Session, rest: string): void {
  const { workspace } = session.options;
  const found = listProbes(rest === "" ? "*:*" : /[*:]/.test(rest) ? rest : `*${rest}*`, workspace.machine);
  session.attached?.replay.reclaim();
  if (found.length === 0) return session.text(`no probe matches ${rest}\n`);
  const shown = session.isInteractive ? found.slice(0, MOST_PROBES) : found;
  session.text(shown.map(({ name }) => `${name}\n`).join(""));
  if (shown.length < found.length) session.note(`… ${counted(found.length - shown.length, "probe")} more: narrow it down with a pattern\n`);
}

function fields(session: Session, rest: string): void {
  if (rest === "") return usageError(session, "fields PROBE");
  const { workspace } = session.options;
  const found = listProbes(rest, workspace.machine);
  session.attached?.replay.reclaim();
  if (found.length === 0) {
    const near = didYouMean(
      rest,
      (workspace.machine.catalogue?.tracepoints ?? []).map(({ category, name }) => `tracepoint:${category}:${name}`),
    );
    return session.fail(`ERROR: no probe matches ${rest}\n${near === null ? "" : `HINT: did you mean ${near}?\n`}`);
  }
  for (const probe of found) session.text([probe.name, ...declarations(probe)].map((line) => `${line}\n`).join(""));
}

function events(session: Session, rest: string): void {
  const count = readCount(rest, 10);
  if (count === null || count > 10_000) return usageError(session, "events [N], at most 10000");
  session.options.sink.bytes(eventLines(session, count));
}

const PROGRAM = "tracepoint:sched:sched_switch { @[args.next_comm] = count(); @n = count(); }";

export const lookCommands: readonly Command[] = [
  {
    name: "info",
    aliases: ["i"],
    usage: "",
    argument: "none",
    summary: "what the recording holds",
    help: "Its format, clock, length, tasks, what was lost, and how many events of each kind there are.",
    example: ["info"],
    run: (session) => {
      session.text(session.options.info());
      session.attached?.replay.reclaim();
    },
  },
  {
    name: "probes",
    aliases: ["p"],
    usage: "[PATTERN]",
    argument: "probe",
    summary: "probes that the recording offers",
    help: "All of them, those of a pattern with * (tracepoint:sched:*), or those whose names hold a word (open).",
    example: ["probes sched", "probes tracepoint:block:*"],
    run: probes,
  },
  {
    name: "fields",
    aliases: ["f"],
    usage: "PROBE",
    argument: "probe",
    summary: "what a probe's args holds",
    help: "The fields as C declares them; a program reads one as args.NAME.",
    example: ["fields tracepoint:sched:sched_switch"],
    run: fields,
  },
  {
    name: "maps",
    aliases: ["m"],
    usage: "",
    argument: "none",
    summary: "the maps and how much is in them here",
    help: "Names, types of keys and values, and the number of keys at the moment where the run stands.",
    example: [PROGRAM, "maps"],
    run: showMaps,
  },
  {
    name: "print",
    aliases: [],
    usage: "[@MAP [TOP] | @MAP[KEY]]",
    argument: "map",
    summary: "what maps hold here",
    help: "As bpftrace prints them; all of them without a name. TOP shows so many of the largest, and a key is written as it prints. @MAP alone does the same.",
    example: [PROGRAM, "print @n", "print @ 3", "seek +1", "@n"],
    run: print,
  },
  {
    name: "events",
    aliases: ["e"],
    usage: "[N]",
    argument: "none",
    summary: "the raw events around here",
    help: "N events (10) of the recording before and behind the moment where the run stands, with time, CPU, task, name and fields, whether a program looks at them or not. The arrow stands before the first one that has not happened yet.",
    example: [PROGRAM, "seek +1", "events 3"],
    run: events,
  },
];
