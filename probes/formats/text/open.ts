/** Makes a recording of a text: what is common to all formats that name events and print their fields. */
import type { SampledEvent } from "../../../lang/catalogue.ts";
import type { ByteSource } from "../../byte-source.ts";
import { buildCatalogue } from "../../catalogue.ts";
import { taskRules } from "../../kernel/task-rules.ts";
import type { UserPlace } from "../../symbols/user-code.ts";
import { parseDefinitions } from "../../probed/definitions.ts";
import type { TaskRule } from "../../recording.ts";
import { recordStream } from "../../stream/record-stream.ts";
import { warningList } from "../../warnings.ts";
import type { Beside, OpenResult } from "../format.ts";
import { EventBook } from "./event-book.ts";
import { knownEvents } from "./known-events.ts";
import type { ReadLine } from "./line.ts";
import { Lines } from "./lines.ts";
import { ownIds, ownRules, ownSources, type OwnIds, type TracerFacts } from "./own-records.ts";
import { PAGE_BYTES, TextSource, type Extras, type TextFacts } from "./source.ts";
import { pageStore, storedPages } from "./store.ts";
import { SymbolSpace } from "./symbol-space.ts";

const LONG_BYTES = 8;
const NS_PER_SECOND = 1_000_000_000n;

export interface TextFormat {
  /** As `info` shows it. */
  readonly name: string;
  /** Names of events have their category in front. */
  readonly withCategory: boolean;
  /** Return probes show `caller <- function`. */
  readonly callerFirst: boolean;
  readonly namesAreOfTheMoment: boolean;
  /** What makes its recorder print tasks, for texts without; absent: the format says so itself. */
  readonly tasksBy?: string;
  readonly clock: string;
  readonly clockIsNs: boolean;
  /** Of CPUs, where the text says; null: as many as its lines name. */
  readonly ncpus: number | null;
  /** The category of an event that nobody describes, by the text behind its name. */
  readonly categoryOf: (bytes: Uint8Array, from: number) => string;
  readonly lines: (context: LinesContext) => FormatLines;
}

export interface LinesContext {
  readonly symbols: SymbolSpace;
  readonly ids: OwnIds;
  /** For events that the format makes up: a new id. */
  readonly newId: () => number;
}

export interface FormatLines {
  readonly readLine: ReadLine;
  readonly extras: Extras;
  /** Asked behind the first pass: true: it told that lines are to be read otherwise. */
  readonly wantsToReadAgain?: () => boolean;
  /** After the first pass. */
  readonly facts: () => TracerFacts;
  readonly sampled?: () => readonly SampledEvent[];
  readonly rules?: readonly TaskRule[];
  readonly userPlaceOf?: (address: bigint) => UserPlace | null;
  /** Warnings beyond those of all text. */
  readonly warnings: () => readonly string[];
}

/** Rules that tell a task's name although the recorder noted only its last one. */
const tellsName = ({ kind }: TaskRule): boolean => kind === "comm" || kind === "old_comm";

function* lossWarnings(book: EventBook, lines: Lines): Generator<string> {
  for (const { name, unread, unknownNames, assumptions } of book.named) {
    yield* assumptions;
    if (unread > 0)
      yield `${unread} lines of ${name} are not as its description has them: they are left out (--events-from FILE gives others)`;
    if (unknownNames > 0) yield `${unknownNames} values of ${name} have names that its description does not know: they count as 0`;
  }
  if (lines.cut > 0) yield `${lines.cut} lines are longer than 65536 bytes: what is behind is left out`;
  if (book.unnamed > 0) yield `${book.unnamed} lines name events beyond the number that can be told apart: they are left out`;
}

function factWarnings({ isRelative, baseSeconds, hasTasks, notUnderstood, lines }: TextFacts, tasksBy: string | undefined): string[] {
  return [
    ...(hasTasks || tasksBy === undefined ? [] : [`the text has no tasks (${tasksBy} prints them): all events are of task 0`]),
    // Some kernels print the clock's own time in latency format too: that does not begin at 0.
    ...(isRelative && baseSeconds === 0 ? ["the text has relative times only: they count from the first event"] : []),
    ...(notUnderstood > 0 ? [`${notUnderstood} of ${lines} lines are not understood: they are left out`] : []),
  ];
}

/** Opens a text. All of it is looked through once: for its events, CPUs, names of tasks and of code. */
export async function openText(source: ByteSource, format: TextFormat, beside: Beside): Promise<OpenResult> {
  const described = beside.events ?? (await knownEvents());
  const symbols = new SymbolSpace(() => beside.kallsyms);
  const book = new EventBook({
    events: described,
    definitions: beside.definitions.flatMap(parseDefinitions),
    context: { symbols, longBytes: LONG_BYTES, callerFirst: format.callerFirst },
    withCategory: format.withCategory,
  });
  const ids = ownIds(book, described);
  const {
    readLine,
    extras,
    facts,
    sampled,
    rules = [],
    warnings: more,
    userPlaceOf,
    wantsToReadAgain,
  } = format.lines({ symbols, ids, newId: () => book.newId() ?? 0 });
  const lines = new Lines(source);
  const { namesAreOfTheMoment, categoryOf } = format;
  const text = new TextSource({ lines, readLine, book, symbols, ids, extras, namesAreOfTheMoment, categoryOf });
  const store = pageStore(source);
  const comms = text.scan((pages) => store.put(pages));

  const { warnings, warn } = warningList();
  const own = ownSources(ids, facts());
  const ownNames = new Set(own.map(({ name }) => name));
  const ncpus = Math.max(format.ncpus ?? 1, text.facts.ncpus);
  const catalogue = buildCatalogue({
    events: [...book.describe().filter(({ category, name }) => category !== "ftrace" || !ownNames.has(name)), ...own],
    byteOrder: "little",
    longBytes: LONG_BYTES,
    ncpus,
    warn,
  });
  for (const message of factWarnings(text.facts, format.tasksBy)) warn(message);
  const byEvents = taskRules(catalogue);
  // Names that change from line to line say when they did, where no event does.
  if (text.facts.renames && !byEvents.some((rule) => tellsName(rule) && book.isSeen(rule.eventId))) text.tellNames();
  if (wantsToReadAgain?.() === true) text.isDone = false;
  if (!text.isDone) {
    store.discard();
    text.again();
  }
  const baseNs = BigInt(text.startSeconds) * NS_PER_SECOND;
  const pages = text.isDone ? store.source() : null;
  const stream = pages === null ? recordStream({ source: text, baseNs }) : storedPages(pages, PAGE_BYTES, baseNs);
  const samples = sampled?.() ?? [];
  return {
    ok: true,
    recording: {
      info: {
        path: source.path,
        format: format.name,
        clock: format.clock,
        clockIsNs: format.clockIsNs,
        ncpus,
        uname: null,
        buffers: [""],
        get warnings() {
          return [...warnings, ...lossWarnings(book, lines), ...more()];
        },
        sizeBytes: source.sizeBytes,
        recordedLost: [],
      },
      catalogue: samples.length === 0 ? catalogue : { ...catalogue, sampled: samples },
      streams: [stream],
      comms,
      taskRules: [...ownRules(ids), ...rules, ...byEvents],
      kallsyms: () => beside.kallsyms,
      kernelCode: symbols,
      ...(userPlaceOf === undefined ? {} : { userPlaceOf }),
      ...(namesAreOfTheMoment ? { tellsTasks: true } : {}),
      close() {
        pages?.close();
        source.close();
      },
    },
  };
}
