/** What scripts call the events of a trace, and their fields: as the kernel does, where it is the kernel's event. */
import type { EventSource } from "../../catalogue.ts";
import { parseEventFormat, type EventFormat } from "../event-format.ts";
import type { Leaf } from "./plan.ts";

export interface NamedEvent {
  readonly category: string;
  readonly name: string;
  /** The kernel's own description; null: it has none. */
  readonly known: EventFormat | null;
}

/** Source: LTTng-modules, src/lttng-syscalls.c. */
const SYSCALL = /^(compat_)?syscall_(entry|exit)_(\w+)$/;
const SYSCALLS: Readonly<Record<string, string>> = { entry: "sys_enter", exit: "sys_exit" };

/** What LTTng-modules calls otherwise than by the event's group and name. Source: its instrumentation/events/lttng-module. */
const RENAMED: readonly (readonly [RegExp, string])[] = [
  [/^net_if_/, "netif_"],
  [/^skb_kfree$/, "kfree_skb"],
  [/^skb_consume$/, "consume_skb"],
  [/^kvm_x86_/, "kvm_"],
  [/^x86_/, ""],
];

/** Groups of the kernel's events that the common kernel here has none of, by what LTTng-modules' names begin with, and what of that is the group alone. */
const GROUPS: readonly (readonly [prefix: string, group: string, own: string])[] = [
  ["kvm_mmu_", "kvmmmu", ""],
  ["kvm_", "kvm", ""],
  ["btrfs_", "btrfs", ""],
  ["rpc_", "sunrpc", ""],
  ["v4l2_", "v4l2", ""],
  ["vb2_", "vb2", ""],
  ["asoc_", "asoc", "asoc_"],
  ["preemptirq_", "preemptirq", "preemptirq_"],
];

/** LTTng-modules counts priorities from those of the real-time ones on (instrumentation/events/lttng-module/sched.h). */
const MAX_RT_PRIO = 100;
const PRIORITY = /^(?:prev_|next_|old|new)?prio$/;

/** As the trace has it, and what the kernel may call it. */
const namesOf = (name: string): string[] => [
  name,
  ...RENAMED.filter(([own]) => own.test(name)).map(([own, kernels]) => name.replace(own, kernels)),
];

const plain = (name: string): string => name.replace(/[^A-Za-z0-9_.-]/g, "_");

export class KernelEvents {
  readonly #byKey = new Map<string, EventSource>();
  readonly #byName = new Map<string, EventSource>();

  constructor(events: readonly EventSource[]) {
    for (const source of events) {
      this.#byKey.set(`${source.category}:${source.name}`, source);
      if (!this.#byName.has(source.name)) this.#byName.set(source.name, source);
      // LTTng: kmem_kmalloc, timer_hrtimer_start, power_cpu_idle.
      const long = `${source.category}_${source.name}`;
      if (!this.#byName.has(long)) this.#byName.set(long, source);
    }
  }

  /** `other`: category of what has none. */
  named(name: string, other: string): NamedEvent {
    const colon = name.indexOf(":");
    if (colon > 0) {
      const [category, own] = [plain(name.slice(0, colon)), plain(name.slice(colon + 1))];
      return { category, name: own, known: formatOf(this.#byKey.get(`${category}:${own}`)) };
    }
    const [, compat, side, call] = SYSCALL.exec(name) ?? [];
    if (side !== undefined) {
      const own = `${compat ?? ""}${SYSCALLS[side]!}_${call!}`;
      return { category: "syscalls", name: own, known: formatOf(this.#byKey.get(`syscalls:${own}`)) };
    }
    const source = this.#find(name);
    if (source === undefined) return unknownEvent(name, other);
    return { category: source.category, name: source.name, known: formatOf(source) };
  }

  #find(name: string): EventSource | undefined {
    return namesOf(name)
      .map((one) => this.#byName.get(one))
      .find((source) => source !== undefined);
  }
}

function unknownEvent(name: string, other: string): NamedEvent {
  const kernels = namesOf(name).at(-1)!;
  const found = GROUPS.find(([prefix]) => kernels.startsWith(prefix));
  if (found === undefined) return { category: other, name: plain(name), known: null };
  const [, category, own] = found;
  return { category, name: plain(kernels.slice(own.length)), known: null };
}

function formatOf(source: EventSource | undefined): EventFormat | null {
  return source === undefined ? null : parseEventFormat(source.formatText());
}

/**
 * LTTng calls a thread tid and a process pid where the kernel's events have pid for a thread: `prev_tid`, `parent_pid`. Names of the kernel are
 * given back to what they mean there, and so are priorities.
 */
export function kernelNames(leaves: readonly Leaf[], { category, known }: NamedEvent, isKernelTracer: boolean): Leaf[] {
  const own = new Set(leaves.map(({ name }) => name));
  const has = (name: string): boolean => known?.fields.some((field) => field.name === name) ?? false;
  return leaves.map((leaf) => {
    const { name, shape } = leaf;
    const asPid = name.replace(/(^|_)tid$/, "$1pid");
    if (asPid !== name && !has(name) && has(asPid)) return { ...leaf, name: asPid };
    const asTid = name.replace(/(^|_)pid$/, "$1tid");
    if (asTid !== name && own.has(asTid) && has(name)) return { ...leaf, name: name.replace(/(^|_)pid$/, "$1tgid") };
    const isPriority = isKernelTracer && category === "sched" && shape.kind === "number" && PRIORITY.test(name);
    return isPriority ? { ...leaf, less: MAX_RT_PRIO } : leaf;
  });
}
