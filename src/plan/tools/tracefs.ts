/** Recording through tracefs alone; trace-cmd only writes the file at the end. */
import type { PlannedEvent } from "../plan.ts";
import { birthEvents } from "../task-events.ts";
import { removeCommands, defineStep } from "./definitions.ts";
import { namedEvents, type NamedEvent } from "./event-names.ts";
import { keepStep, mapsLoop, needsMaps, replayWords } from "./keep.ts";
import { ftraceGaps, keepable } from "./ftrace-gaps.ts";
import { nonEmpty, TRACING, words, type Step, type ToolCommands, type ToolInput } from "./step.ts";
import { shellWord } from "../../../lang/check/attach/checked-point.ts";

/** KiB for each CPU. */
export const BUFFER_KB = 16384;

const INSTANCE = "hs";
const at = (path: string): string => `${TRACING}/instances/${INSTANCE}/${path}`;
const set = (path: string, value: string | number): string => `echo ${value} > ${at(path)}`;

/** Of a whole machine, more tasks have names than the kernel remembers by default. */
const COMMS = 65536;
const DEFAULT_COMMS = 128;

const userStacks = (value: 0 | 1): string => set("options/userstacktrace", value);

const remembers = ({ plan, subject }: ToolInput): boolean => plan.tasks && subject.kind === "machine";
const setComms = (count: number): string => `echo ${count} > ${TRACING}/saved_cmdlines_size`;

function bufferStep(input: ToolInput): Step {
  const { plan } = input;
  return {
    why: "a buffer of our own; nobody else's tracing is touched",
    commands: [
      `mkdir ${TRACING}/instances/${INSTANCE}`,
      set("tracing_on", 0),
      set("trace_clock", plan.clock),
      set("buffer_size_kb", BUFFER_KB),
      set("options/event-fork", 1),
      // Names are kept unless somebody has switched that off for all buffers, as options/record-cmd is not one of a single buffer.
      ...(plan.tasks ? [set("options/record-tgid", 1)] : []),
      ...(remembers(input) ? [setComms(COMMS)] : []),
      ...(plan.ustack ? [userStacks(1)] : []),
    ],
  };
}

const enable = ({ path, kstack, name }: NamedEvent): string[] => [
  set(`events/${path}/enable`, 1),
  ...(!kstack ? [] : name.endsWith(":*") ? [`echo 1 > ${at("options/stacktrace")}`] : [set(`events/${path}/trigger`, "stacktrace")]),
];

function eventsStep({ plan }: ToolInput): Step {
  return {
    why: "what is recorded",
    commands: namedEvents(plan).flatMap((event) => {
      const [first, ...more] = enable(event);
      return [`${first!}   # ${event.why}`, ...more];
    }),
  };
}

/** Events that tell the parent of a command that is started; empty: nobody asks. */
const birthOf = ({ plan, subject }: ToolInput): PlannedEvent[] => (subject.kind === "command" ? birthEvents(plan) : []);

/** Of the shell that starts the command only the start is recorded. */
function birthStep(births: readonly PlannedEvent[]): Step {
  return {
    why: "who starts the command: its birth, in this shell; the other events follow when it is there",
    commands: [
      `echo $$ > ${at("set_event_pid")}`,
      ...births.map(({ category, name, why }) => `${set(`events/${category}/${name}/enable`, 1)}   # ${why}`),
      `${userStacks(1)}   # each tells the process of its thread, so of the parent`,
    ],
  };
}

/** The shell that becomes the command is recorded from where it names itself. */
function commandLine(input: ToolInput, command: readonly string[]): string {
  const begin = `echo $$ > ${at("set_event_pid")} && ${set("tracing_on", 1)} && exec "$@"`;
  const births = birthOf(input);
  const others = namedEvents({ ...input.plan, events: input.plan.events.filter((event) => !births.includes(event)) });
  const ownStacks = input.plan.ustack ? [] : [userStacks(0)];
  const events = births.length === 0 ? [] : [set("tracing_on", 0), ...ownStacks, ...others.flatMap(enable)];
  return `sh -c ${shellWord([...events, begin].join(" && "))} sh ${words(command)}`;
}

function runStep(input: ToolInput): Step {
  const { subject, directory } = input;
  const stop = set("tracing_on", 0);
  switch (subject.kind) {
    case "command": {
      const run = commandLine(input, subject.words);
      const born = birthOf(input).length === 0 ? [] : [set("tracing_on", 1)];
      if (!needsMaps(input)) return { why: "the command and what it starts", commands: [...born, run, stop] };
      return {
        why: "the command and what it starts, with its mappings as they last were",
        commands: [...born, `${run} & P=$!`, mapsLoop(directory, "$P"), "wait $P", stop],
      };
    }
    case "process":
      return {
        why: `the threads of process ${subject.pid} and what it starts; wait as long as it takes`,
        commands: [
          `ls /proc/${subject.pid}/task > ${at("set_event_pid")}`,
          set("tracing_on", 1),
          "sleep 10",
          stop,
          ...(needsMaps(input) ? [`cat /proc/${subject.pid}/maps > ${shellWord(`${directory}/maps`)}`] : []),
        ],
      };
    case "machine":
      return { why: "all that runs; wait as long as it takes", commands: [set("tracing_on", 1), "sleep 10", stop] };
  }
}

export function tracefsCommands(whole: ToolInput): ToolCommands {
  const input = keepable(whole);
  const { plan, directory } = input;
  const file = "trace.dat";
  const births = birthOf(input);
  const extract: Step = {
    why: "the recording: events, their formats and kernel symbols; what was lost is told by per_cpu/cpu*/stats",
    commands: [`grep -H overrun ${at("per_cpu/cpu*/stats")}`, `trace-cmd extract -B ${INSTANCE} -o ${shellWord(`${directory}/${file}`)}`],
  };
  return {
    steps: nonEmpty([
      { why: "where the recording is kept", commands: [`mkdir -p ${shellWord(directory)}`] },
      defineStep(plan),
      bufferStep(input),
      births.length === 0 ? eventsStep(input) : birthStep(births),
      runStep(input),
      keepStep(input),
      extract,
    ]),
    replay: replayWords(input, file),
    // trace-cmd 3.1 removes the instance itself.
    cleanUp: [
      `[ ! -d ${TRACING}/instances/${INSTANCE} ] || rmdir ${TRACING}/instances/${INSTANCE}`,
      ...removeCommands(plan),
      ...(remembers(input) ? [setComms(DEFAULT_COMMS)] : []),
    ],
    unrecordable: ftraceGaps(whole, "tracefs"),
  };
}
