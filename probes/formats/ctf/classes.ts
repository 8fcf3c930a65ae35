/** Plans of a trace: how its packets and events are read, and what its events become. */
import type { EventSource } from "../../catalogue.ts";
import type { CommRef, TaskRule } from "../../recording.ts";
import { kernelNames, type KernelEvents, type NamedEvent } from "./event-names.ts";
import { FixedEvent } from "./fixed.ts";
import { layOutEvent, type EventLayout, type Place } from "./layout.ts";
import { Names, Plan, type Planner, type Step } from "./plan.ts";
import { ShortHeader } from "./short-header.ts";
import type { CtfEvent, CtfStream, CtfTrace, CtfType } from "./types.ts";

const COMMON_PID = 4;

/** Places of well-known numbers; -1: they are not recorded. */
export interface PacketSlots {
  readonly magic: number;
  readonly streamId: number;
  readonly contentSize: number;
  readonly packetSize: number;
  readonly discarded: number;
  readonly sequence: number;
  readonly cpu: number;
  readonly begin: number;
}

export interface EventClass {
  readonly layout: EventLayout;
  /** Contexts and fields, in their order. */
  readonly steps: readonly { readonly step: Step; readonly places: readonly Place[] }[];
  /** Who ran, by its context or, of a switch, by its field; -1: nobody says. */
  readonly tid: number;
  /** Of a switch: who runs from here on. */
  readonly nextTid: number;
  /** Of a fork: the child's thread and process, and where in the record is told whether it is a thread; null: it is none, or does not say. */
  readonly fork: Fork | null;
  /** What to read instead of the steps; null: not all of its values have their places. */
  readonly fixed: FixedEvent | null;
}

export interface Fork {
  readonly childTid: number;
  readonly childTgid: number;
  /** u64: CLONE_THREAD or 0. */
  readonly flags: number;
}

export interface StreamClass {
  readonly id: number;
  readonly header: Step | null;
  readonly shortHeader: ShortHeader | null;
  readonly eventId: number;
  readonly context: Step | null;
  readonly slots: PacketSlots;
  readonly events: ReadonlyMap<number, EventClass>;
}

export interface Classes {
  readonly packetHeader: Step | null;
  readonly streams: ReadonlyMap<number, StreamClass>;
  readonly slotCount: number;
  /** Numbers of the packet's header. */
  readonly magic: number;
  readonly streamId: number;
  readonly sources: readonly EventSource[];
  readonly rules: readonly TaskRule[];
  /** Kinds of fields that are left out. */
  readonly left: ReadonlySet<string>;
}

/** Contexts that say who ran: of the kernel before those of a namespace, and the one of perf. */
const TIDS = ["tid", "vtid", "perf_tid", "common_pid"];
const TGIDS = ["pid", "vpid", "perf_pid"];
const COMMS = ["procname", "comm"];

export function classesOf(trace: CtfTrace, kernel: KernelEvents, otherCategory: string): Classes {
  let slotCount = 0;
  const isKernelTracer = trace.env.get("tracer_name") === "lttng-modules";
  const planner: Planner = { byteOrder: trace.byteOrder, newSlot: () => slotCount++ };
  const root = new Names(null);
  const numbers = (type: CtfType | null, names: Names): Step | null =>
    type === null ? null : new Plan(planner, "numbers").step(type, "", names);
  const packetHeader = numbers(trace.packetHeader, root);
  const sources: EventSource[] = [];
  const rules: TaskRule[] = [];
  const left = new Set<string>();
  const streams = new Map<number, StreamClass>();

  const eventClass = (event: CtfEvent, stream: CtfStream, names: Names): EventClass => {
    const contexts = new Names(names);
    const own = new Names(contexts);
    const plans = [
      { type: stream.eventContext, names: contexts },
      { type: event.context, names: contexts },
      { type: event.fields, names: own },
    ].map(({ type, names: known }) => {
      const plan = new Plan(planner, "leaves");
      const step = type === null ? null : plan.step(type, "", known);
      for (const kind of plan.left) left.add(kind);
      return { plan, step };
    });
    const named = kernel.named(event.name, otherCategory);
    const fields = kernelNames(plans[2]!.plan.leaves, named, isKernelTracer);
    const used = new Set(fields.map(({ name }) => name));
    // Where both have a name, it is the field's.
    const ofContexts = plans.slice(0, 2).flatMap(({ plan }) => plan.leaves);
    const leaves = [...ofContexts.map(({ name, shape }) => ({ name: used.has(name) ? `context_${name}` : name, shape })), ...fields];
    const laidOut = layOutEvent({ category: named.category, name: named.name, type: sources.length + 1 }, leaves, named.known);
    const fork = forkOf(named, own, laidOut);
    const layout = fork === null ? laidOut : { ...laidOut, sizeBytes: fork.flags + 8 };
    sources.push(layout.source);
    rules.push(...ownRules(event.name, layout, fork));
    // perf has what other tracers have as contexts among the fields.
    const isPerf = used.has("perf_tid");
    const told = new Map((isPerf ? leaves : ofContexts).map(({ name }, i) => [name, layout.places[i]!]));
    rules.push(...contextRules(layout.type, told));
    const isSwitch = named.category === "sched" && named.name === "sched_switch";
    const slotOf = (names: Names, ...wanted: readonly string[]): number =>
      wanted.map((name) => names.slotOf(name)).find((slot) => slot >= 0) ?? -1;
    const tid = slotOf(isPerf ? own : contexts, ...TIDS.filter((name) => told.has(name)));
    let from = 0;
    const steps = plans.flatMap(({ plan, step }) => {
      const places = layout.places.slice(from, (from += plan.leaves.length));
      return step === null ? [] : [{ step, places }];
    });
    const whose = tid < 0 && isSwitch ? slotOf(own, "prev_tid", "prev_pid") : tid;
    const nextTid = isSwitch ? slotOf(own, "next_tid", "next_pid") : -1;
    const needed = new Set([whose, nextTid, fork?.childTid ?? -1, fork?.childTgid ?? -1]);
    return {
      ...{ layout, steps, nextTid, fork },
      tid: whose,
      fixed: FixedEvent.of(steps, needed),
    };
  };

  for (const stream of trace.streams.values()) {
    const names = new Names(root);
    const wholeContext = numbers(stream.packetContext, names);
    const header = numbers(stream.eventHeader, names);
    const slots: PacketSlots = {
      magic: names.slotOf("magic"),
      streamId: names.slotOf("stream_id"),
      contentSize: names.slotOf("content_size"),
      packetSize: names.slotOf("packet_size"),
      discarded: names.slotOf("events_discarded"),
      sequence: names.slotOf("packet_seq_num"),
      cpu: names.slotOf("cpu_id"),
      begin: names.slotOf("timestamp_begin"),
    };
    const context = wholeContext === null ? null : withClock(wholeContext, slots.begin);
    const own = trace.events.filter(({ streamId }) => streamId === stream.id);
    const events = new Map(own.map((event) => [event.id, eventClass(event, stream, names)]));
    const shortHeader = ShortHeader.of(header);
    streams.set(stream.id, { id: stream.id, header, shortHeader, eventId: names.slotOf("id"), context, slots, events });
  }
  return {
    ...{ packetHeader, streams, slotCount, sources, rules, left },
    ...{ magic: root.slotOf("magic"), streamId: root.slotOf("stream_id") },
  };
}

