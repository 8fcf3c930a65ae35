/**
 * How trace-cmd and perf print events otherwise than their print formats say.
 * Source: libtraceevent 1.7 plugins/plugin_*.c, seen in the output of trace-cmd 3.1.6 and perf 6.1.
 */

/** The letters of states, as the scheduler's plugin has them; it does not tell of tasks that were preempted. */
const STATES =
  '__print_flags(REC->prev_state, "|", { 1, "S" }, { 2, "D" }, { 4, "T" }, { 8, "t" }, { 16, "Z" }, { 32, "X" }, { 64, "x" }, { 128, "W" }, { 0, "R" })';

/** include/uapi/linux/futex.h */
const FUTEX_COMMANDS =
  "WAIT WAKE FD REQUEUE CMP_REQUEUE WAKE_OP LOCK_PI UNLOCK_PI TRYLOCK_PI WAIT_BITSET WAKE_BITSET WAIT_REQUEUE_PI CMP_REQUEUE_PI LOCK_PI2";
const FUTEX = `__print_flags(REC->op, "|", ${[...FUTEX_COMMANDS.split(" ").entries()]
  .map(([value, name]) => `{ ${value}, "FUTEX_${name}" }`)
  .join(", ")}, { 128, "FUTEX_PRIVATE_FLAG" }, { 256, "FUTEX_CLOCK_REALTIME" })`;

const wakeup = '"%s:%d [%d] CPU:%03d", REC->comm, REC->pid, REC->prio, REC->target_cpu';
const wakeupWithSuccess = '"%s:%d [%d] success=%d CPU:%03d", REC->comm, REC->pid, REC->prio, REC->success, REC->target_cpu';

/** `names`: of the arguments behind uaddr, hexadecimal but for those in `decimal`. */
function futex(names: string, decimal = ""): string {
  const list = ["uaddr", ...names.split(" ").filter((name) => name !== "")];
  const shown = list.map((name) => (decimal.includes(name) ? ` ${name}=%d` : ` ${name}=0x%lx`));
  return `"op=%s${shown.join("")}", ${[FUTEX, ...list.map((name) => `REC->${name}`)].join(", ")}`;
}

/** Allocations begin with the code that made them. */
const callSite = (rest: string, args: string): string => `"(%pS) call_site=%lx ${rest}", REC->call_site, REC->call_site, ${args}`;

/** Print formats by event name. */
export const toolPrints: Readonly<Record<string, readonly string[]>> = {
  sched_switch: [
    `"%s:%d [%d] %s ==> %s:%d [%d]", REC->prev_comm, REC->prev_pid, REC->prev_prio, ${STATES}, REC->next_comm, REC->next_pid, REC->next_prio`,
  ],
  sched_wakeup: [wakeup, wakeupWithSuccess],
  sched_wakeup_new: [wakeup, wakeupWithSuccess],
  sched_waking: [wakeup, wakeupWithSuccess],
  hrtimer_start: ['"hrtimer=%p function=%pS expires=%llu softexpires=%llu", REC->hrtimer, REC->function, REC->expires, REC->softexpires'],
  hrtimer_expire_entry: ['"hrtimer=%p now=%llu function=%pS", REC->hrtimer, REC->now, REC->function'],
  kfree: [callSite("ptr=%p", "REC->ptr")],
  sys_enter_futex: [
    futex("val utime val3"),
    futex("val utime uaddr2 val3"),
    futex("val utime"),
    futex("val", "val"),
    futex("val val3", "val"),
    futex("val uaddr2", "val"),
    futex("val utime uaddr2", "val"),
    futex("val utime uaddr2 val3", "val"),
    futex(""),
  ],
};
