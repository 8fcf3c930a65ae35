/** Recording with trace-cmd record. */
import { shellWord } from "../../../lang/check/attach/checked-point.ts";
import { defineStep, removeCommands } from "./definitions.ts";
import { namedEvents } from "./event-names.ts";
import { keepStep, mapsLoop, needsMaps, replayWords } from "./keep.ts";
import { ftraceGaps, keepable, parentGaps } from "./ftrace-gaps.ts";
import { nonEmpty, words, type Step, type ToolCommands, type ToolInput } from "./step.ts";
import { BUFFER_KB } from "./tracefs.ts";

const options = ({ plan, directory }: ToolInput, file: string): string[] => [
  `-o ${shellWord(`${directory}/${file}`)}`,
  `-C ${plan.clock}`,
  `-b ${BUFFER_KB}`,
  ...(plan.tasks ? ["-O record-tgid"] : []),
  ...(plan.ustack ? ["-O userstacktrace"] : []),
  // A trigger is set for the event before it.
  ...namedEvents(plan).map(
    ({ name, kstack }) =>
      `-e ${shellWord(name.endsWith(":*") ? name.slice(0, -2) : name)}${kstack ? (name.endsWith(":*") ? " -T" : " -R stacktrace") : ""}`,
  ),
];

function recordStep(input: ToolInput, file: string): Step {
  const { subject, directory } = input;
  const record = (rest: string): string => ["trace-cmd record", ...options(input, file), rest].join(" \\\n  ");
  switch (subject.kind) {
    case "command": {
      if (!needsMaps(input)) return { why: "the command and what it starts", commands: [record(`-F -c ${words(subject.words)}`)] };
      const pidFile = shellWord(`${directory}/pid`);
      const start = `echo $$ > ${pidFile}; exec "$@"`;
      return {
        why: "the command and what it starts, with its mappings as they last were",
        commands: [
          `rm -f ${pidFile}`,
          `${record(`-F -c sh -c ${shellWord(start)} sh ${words(subject.words)}`)} & R=$!`,
          `until [ -s ${pidFile} ]; do sleep 0.02; done`,
          mapsLoop(directory, `$(cat ${pidFile})`),
          "wait $R",
        ],
      };
    }
    case "process":
      return {
        why: `the threads of process ${subject.pid} and what it starts, until Ctrl-C`,
        commands: [
          record(`$(ls /proc/${subject.pid}/task | sed 's/^/-P /') -c`),
          ...(needsMaps(input) ? [`cat /proc/${subject.pid}/maps > ${shellWord(`${directory}/maps`)}`] : []),
        ],
      };
    case "machine":
      return { why: "all that runs, until Ctrl-C", commands: [record("-a")] };
  }
}

export function traceCmdCommands(whole: ToolInput): ToolCommands {
  const input = keepable(whole);
  const file = "trace.dat";
  return {
    steps: nonEmpty([
      { why: "where the recording is kept", commands: [`mkdir -p ${shellWord(input.directory)}`] },
      defineStep(input.plan),
      recordStep(input, file),
      keepStep(input),
    ]),
    replay: replayWords(input, file),
    cleanUp: removeCommands(input.plan),
    unrecordable: [...ftraceGaps(whole, "trace-cmd"), ...parentGaps(whole, "trace-cmd")],
  };
}
