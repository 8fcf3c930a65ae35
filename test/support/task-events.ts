/** Events about tasks, laid out as kernels do. */
import { formatText } from "../../tooling/trace-dat/record.ts";
import type { MadeEvent } from "./made-recording.ts";

export const newtask: MadeEvent = {
  category: "task",
  name: "task_newtask",
  format: formatText("task_newtask", 20, [
    ["pid_t pid", 8, 4, 1],
    ["char comm[16]", 12, 16, 0],
    ["unsigned long clone_flags", 32, 8, 0],
    ["short oom_score_adj", 40, 2, 1],
  ]),
};
