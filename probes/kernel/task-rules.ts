/**
 * What each event says about tasks, and whether the kernel had made the change already when the event fired.
 * Source: Linux include/trace/events/*.h and the places that call the tracepoints (read in 6.1 and 6.18).
 */
import type { ProbeCatalogue, Tracepoint, TracepointField } from "../../lang/catalogue.ts";
import type { CommRef, IdKind, TaskRule } from "../recording.ts";

/** A rule by field names; it applies when the recording's event has the fields. */
type NamedRule = { readonly when: TaskRule["when"] } & (
  | { readonly kind: "comm" | "old_comm"; readonly pid: string; readonly comm: string; readonly basename?: true }
  | { readonly kind: "fork"; readonly parent: string; readonly child: string; readonly comm: string; readonly flags?: string }
  | { readonly kind: "fork_return" | "exec_return"; readonly result: string }
  | { readonly kind: "exit"; readonly pid: string }
  | { readonly kind: "tgid"; readonly tgid: string }
  | { readonly kind: "running"; readonly pid: string }
  | { readonly kind: "id" | "got_id" | "want_id"; readonly id: IdKind; readonly value: string; readonly unsure?: true }
  | { readonly kind: "cgroup"; readonly pid: string; readonly hierarchy: string; readonly value: string }
);

/** The event carries the name of a task at that moment. */
const names = (pid: string, comm: string): NamedRule => ({ when: "before", kind: "comm", pid, comm });

/**
 * System calls that return or set a real id (kernel/sys.c). setuid() sets it only where the caller has the capability; setreuid() and setresuid()
 * always do. What getuid() returns is the id in the caller's own user namespace.
 */
const idCalls = (id: IdKind): Readonly<Record<string, readonly NamedRule[]>> => {
  const got: NamedRule = { when: "before", kind: "got_id", id, value: "ret" };
  return {
    [`syscalls:sys_exit_get${id}`]: [{ when: "before", kind: "id", id, value: "ret" }],
    [`syscalls:sys_enter_set${id}`]: [{ when: "before", kind: "want_id", id, value: id, unsure: true }],
    ...Object.fromEntries(
      [`setre${id}`, `setres${id}`].map((call) => [
        `syscalls:sys_enter_${call}`,
        [{ when: "before", kind: "want_id", id, value: `r${id}` } as const],
      ]),
    ),
    ...Object.fromEntries([`set${id}`, `setre${id}`, `setres${id}`].map((call) => [`syscalls:sys_exit_${call}`, [got]])),
  };
};

/** After the move (kernel/cgroup/cgroup.c). The id is that of bpf_get_current_cgroup_id() since Linux 5.5, when it became 8 bytes long. */
const movesToCgroup: readonly NamedRule[] = [
  names("pid", "comm"),
  { when: "before", kind: "cgroup", pid: "pid", hierarchy: "dst_root", value: "dst_id" },
];

