/** `hindsight record SCRIPT -- CMD`: records what the script needs of the command's own processes, and replays it. */
import { recordsSomething } from "../../plan/make-plan.ts";
import type { RecordingPlan } from "../../plan/plan.ts";
import { wholeCategories } from "../../plan/tools/event-names.ts";
import { cgroupGaps } from "../../plan/tools/ftrace-gaps.ts";
import { shellWord } from "../../../lang/check/attach/checked-point.ts";
import type { Console } from "../console.ts";
import { failure, type Failure } from "../failure.ts";
import { loadSource } from "../load.ts";
import type { CliOptions } from "../options.ts";
import type { PlanArguments } from "./arguments.ts";
import { compilePlan, sayUnrecordable } from "./compile-plan.ts";
import { runRecording, type Recorded } from "./run-recording.ts";
import { scriptWords } from "./script-words.ts";
import { makeInstance } from "./tracefs-instance.ts";
import { openMachine } from "./tracing-machine.ts";

const say = ({ message, exitCode }: Failure, console: Console): number => {
  console.error(`${message}\n`);
  return exitCode;
};

const usage = (message: string): Failure => failure(`ERROR: USAGE: ${message}`);

/** What record does not do, whatever the script. */
function refusal({ options, command, tool }: PlanArguments): Failure | null {
  if (options.traces.length > 0 || options.sample)
    return usage("record makes a recording of its own: --trace and --sample are for replays");
  if (options.pid !== null) return usage("record starts the command that it records; for a process that runs see hindsight plan -p PID");
  if (command.length === 0) return usage("hindsight record SCRIPT -- COMMAND");
  return tool === null || tool === "tracefs" ? null : usage(`record works through tracefs; see hindsight plan --tool ${tool}`);
}

function sampled({ samples }: RecordingPlan): Failure | null {
  const [first] = samples;
  return first === undefined ? null : failure(`ERROR: ${first.name} is sampled by perf, not by tracefs: see hindsight plan --tool perf`);
}

/** Every way out removes what was made. */
async function recordInto(plan: RecordingPlan, { command, directory }: PlanArguments): Promise<Recorded> {
  const made = makeInstance(groupName());
  if (!made.ok) return made;
  const { instance } = made;
  const remove = (): void => instance.remove();
  process.on("exit", remove);
  try {
    return await runRecording({ plan, instance, command, directory });
  } finally {
    remove();
    process.off("exit", remove);
  }
}

/** Several may record at once. */
const groupName = (): string => `hs_${process.pid}`;

/** Standard input is not there a second time. */
const asText = (options: CliOptions, text: string): CliOptions =>
  options.file === "-" ? { ...options, file: null, program: text } : options;

function replayOptions(options: CliOptions, { file, kept }: Extract<Recorded, { readonly ok: true }>): CliOptions {
  return {
    ...options,
    cmd: null,
    traces: [file],
    dynamicEvents: [...options.dynamicEvents, ...(kept.dynamicEvents === null ? [] : [kept.dynamicEvents])],
    maps: [...options.maps, ...(kept.maps === null ? [] : [kept.maps])],
    symfs: [...options.symfs, ...(kept.symfs === null ? [] : [kept.symfs])],
    bootTime: options.bootTime ?? kept.bootTime,
  };
}

function replayLine({ traces, dynamicEvents, maps, symfs, bootTime, ...options }: CliOptions): string {
  const flags = [
    ...traces.flatMap((path) => ["--trace", path]),
    ...dynamicEvents.flatMap((path) => ["--dynamic-events", path]),
    ...maps.flatMap((path) => ["--maps", path]),
    ...symfs.flatMap((path) => ["--symfs", path]),
    ...(bootTime === null ? [] : ["--boot-time", bootTime]),
  ];
  return ["hindsight", ...flags, ...scriptWords({ ...options, traces, dynamicEvents, maps, symfs, bootTime })].map(shellWord).join(" ");
}

export async function record(args: PlanArguments, console: Console): Promise<number> {
  const { options } = args;
  const refused = refusal(args);
  if (refused !== null) return say(refused, console);
  const loaded = loadSource(options);
  if (!loaded.ok) return say(loaded, console);
  const opened = await openMachine(options, console);
  if (!opened.ok) return say(opened, console);
  const { machine } = opened;
  const made = compilePlan(loaded.source, machine, options, groupName(), console);
  if (made === null) return 1;
  const plan = { ...made, events: wholeCategories(made.events, machine.catalogue) };
  if (!recordsSomething(plan))
    return say(failure("ERROR: the script asks for no event of the command: there is nothing to record"), console);
  const problem = sampled(plan);
  if (problem !== null) return say(problem, console);
  sayUnrecordable([...plan.unrecordable, ...cgroupGaps(plan, "tracefs")], console);
  const recorded = await recordInto(plan, args);
  if (!recorded.ok) return say(recorded, console);
  const replayed = replayOptions(asText(options, loaded.source.text), recorded);
  if (recorded.status !== 0) console.error(`WARNING: the command ended with status ${recorded.status}\n`);
  console.error(`NOTE: recorded into ${recorded.file}; again with: ${replayLine(replayed)}\n`);
  return (await import("../run.ts")).run(replayed, console);
}
