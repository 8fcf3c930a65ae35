/** Writes what the pump is to do into memory: event plans with their programs and task rules, and timers. */
import type { PumpOptions, TaskRuleSpec } from "../machine-types.ts";
import type { Area, MemoryPlan } from "../maps/plan.ts";
import { commFlags, eventFlags, idKind, rule, ruleKind } from "./layout.ts";
import { stageStacks, writeProbedEvent } from "./stage-probed.ts";

export const MAX_U64 = 2n ** 64n - 1n;

const MIN_RECORD_BYTES = 8;

const kindNumbers: Readonly<Record<TaskRuleSpec["kind"], number>> = {
  comm: ruleKind.comm,
  old_comm: ruleKind.oldComm,
  fork: ruleKind.fork,
  exit: ruleKind.exit,
  tgid: ruleKind.tgid,
  exec: ruleKind.exec,
  running: ruleKind.running,
  id: ruleKind.id,
  told_id: ruleKind.toldId,
  want_id: ruleKind.wantId,
  got_id: ruleKind.gotId,
  cgroup: ruleKind.cgroup,
  started: ruleKind.started,
  seen: ruleKind.seen,
};

/** exec and rename make a name; what an event says of a task in passing is evidence of the name that it had before, too. */
const isRename = (spec: TaskRuleSpec): boolean => spec.kind === "comm" && (spec.when === "after" || spec.comm?.basename === true);

const orNone = (offset: number | undefined): number => (offset === undefined || offset < 0 ? rule.none : offset);

/** Hands out an area from its start, in pieces aligned to 8; running out of it is a script with more attach points than anybody's (our bug to have let it come here). */
function allocator(area: Area): (sizeBytes: number) => number {
  let used = 0;
  return (sizeBytes) => {
    if (used + sizeBytes > area.sizeBytes) throw new Error(`no room for ${sizeBytes} more bytes of event plans`);
    const address = area.address + used;
    used += Math.ceil(sizeBytes / 8) * 8;
    return address;
  };
}

function writeRule(memory: DataView, at: number, spec: TaskRuleSpec): void {
  const set = (field: number, value: number): void => memory.setUint32(at + field, value, true);
  const comm = spec.comm ?? null;
  set(rule.kind, spec.kind === "fork" && spec.late === true ? ruleKind.forkReturn : kindNumbers[spec.kind]);
  set(rule.pid, orNone(spec.pid));
  set(rule.commOffset, orNone(comm?.offset));
  set(rule.commBytes, comm?.sizeBytes ?? 0);
  set(rule.commFlags, (comm?.loc === "data_loc" ? commFlags.dataLoc : 0) | (comm?.basename === true ? commFlags.basename : 0));
  set(rule.parent, orNone(spec.parent));
  set(rule.child, orNone(spec.child));
  set(rule.flags, orNone(spec.flags));
  set(rule.tgid, orNone(spec.tgid));
  set(rule.result, orNone(spec.result));
  set(rule.renames, isRename(spec) ? 1 : 0);
  set(rule.value, orNone(spec.value));
  set(rule.id, idKind[spec.id ?? "uid"]);
  set(rule.hierarchy, orNone(spec.hierarchy));
  set(rule.wideFlags, spec.wideFlags === true ? 1 : 0);
  set(rule.unsure, spec.unsure === true ? 1 : 0);
}

interface EventRules {
  readonly before: number[];
  readonly after: number[];
}

/**
 * Fills both dispatch tables. Events with the same programs and rules share a plan. The caller has cleared what an earlier run set
 * (`clearDispatch`). Returns whether any event tells of names of tasks, and where the counters are.
 */
export function stageEvents(
  memory: DataView,
  plan: MemoryPlan,
  options: PumpOptions,
): { readonly hasRules: boolean; readonly counters: number } {
  const take = allocator(plan.lists);
  const ids = plan.dispatch.sizeBytes / 4;
  const rulesOf = new Map<number, EventRules>();
  const followsCpus = options.timers.some(({ everyCpu }) => everyCpu === true);
  const wanted = ({ kind }: TaskRuleSpec): boolean => (kind === "running" ? followsCpus : options.trackTasks);
  const write = (spec: TaskRuleSpec): number => {
    const address = take(rule.sizeBytes);
    writeRule(memory, address, spec);
    return address;
  };
  // Every event has such a rule, most of them for the same place.
  const seen = new Map<number | undefined, number>();
  const writeSeen = (spec: TaskRuleSpec): number => {
    const address = seen.get(spec.pid) ?? write(spec);
    seen.set(spec.pid, address);
    return address;
  };
  for (const spec of options.taskRules.filter(wanted)) {
    if (spec.eventId >= ids) continue;
    const address = spec.kind === "seen" ? writeSeen(spec) : write(spec);
    const rules = rulesOf.get(spec.eventId) ?? { before: [], after: [] };
    rules[spec.when].push(address);
    rulesOf.set(spec.eventId, rules);
  }
  new Uint8Array(memory.buffer, plan.calls.address, plan.calls.sizeBytes).fill(0);
  stageStacks(memory, plan, take, options.stacks ?? null);
  const plans = new Map<string, number>();
  const probed = new Map(options.probed?.map((event) => [event.eventId, event]));
  const counters = take((options.counters ?? 0) * 4);
  for (let i = 0; i < (options.counters ?? 0); i++) memory.setUint32(counters + i * 4, 0, true);
  const counterAt = (index: number): number => counters + index * 4;
  for (const id of new Set([...options.dispatch.keys(), ...rulesOf.keys(), ...probed.keys()])) {
    if (id >= ids) continue;
    const programs = options.dispatch.get(id) ?? [];
    const { before, after } = rulesOf.get(id) ?? { before: [], after: [] };
    const own = probed.get(id);
    const minBytes = Math.max(MIN_RECORD_BYTES, options.minRecordBytes?.get(id) ?? 0, own?.minRecordBytes ?? 0);
    const event = own === undefined ? 0 : writeProbedEvent(memory, plan, take, own, counterAt);
    const flags = event === 0 ? 0 : eventFlags.probed;
    const words = [minBytes, programs.length, (before.length | flags) >>> 0, after.length, event, ...programs, ...before, ...after];
    const key = words.join();
    let address = plans.get(key);
    if (address === undefined) {
      address = take(words.length * 4);
      writeWords(memory, address, words);
      plans.set(key, address);
    }
    memory.setUint32(plan.dispatch.address + id * 4, address, true);
    if (before.length + after.length > 0) memory.setUint32(plan.ruleDispatch.address + id * 4, address, true);
  }
  return { hasRules: options.trackTasks && rulesOf.size > 0, counters };
}

function writeWords(memory: DataView, at: number, words: readonly number[]): void {
  words.forEach((word, i) => memory.setUint32(at + i * 4, word, true));
}

export function clearDispatch(bytes: Uint8Array, plan: MemoryPlan): void {
  for (const { address, sizeBytes } of [plan.dispatch, plan.ruleDispatch]) bytes.fill(0, address, address + sizeBytes);
}
