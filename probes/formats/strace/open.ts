import type { ByteSource } from "../../byte-source.ts";
import { buildCatalogue } from "../../catalogue.ts";
import { taskRules } from "../../kernel/task-rules.ts";
import type { Recording, TaskRule } from "../../recording.ts";
import { recordStream } from "../../stream/record-stream.ts";
import { keptStream } from "../text/kept-stream.ts";
import { warningList } from "../../warnings.ts";
import type { OpenResult } from "../format.ts";
import { LineClock } from "./clock.ts";
import { ARM64_CONSTANTS, CONSTANTS } from "./constants.ts";
import { callsOf, COMM_BYTES, eventIds, eventSources, FIRST_FIELD } from "./events.ts";
import { timeForms } from "./line.ts";
import { readConstants } from "./number.ts";
import { Scanner } from "./scanner.ts";
import { StraceSource } from "./source.ts";
import { surveyText } from "./survey.ts";
import { warningsOf } from "./trouble.ts";

const SURVEYED_BYTES = 1 << 20;
/** Stands for a pid that nothing tells: the highest that Linux gives. */
const UNKNOWN_PID = 4_194_303;
const COMMON_PID = 4;

/** The event of our own tells the process and the name of its own task. */
const OWN_RULES: readonly TaskRule[] = [
  { eventId: eventIds.task, when: "before", kind: "tgid", tgid: FIRST_FIELD },
  {
    eventId: eventIds.task,
    when: "before",
    kind: "comm",
    pid: COMMON_PID,
    comm: { offset: FIRST_FIELD + 4, sizeBytes: COMM_BYTES, loc: "inline", basename: false },
  },
];

/**
 * Opens what strace wrote (-o FILE, or its standard error output). Lines are read when the stream is; what cannot be read is counted in the warnings.
 * Units: ns of the clock that the times were written in: since the epoch (-ttt), midnight (-t, -tt) or the first line (-r).
 * Source: strace 6.1, its manual page and what it writes.
 */
export function openStrace(source: ByteSource): OpenResult {
  const scanner = new Scanner(source.sizeBytes);
  const { start } = scanner.window;
  const surveyed = source.readAt(0, scanner.bytes.subarray(start, start + Math.min(SURVEYED_BYTES, source.sizeBytes)));
  const facts = surveyText(scanner, start, start + surveyed, source.path);
  const { architecture, startsWithExec, hasFrames } = facts;
  const calls = callsOf(architecture);
  const clock = new LineClock(scanner, facts);
  const constants = readConstants(architecture === "arm64" ? `${ARM64_CONSTANTS};${CONSTANTS}` : CONSTANTS);
  scanner.setNumbers(constants.names, constants.low);
  const records = new StraceSource({
    source,
    scanner,
    clock,
    constants,
    architecture,
    calls,
    mainPid: facts.mainPid ?? UNKNOWN_PID,
    startsWithExec,
    hasFrames,
  });
  const kept = keptStream(recordStream({ source: records, baseNs: clock.baseNs }), source, () => records.trouble);
  const { warnings, warn } = warningList();
  const catalogue = buildCatalogue({ events: eventSources(calls), byteOrder: "little", longBytes: 8, ncpus: 1, warn });
  if (facts.form === timeForms.none) warn("the text has no times: nsecs counts lines (strace -ttt writes times)");
  if (facts.mainPid === null && !facts.hasPids) warn(`the text has no process ids: ${UNKNOWN_PID} stands for them (strace -f writes them)`);
  const rules = [...OWN_RULES, ...taskRules(catalogue)];
  const recording: Recording = {
    info: {
      path: source.path,
      format: "strace text",
      clock: clock.name,
      clockIsNs: facts.form !== timeForms.none,
      ncpus: 1,
      uname: architecture === "arm64" ? "Linux aarch64" : null,
      buffers: [""],
      get warnings() {
        return [...warnings, ...warningsOf(kept.state())];
      },
      sizeBytes: source.sizeBytes,
      recordedLost: [],
    },
    catalogue,
    streams: [kept.stream],
    comms: new Map(),
    taskRules: rules,
    kallsyms: () => null,
    userPlaceOf: (address) => records.frames.places.placeOf(address),
    close() {
      kept.close();
      source.close();
    },
  };
  return { ok: true, recording };
}
