/** What belongs to a recording and is not in it: copied beside it, and named to the replay. */
import { shellWord } from "../../../lang/check/attach/checked-point.ts";
import type { Kept, RecordingPlan } from "../plan.ts";
import { TRACING, words, type Step, type ToolInput } from "./step.ts";

/** Type data of the kernel that runs (linux Documentation/bpf/btf.rst). */
const MACHINE_BTF = "/sys/kernel/btf/vmlinux";

const KALLSYMS = "/proc/kallsyms";

const wants = ({ kept }: RecordingPlan, what: Kept): boolean => kept.includes(what);

/** Definitions are gone when the events are removed, mappings when the process ends. */
export function keepStep({ plan, directory }: ToolInput): Step {
  const at = (name: string): string => shellWord(`${directory}/${name}`);
  const commands: string[] = [];
  if (wants(plan, "dynamic events")) commands.push(`cat ${TRACING}/dynamic_events > ${at("dynamic_events")}`);
  if (plan.programs.length > 0) commands.push(`cp --parents ${words(plan.programs)} ${shellWord(directory)}`);
  if (wants(plan, "mappings"))
    commands.push(`awk '$6 ~ /^\\// { print $6 }' ${at("maps")} | sort -u | xargs cp --parents -t ${shellWord(directory)}`);
  if (wants(plan, "kernel symbols")) commands.push(`cat ${KALLSYMS} > ${at("kallsyms")}`);
  if (wants(plan, "types")) commands.push(`cat ${MACHINE_BTF} > ${at("vmlinux.btf")}`);
  if (plan.wallClock) commands.push(`awk '/^btime/ { print $2 }' /proc/stat > ${at("boot-time")}`);
  return { why: "what belongs to the recording", commands };
}

/** Mappings can be read while the process lives only; what is read last has all that it mapped. */
export const mapsLoop = (directory: string, pid: string): string =>
  `while cat /proc/${pid}/maps > ${shellWord(`${directory}/maps.new`)} 2>/dev/null && [ -s ${shellWord(`${directory}/maps.new`)} ]; ` +
  `do mv ${shellWord(`${directory}/maps.new`)} ${shellWord(`${directory}/maps`)}; sleep 0.05; done`;

export const needsMaps = ({ plan }: ToolInput): boolean => wants(plan, "mappings");

/** The words of the replay. */
export function replayWords({ plan, directory, script }: ToolInput, file: string): string {
  const at = (name: string): string => `${directory}/${name}`;
  const flags = [
    "hindsight",
    "--trace",
    at(file),
    ...(wants(plan, "dynamic events") ? ["--dynamic-events", at("dynamic_events")] : []),
    ...(wants(plan, "mappings") ? ["--maps", at("maps")] : []),
    ...(wants(plan, "kernel symbols") ? ["--kallsyms", at("kallsyms")] : []),
    ...(wants(plan, "types") ? ["--btf", at("vmlinux.btf")] : []),
    ...(wants(plan, "programs") ? ["--symfs", directory] : []),
  ];
  const bootTime = plan.wallClock ? [`--boot-time "$(cat ${shellWord(at("boot-time"))})"`] : [];
  return [words(flags), ...bootTime, words(script)].join(" ");
}
