/** Perfetto traces as recordings: the events of ftrace, one stream per CPU. */
import type { ByteSource } from "../../byte-source.ts";
import { buildCatalogue } from "../../catalogue.ts";
import { taskRules } from "../../kernel/task-rules.ts";
import { once } from "../../once.ts";
import type { PageStream, Recording, TaskRule } from "../../recording.ts";
import { PageWriter } from "../../stream/page-writer.ts";
import { recordStream } from "../../stream/record-stream.ts";
import { warningList } from "../../warnings.ts";
import type { Beside, OpenResult } from "../format.ts";
import { unpacker } from "./blocks.ts";
import { CpuSource } from "./cpu-source.ts";
import { eventsOf, taskEvent, taskSource } from "./events.ts";
import { Survey } from "./survey.ts";
import { troubleOf } from "./trouble.ts";

/** Holds the longest record. */
const PAGE_BYTES = 65_536;
const MOST_CPUS = 4096;

const COMMON_PID = 4;
const OWN_RULES: readonly TaskRule[] = [
  { eventId: taskEvent.type, when: "before", kind: "tgid", tgid: taskEvent.tgid },
  { eventId: taskEvent.type, when: "before", kind: "told_id", id: "uid", pid: COMMON_PID, value: taskEvent.uid },
];
/** Where events have the clock that the start of a process is told by. */
const STARTED: TaskRule = { eventId: taskEvent.type, when: "before", kind: "started", pid: COMMON_PID, value: taskEvent.started };
const BOOT = 0;

/**
 * Opens a trace that has events of ftrace; what else it has (track events, counters, heap profiles) is left out.
 * Units: ns of the clock of the events, which is the boot clock unless the recorder was told otherwise.
 * Source: Perfetto protos/perfetto/trace/, up to v54; compact switches as its trace processor reads them.
 */
export async function openPerfetto(source: ByteSource, beside: Beside): Promise<OpenResult> {
  const { warnings, warn } = warningList();
  const kallsyms = once(() => beside.kallsyms);
  const survey = new Survey(source, await unpacker(), kallsyms, warn);
  survey.run();
  const { index, machine, symbols } = survey;
  const { cpus } = index;
  if (cpus.length === 0) {
    const why = warnings.length > 0 ? `; ${warnings[0]!}` : "";
    return { ok: false, message: `the Perfetto trace has no events of ftrace: record the data source linux.ftrace${why}` };
  }
  const events = await eventsOf(survey.census);
  const baseNs = survey.firstNs;
  const { maxRecordBytes } = new PageWriter(PAGE_BYTES, 0);
  const sources = cpus.map(
    (cpu, i) =>
      new CpuSource({
        ...{ source, cpu, places: index.of(cpu), blocks: index.blocks, cache: survey.cache, events, tables: symbols.tables, baseNs },
        ...{ tgids: i === 0 ? machine.tgids : new Map<number, number>(), processes: machine.processes, maxRecordBytes },
      }),
  );
  const streams = sources.map((records, i): PageStream => recordStream({ source: records, baseNs, pageBytes: PAGE_BYTES, cpu: cpus[i]! }));
  const hasTasks = machine.tgids.size > 0;
  const ncpus = Math.max(cpus.at(-1)! + 1, Math.min(machine.ncpus, MOST_CPUS));
  const catalogue = buildCatalogue({
    events: hasTasks ? [...events.sources, taskSource] : events.sources,
    ...{ byteOrder: "little", longBytes: 8, ncpus, warn },
  });
  const { epochNs } = machine;
  const recording: Recording = {
    info: {
      path: source.path,
      format: index.blocks.length > 0 ? `Perfetto (${index.blocks[0]!.packing})` : "Perfetto",
      clock: machine.clockName,
      clockIsNs: true,
      ncpus,
      uname: machine.uname,
      buffers: [""],
      get warnings() {
        return [...warnings, ...troubleOf(survey, events, sources)];
      },
      sizeBytes: source.sizeBytes,
      ...(epochNs === undefined ? {} : { epochNs }),
      recordedLost: machine.lost.map((loss) => ({ buffer: "", ...loss })),
    },
    catalogue,
    streams,
    comms: machine.comms,
    taskRules: [...(hasTasks ? OWN_RULES : []), ...(hasTasks && machine.clock === BOOT ? [STARTED] : []), ...taskRules(catalogue)],
    kallsyms,
    ...(symbols.isEmpty ? {} : { kernelCode: symbols.space }),
    close: () => source.close(),
  };
  return { ok: true, recording };
}
