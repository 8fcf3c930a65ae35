/** Builtins that what a plan records does not tell. */
import type { BuiltinName, HirProgram } from "../../lang/hir/hir.ts";
import type { Needs } from "../needs/needs.ts";
import { pointName } from "./site.ts";
import type { Unrecordable } from "./plan.ts";

const USER_IDS = "no recorder writes user or group ids with an event, and no fetch argument reaches the credentials of the running task";

const WHY: Readonly<Partial<Record<BuiltinName, string>>> = {
  uid: USER_IDS,
  gid: USER_IDS,
  username: USER_IDS,
  cgroup: "tracefs has no field for cgroup ids; perf writes them with its samples: perf record --all-cgroups",
  numaid: "events name the processor only; its node is in /sys/devices/system/cpu/cpuN: use cpu",
};

/** begin and end run in the replaying process, which has ids of its own. */
const isOwn = (provider: string): boolean => ["begin", "end", "interval", "self", "test", "bench"].includes(provider);

export function unansweredBuiltins(program: HirProgram, needs: Needs): Unrecordable[] {
  const found = new Map<BuiltinName, string[]>();
  needs.probes.forEach(({ builtins }, index) => {
    const names = (program.probes[index]?.attach ?? []).filter(({ provider }) => !isOwn(provider)).map(pointName);
    for (const builtin of builtins)
      if (WHY[builtin] !== undefined && names.length > 0) found.set(builtin, [...(found.get(builtin) ?? []), ...names]);
  });
  return [...found].map(([builtin, names]) => ({
    what: `${builtin} in ${names.length > 2 ? `${names[0]!} and ${names.length - 1} others` : names.join(" and ")}`,
    why: WHY[builtin]!,
    hint: null,
  }));
}
