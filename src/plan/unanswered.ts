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
  numaid: "events name the processor only; its node is in /sys/devices/system/cpu/cpuN: use cpu",
};

/** begin and end run in the replaying process, which has ids of its own. */
const isOwn = (provider: string): boolean => ["begin", "end", "interval", "self", "test", "bench"].includes(provider);

/** The names of the probes that ask for each builtin. */
function askingProbes(program: HirProgram, needs: Needs): ReadonlyMap<BuiltinName, readonly string[]> {
  const found = new Map<BuiltinName, readonly string[]>();
  needs.probes.forEach(({ builtins }, index) => {
    const names = (program.probes[index]?.attach ?? []).filter(({ provider }) => !isOwn(provider)).map(pointName);
    if (names.length > 0) for (const builtin of builtins) found.set(builtin, [...(found.get(builtin) ?? []), ...names]);
  });
  return found;
}

/** `cgroup in tracepoint:sched:sched_switch and 2 others` */
export const askedIn = (builtin: BuiltinName, names: readonly string[]): string =>
  `${builtin} in ${names.length > 2 ? `${names[0]!} and ${names.length - 1} others` : names.join(" and ")}`;

export interface Unanswered {
  /** What no recorder tells. */
  readonly unrecordable: Unrecordable[];
  /** The probes that ask for cgroups, which some recorders tell. */
  readonly cgroups: readonly string[];
}

export function unansweredBuiltins(program: HirProgram, needs: Needs): Unanswered {
  const asking = askingProbes(program, needs);
  const unrecordable = [...asking].flatMap(([builtin, names]): Unrecordable[] => {
    const why = WHY[builtin];
    return why === undefined ? [] : [{ what: askedIn(builtin, names), why, hint: null }];
  });
  return { unrecordable, cgroups: asking.get("cgroup") ?? [] };
}