const rulesByEvent: Readonly<Record<string, readonly NamedRule[]>> = {
  // In the task that is about to leave the CPU.
  "sched:sched_switch": [
    names("prev_pid", "prev_comm"),
    names("next_pid", "next_comm"),
    { when: "after", kind: "running", pid: "next_pid" },
  ],
  "sched:sched_wakeup": [names("pid", "comm")],
  "sched:sched_wakeup_new": [names("pid", "comm")],
  "sched:sched_waking": [names("pid", "comm")],
  "sched:sched_migrate_task": [names("pid", "comm")],
  "sched:sched_wait_task": [names("pid", "comm")],
  "sched:sched_kthread_stop": [names("pid", "comm")],
  "sched:sched_stat_runtime": [names("pid", "comm")],
  "sched:sched_stat_wait": [names("pid", "comm")],
  "sched:sched_stat_sleep": [names("pid", "comm")],
  "sched:sched_stat_iowait": [names("pid", "comm")],
  "sched:sched_stat_blocked": [names("pid", "comm")],
  "sched:sched_pi_setprio": [names("pid", "comm")],
  "sched:sched_process_hang": [names("pid", "comm")],
  // In copy_process(), so in the parent, with the child's name still a copy of the parent's.
  "task:task_newtask": [{ when: "before", kind: "fork", parent: "common_pid", child: "pid", comm: "comm", flags: "clone_flags" }],
  // In kernel_clone(), after task_newtask; says nothing about threads.
  "sched:sched_process_fork": [
    names("parent_pid", "parent_comm"),
    { when: "before", kind: "fork", parent: "parent_pid", child: "child_pid", comm: "child_comm" },
  ],
  // __set_task_comm() fires it and copies the name after that. Since Linux 6.14 there is no pid: it is the running task's.
  "task:task_rename": [
    { when: "before", kind: "old_comm", pid: "pid", comm: "oldcomm" },
    { when: "after", kind: "comm", pid: "pid", comm: "newcomm" },
  ],
  // Before begin_new_exec(): the old name.
  "sched:sched_prepare_exec": [{ when: "before", kind: "old_comm", pid: "pid", comm: "comm" }],
  // At the end of exec_binprm(): begin_new_exec() has named the task after the file.
  // Only the first thread of a process is left, and has the process's id (fs/exec.c de_thread()).
  "sched:sched_process_exec": [
    { when: "before", kind: "comm", pid: "pid", comm: "filename", basename: true },
    { when: "before", kind: "tgid", tgid: "pid" },
  ],
  // The task still runs, and is switched away from, after this; but it is on its way.
  "sched:sched_process_exit": [names("pid", "comm"), { when: "after", kind: "exit", pid: "pid" }],
  // delayed_put_task_struct(): nobody can see the task any more.
  "sched:sched_process_free": [names("pid", "comm"), { when: "after", kind: "exit", pid: "pid" }],
  "signal:signal_generate": [names("pid", "comm")],
  "oom:oom_score_adj_update": [names("pid", "comm")],
  "oom:mark_victim": [names("pid", "comm")],
  "cgroup:cgroup_attach_task": movesToCgroup,
  "cgroup:cgroup_transfer_tasks": movesToCgroup,
  ...idCalls("uid"),
  ...idCalls("gid"),
  // The name of the running task. (block_rq_complete and block_rq_error run anywhere and have no name.)
  ...Object.fromEntries(
    [
      "rq_insert",
      "rq_issue",
      "rq_merge",
      "bio_queue",
      "bio_backmerge",
      "bio_frontmerge",
      "bio_bounce",
      "getrq",
      "plug",
      "unplug",
      "split",
    ].map((name) => [`block:block_${name}`, [names("common_pid", "comm")]]),
  ),
  // Where only system calls were recorded, their returns tell who was forked by whom and when a name changed.
  ...Object.fromEntries(
    ["clone", "clone3", "fork", "vfork"].map((name) => [
      `syscalls:sys_exit_${name}`,
      [{ when: "before", kind: "fork_return", result: "ret" } as const],
    ]),
  ),
  ...Object.fromEntries(
    ["execve", "execveat"].map((name) => [`syscalls:sys_exit_${name}`, [{ when: "before", kind: "exec_return", result: "ret" } as const]]),
  ),
  // Belongs to the record before it, so to the same task.
  "ftrace:user_stack": [{ when: "before", kind: "tgid", tgid: "tgid" }],
};

type Fields = ReadonlyMap<string, TracepointField>;

/** Old kernels and renamed events lack the pid of a task that is the running one. */
const pidOffset = (fields: Fields, name: string): number | null => (fields.get(name) ?? fields.get("common_pid"))?.offset ?? null;

function commRef(fields: Fields, name: string, basename: boolean): CommRef | null {
  const field = fields.get(name);
  if (!field || field.loc === "rel_loc") return null;
  return { offset: field.offset, sizeBytes: field.sizeBytes, loc: field.loc, basename };
}

/** Where the low word of an integer field is, whose value is that of a pid or 0 when it fits. */
function lowWord(field: TracepointField, byteOrder: "little" | "big"): number {
  return byteOrder === "big" ? field.offset + field.sizeBytes - 4 : field.offset;
}

