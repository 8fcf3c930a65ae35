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

/** Source: LTTng-modules, probes/lttng-syscalls.c. */
const SYSCALL = /^(compat_)?syscall_(entry|exit)_(\w+)$/;
const SYSCALLS: Readonly<Record<string, string>> = { entry: "sys_enter", exit: "sys_exit" };

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
    const source = this.#byName.get(name);
    if (source === undefined) return { category: other, name: plain(name), known: null };
    return { category: source.category, name: source.name, known: formatOf(source) };
  }
}

function formatOf(source: EventSource | undefined): EventFormat | null {
  return source === undefined ? null : parseEventFormat(source.formatText());
}

/**
 * LTTng calls a thread tid and a process pid where the kernel's events have pid for a thread: `prev_tid`, `parent_pid`. Names of the kernel are
 * given back to what they mean there.
 */
export function kernelNames(leaves: readonly Leaf[], known: EventFormat | null): Leaf[] {
  const own = new Set(leaves.map(({ name }) => name));
  const has = (name: string): boolean => known?.fields.some((field) => field.name === name) ?? false;
  return leaves.map(({ name, shape }) => {
    const asPid = name.replace(/(^|_)tid$/, "$1pid");
    if (asPid !== name && !has(name) && has(asPid)) return { name: asPid, shape };
    const asTid = name.replace(/(^|_)pid$/, "$1tid");
    if (asTid !== name && own.has(asTid) && has(name)) return { name: name.replace(/(^|_)pid$/, "$1tgid"), shape };
    return { name, shape };
  });
}
