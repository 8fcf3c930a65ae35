/**
 * Scripts that bpftrace runs live while the same run is recorded; {load} is the program. They look at its own tasks only, by a name that
 * nobody else has, so that both see the same events.
 */
export interface LiveProgram {
  readonly name: string;
  readonly text: string;
}

const own = '/comm == "hsload"/';

export const livePrograms: readonly LiveProgram[] = [
  { name: "results of a system call", text: `tracepoint:syscalls:sys_exit_openat ${own} { @[args->ret >= 0 ? 1 : 0] = count(); }` },
  { name: "a histogram of sizes", text: `tracepoint:syscalls:sys_enter_write ${own} { @ = hist(args->count); @s = stats(args->count); }` },
  { name: "numbers of system calls", text: `tracepoint:raw_syscalls:sys_enter ${own} { @[args->id] = count(); }` },
  {
    name: "two events of one call",
    text: `tracepoint:syscalls:sys_enter_read ${own} { @n[tid] = args->count; }
      tracepoint:syscalls:sys_exit_read /comm == "hsload" && @n[tid]/ { @asked = sum(@n[tid]); @got = sum(args->ret); delete(@n[tid]); } END { clear(@n); }`,
  },
  {
    name: "several events by their names",
    text: `tracepoint:syscalls:sys_enter_lseek, tracepoint:syscalls:sys_enter_close ${own} { @[probe] = count(); }`,
  },
  {
    name: "threads and their process",
    text: `tracepoint:syscalls:sys_enter_getppid ${own} { @[pid == tid ? 1 : 0] = count(); }`,
  },
  {
    name: "names that change",
    text: `tracepoint:syscalls:sys_enter_getppid /comm == "hsload" || comm == "hsrenamed"/ { @[comm] = count(); }`,
  },
  {
    name: "children and what they return",
    text: `tracepoint:sched:sched_process_fork ${own} { @forks = count(); } tracepoint:syscalls:sys_enter_exit_group ${own} { @code[args->error_code] = count(); }`,
  },
  { name: "signals", text: `tracepoint:signal:signal_generate ${own} { @[args->sig] = count(); }` },
  { name: "a user function's arguments", text: `uprobe:{load}:serve { @[arg1] = count(); @s[str(arg2)] = count(); }` },
  { name: "its result", text: `uretprobe:{load}:serve { @[retval] = count(); } uretprobe:{load}:label { @s[str(retval)] = count(); }` },
  {
    name: "structs behind its pointers",
    text: `struct inner { int a; char tag[8]; };
      struct request { long id; struct inner *in; char *name; unsigned char key[6]; };
      uprobe:{load}:serve {
        $r = (struct request *)arg0;
        @[$r->id, $r->in->a, $r->in->tag, str($r->name)] = count();
        @sum = sum($r->key[5]);
      }`,
  },
  { name: "bytes", text: `uprobe:{load}:serve { printf("%r\\n", buf(arg2, 3)); }` },
  { name: "a recursion and its depth", text: `uprobe:{load}:deep { @[arg0] = count(); } uretprobe:{load}:deep { @r[retval] = count(); }` },
  { name: "functions by a wildcard", text: `uprobe:{load}:l*bel, uprobe:{load}:ser* { @[probe] = count(); }` },
  {
    name: "text that a function was given, at its return",
    text: `uprobe:{load}:serve { @who[tid] = arg2; }
      uretprobe:{load}:serve /@who[tid]/ { @[str(@who[tid]), retval] = count(); printf("%s\\n", str(@who[tid])); delete(@who[tid]); }`,
  },
  {
    name: "the same inside of the call",
    text: `uprobe:{load}:serve { @who[tid] = arg2; }
      uprobe:{load}:deep /@who[tid]/ { @[arg0, str(@who[tid])] = count(); }
      uretprobe:{load}:serve { delete(@who[tid]); }`,
  },
  {
    name: "lines in order",
    text: `uprobe:{load}:serve { printf("%d: %d %s\\n", @i, arg1, str(arg2)); @i++; }`,
  },
];