/** The flags are u64 for the rule; a 32-bit kernel stores 4 bytes, which are the low ones when the u64 is laid over them like this. */
function flagsOffset(fields: Fields, name: string | undefined, byteOrder: "little" | "big"): number {
  const field = name === undefined ? undefined : fields.get(name);
  if (!field) return -1;
  return byteOrder === "big" ? field.offset + field.sizeBytes - 8 : field.offset;
}

function resolve(rule: NamedRule, event: Tracepoint, byteOrder: "little" | "big"): TaskRule | null {
  const fields: Fields = new Map(event.fields.map((f) => [f.name, f]));
  const base = { eventId: event.id, when: rule.when };
  switch (rule.kind) {
    case "comm":
    case "old_comm": {
      const pid = pidOffset(fields, rule.pid);
      const comm = commRef(fields, rule.comm, rule.basename ?? false);
      return pid === null || !comm ? null : { ...base, kind: rule.kind, pid, comm };
    }
    case "fork": {
      const parent = pidOffset(fields, rule.parent);
      const child = fields.get(rule.child)?.offset;
      if (parent === null || child === undefined) return null;
      return {
        ...base,
        kind: "fork",
        parent,
        child,
        comm: commRef(fields, rule.comm, false),
        flags: flagsOffset(fields, rule.flags, byteOrder),
        ...(rule.flags !== undefined && fields.get(rule.flags)?.sizeBytes === 8 ? { wideFlags: true } : {}),
      };
    }
    case "fork_return":
    case "exec_return": {
      const running = fields.get("common_pid")?.offset;
      const result = fields.get(rule.result);
      if (running === undefined || !result || result.sizeBytes < 4) return null;
      const at = lowWord(result, byteOrder);
      if (rule.kind === "exec_return") return { ...base, kind: "exec", pid: running, result: at };
      return { ...base, kind: "fork", late: true, parent: running, child: at, comm: null, flags: -1 };
    }
    case "id":
    case "got_id":
    case "want_id": {
      const pid = fields.get("common_pid")?.offset;
      const field = fields.get(rule.value);
      if (pid === undefined || !field || field.sizeBytes < 4) return null;
      const at = lowWord(field, byteOrder);
      if (rule.kind === "got_id") return { ...base, kind: "got_id", id: rule.id, pid, result: at };
      if (rule.kind === "id") return { ...base, kind: "id", id: rule.id, pid, value: at };
      return { ...base, kind: "want_id", id: rule.id, pid, value: at, ...(rule.unsure === true ? { unsure: true } : {}) };
    }
    case "cgroup": {
      const [pid, hierarchy, value] = [rule.pid, rule.hierarchy, rule.value].map((name) => fields.get(name));
      if (!pid || hierarchy?.sizeBytes !== 4 || value?.sizeBytes !== 8) return null;
      return { ...base, kind: "cgroup", pid: pid.offset, hierarchy: hierarchy.offset, value: value.offset };
    }
    case "exit":
    case "running": {
      const pid = fields.get(rule.pid)?.offset;
      return pid === undefined ? null : { ...base, kind: rule.kind, pid };
    }
    case "tgid": {
      const tgid = fields.get(rule.tgid)?.offset;
      return tgid === undefined ? null : { ...base, kind: "tgid", tgid };
    }
  }
}

/** The rules of the events that the recording describes, in the order in which they apply to one event. */
export function taskRules(catalogue: ProbeCatalogue): readonly TaskRule[] {
  return catalogue.tracepoints.flatMap((event) => {
    const key = `${event.category}:${event.name}`;
    const named = Object.hasOwn(rulesByEvent, key) ? rulesByEvent[key]! : [];
    return named.flatMap((rule) => resolve(rule, event, catalogue.byteOrder) ?? []);
  });
}

const OF_NAMES: ReadonlySet<TaskRule["kind"]> = new Set(["comm", "old_comm", "fork", "exec", "exit", "tgid"]);

/** Of these, those of what a recorder that tells of names, forks and exits does not: what runs on each CPU, ids, cgroups, clone flags. */
export const otherRules = (catalogue: ProbeCatalogue): readonly TaskRule[] =>
  taskRules(catalogue).filter((rule) => !OF_NAMES.has(rule.kind) || (rule.kind === "fork" && "wideFlags" in rule));