/** The packet's end is a value of the clock too, but one that its events have before them. */
function withClock(step: Step, slot: number): Step {
  if (step.op === "struct") return { ...step, steps: step.steps.map((one) => withClock(one, slot)) };
  return step.op === "integer" ? { ...step, isClock: step.isClock && step.slot === slot } : step;
}

/** LTTng tells of both the child's thread and its process; the kernel's event only of the thread. */
function forkOf({ category, name }: NamedEvent, own: Names, layout: EventLayout): Fork | null {
  if (category !== "sched" || name !== "sched_process_fork") return null;
  const [childTid, childTgid] = [own.slotOf("child_tid"), own.slotOf("child_pid")];
  return childTid < 0 || childTgid < 0 ? null : { childTid, childTgid, flags: Math.ceil(layout.sizeBytes / 8) * 8 };
}

const nameRef = ({ storage, offset, sizeBytes }: Place): CommRef => ({
  offset,
  sizeBytes,
  loc: storage === "chars" ? "inline" : "data_loc",
  basename: false,
});

/** What an event of LTTng tells of tasks that the kernel's own does not: whether a child is a thread, and who was there when the trace began. */
function ownRules(event: string, { type: eventId, places }: EventLayout, fork: Fork | null): TaskRule[] {
  const placeOf = (name: string): Place | undefined => places.find((place) => place.name === name);
  if (fork !== null) {
    const [parent, child, comm] = [placeOf("parent_pid"), placeOf("child_pid"), placeOf("child_comm")];
    if (parent === undefined || child === undefined) return [];
    const named = comm?.storage === "chars" ? nameRef(comm) : null;
    const tgid = placeOf("parent_tgid");
    return [
      // It is the parent that runs.
      ...(tgid?.sizeBytes === 4 ? [{ eventId, when: "before", kind: "tgid", tgid: tgid.offset } as const] : []),
      { eventId, when: "before", kind: "fork", parent: parent.offset, child: child.offset, comm: named, flags: fork.flags },
    ];
  }
  const [tid, name] = [placeOf("tid"), placeOf("name")];
  if (event !== "lttng_statedump_process_state" || tid?.storage !== "number" || name?.storage !== "chars") return [];
  return [{ eventId, when: "before", kind: "comm", pid: tid.offset, comm: nameRef(name) }];
}

/** What the contexts of an event tell of its own task. */
function contextRules(eventId: number, contexts: ReadonlyMap<string, Place>): TaskRule[] {
  const find = (names: readonly string[], storages: readonly Place["storage"][]): Place | undefined =>
    names.map((name) => contexts.get(name)).find((place) => place !== undefined && storages.includes(place.storage));
  const tgid = find(TGIDS, ["number"]);
  const comm = find(COMMS, ["chars", "string"]);
  const rules: TaskRule[] = [];
  if (tgid !== undefined && tgid.sizeBytes >= 4) rules.push({ eventId, when: "before", kind: "tgid", tgid: tgid.offset });
  if (comm !== undefined) rules.push({ eventId, when: "before", kind: "comm", pid: COMMON_PID, comm: nameRef(comm) });
  return rules;
}
