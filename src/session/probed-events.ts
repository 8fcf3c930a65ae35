/** Which records fire a script's function probes, what their programs get, and what of it the recording lacks. */
import type { RecordedMemory, RecordedValue, ResolvedAttachPoint, SiteRecords } from "../../lang/catalogue.ts";
import type { HirProgram } from "../../lang/hir/hir.ts";
import { FUNCTION_WORD } from "../../lang/registers.ts";
import type { ContextKind, ProbedEvent, ProbedProgram } from "../bpf/machine-types.ts";
import type { CompiledScript } from "../codegen/compiled.ts";
import { isStandIn } from "../../probes/probed/recipe.ts";
import type { CallRole, KeptCalls } from "./call-memory.ts";
import { isPacketPoint, taskBuiltins } from "./packet-tasks.ts";
import { recordedPointers, type RecordedPointers } from "./recorded-pointers.ts";
import { keptPointers, shownStandIns, type KeptPointers, type StoodIn } from "./stood-in.ts";

type SitePoint = Extract<ResolvedAttachPoint, { readonly site: unknown }>;
type SampledPoint = Extract<ResolvedAttachPoint, { readonly sampled: unknown }>;
/** Points whose programs get a context that is rebuilt from the record. */
export type RebuiltPoint = SitePoint | SampledPoint;
/** Ticks by the clock of the recording: programs get registers, and none of them is known. */
export type TickPoint = Extract<ResolvedAttachPoint, { readonly provider: "profile"; readonly periodNs: bigint }>;
/** Programs get the record itself. */
export type EventPoint = Extract<ResolvedAttachPoint, { readonly provider: "tracepoint" }>;
type Attach = CompiledScript["attach"][number];

/** What the programs of a point ask for and its records do not hold. */
export interface MissingArguments {
  readonly point: RebuiltPoint | TickPoint | EventPoint;
  /** `arg3`, `retval`, `args.count`; `comm`, of packets. */
  readonly names: readonly string[];
  /** Pointers that are shown or compared, and of which the records hold only what they lead to. */
  readonly standIns: readonly StoodIn[];
  /** PumpOptions.probed counter of how often they ran. */
  readonly counter: number;
}

export interface ProbedPlan {
  readonly events: readonly ProbedEvent[];
  readonly missing: readonly MissingArguments[];
}

/** Every record has the common fields; what strings and optional words need is looked at when they are read. */
const COMMON_BYTES = 8;

const isTick = (point: ResolvedAttachPoint): point is TickPoint => point.provider === "profile" && "periodNs" in point;
const isRebuilt = (point: ResolvedAttachPoint): point is RebuiltPoint => "site" in point || "sampled" in point;

export const recordsOf = (point: RebuiltPoint): SiteRecords => ("site" in point ? point.site.records : point.sampled.records);

const isTyped = ({ provider }: ResolvedAttachPoint): boolean =>
  provider === "fentry" || provider === "fexit" || provider === "rawtracepoint" || provider === "usdt";

const contextOf = (point: ResolvedAttachPoint): ContextKind => (!isRebuilt(point) ? "record" : isTyped(point) ? "arguments" : "registers");

function eventIdOf(point: ResolvedAttachPoint): number | null {
  if (isRebuilt(point)) return recordsOf(point).eventId;
  return point.provider === "tracepoint" ? point.tracepoint.id : null;
}

/** bpf_probe_read and its kin. */
const READ_HELPERS: ReadonlySet<number> = new Set([4, 45, 112, 113, 114, 115]);

export const readsMemory = ({ insns }: CompiledScript["programs"][number]): boolean =>
  insns.some((insn) => insn.kind === "call" && READ_HELPERS.has(insn.helper));

/** What of a record its programs do not get as it is: it depends on the whole script. */
interface Whole {
  readonly missing: ReadonlyMap<Attach, MissingArguments>;
  readonly contextBytes: readonly number[];
  /** Programs that read memory, or have pointers that others follow. */
  readonly readers: ReadonlySet<number>;
  readonly roles: ReadonlyMap<number, CallRole>;
}

/** Memory that records bring. That of tracepoints is looked for only where it is read: it takes the text of their formats. */
function memoryOf({ point, program }: Attach, readers: ReadonlySet<number>): readonly RecordedMemory[] {
  if (isRebuilt(point)) return recordsOf(point).recipe.memory;
  return point.provider === "tracepoint" && readers.has(program) ? (point.tracepoint.memory ?? []) : [];
}

/** Words of the context that a program asks for: offset → name. Skips what is no code. */
function contextWords(node: unknown, found: Map<number, string>): Map<number, string> {
  if (Array.isArray(node)) for (const part of node) contextWords(part, found);
  else if (typeof node === "object" && node !== null && !ArrayBuffer.isView(node)) {
    if ("kind" in node && node.kind === "context_word" && "offset" in node && "what" in node)
      found.set(Number(node.offset), String(node.what));
    for (const [name, part] of Object.entries(node)) if (name !== "type" && name !== "span") contextWords(part, found);
  }
  return found;
}

/** Arguments, and the function's address; a static probe has no function, but may have an argument in that place. */
function typedWords({ recipe, address }: SiteRecords): ProbedEvent["args"] {
  if (address === null || recipe.typed.some(({ index }) => index === FUNCTION_WORD)) return recipe.typed;
  return [...recipe.typed, { index: FUNCTION_WORD, from: { kind: "field", ...address, signed: false } }];
}

function filledOffsets(point: RebuiltPoint): ReadonlySet<number> {
  const { recipe } = recordsOf(point);
  return new Set(isTyped(point) ? typedWords(recordsOf(point)).map(({ index }) => 8 * index) : recipe.registers.map(({ slot }) => slot));
}

/** Offsets of the words that stand for pointers which the records do not hold. */
function standInOffsets(point: RebuiltPoint): ReadonlySet<number> {
  const { registers, typed } = recordsOf(point).recipe;
  const isStandInFor = ({ from }: { readonly from: RecordedValue }): boolean => from.kind === "constant" && isStandIn(from.value);
  return new Set(
    isTyped(point) ? typed.filter(isStandInFor).map(({ index }) => 8 * index) : registers.filter(isStandInFor).map(({ slot }) => slot),
  );
}

type Asking = RebuiltPoint | TickPoint | EventPoint;

const isAsking = (point: ResolvedAttachPoint): point is Asking => isRebuilt(point) || isTick(point) || point.provider === "tracepoint";

function pointersOf(attach: Attach, readers: ReadonlySet<number>): RecordedPointers | null {
  const { point } = attach;
  const memory = memoryOf(attach, readers);
  const context = isRebuilt(point) ? { recipe: recordsOf(point).recipe, isTyped: isTyped(point) } : null;
  const hasStandIns = memory.some(({ data }) => data.kind === "pointer") || (isRebuilt(point) && standInOffsets(point).size > 0);
  return hasStandIns ? recordedPointers(context, memory) : null;
}

function findMissing(script: CompiledScript, hir: HirProgram | null, readers: ReadonlySet<number>): Map<Attach, MissingArguments> {
  const words = hir?.probes.map((probe) => contextWords(probe.body, new Map())) ?? [];
  const missing = new Map<Attach, MissingArguments>();
  let kept: KeptPointers | null = null;
  for (const attach of script.attach) {
    const { point, program } = attach;
    if (!isAsking(point)) continue;
    const asked = isRebuilt(point) || isTick(point) ? [...(words[program] ?? [])] : [];
    const filled = isRebuilt(point) ? filledOffsets(point) : new Set<number>();
    const ofTask = hir !== null && isPacketPoint(point) ? taskBuiltins(hir.probes[program]!) : [];
    const names = [...asked.filter(([offset]) => !filled.has(offset)).map(([, name]) => name), ...ofTask];
    const pointers = hir === null ? null : pointersOf(attach, readers);
    const stands = isRebuilt(point) ? standInOffsets(point) : new Set<number>();
    const standIns =
      pointers === null
        ? []
        : shownStandIns(
            hir!.probes[program]!.body,
            new Map(asked.filter(([offset]) => stands.has(offset))),
            (kept ??= keptPointers(hir!)),
            pointers,
          );
    if (names.length + standIns.length > 0) missing.set(attach, { point, names: names.sort(), standIns, counter: missing.size });
  }
  return missing;
}

function addressOf(records: SiteRecords | null): ProbedEvent["address"] {
  if (records === null || records.address === null) return null;
  return { ...records.address, caller: records.callerOffset ?? 0 };
}

function eventOf(
  eventId: number,
  attaches: readonly Attach[],
  { missing, contextBytes, readers, roles }: Whole,
  pair: ProbedEvent["pair"],
): ProbedEvent {
  const sites = attaches.map(({ point }) => point).filter(isRebuilt);
  const records: SiteRecords | null = sites[0] === undefined ? null : recordsOf(sites[0]);
  const programs = (of: readonly Attach[]): ProbedProgram[] =>
    of.map((attach) => ({ program: attach.program, context: contextOf(attach.point), counter: missing.get(attach)?.counter ?? null }));
  const onlyOf = ({ point }: Attach): bigint | null => (isRebuilt(point) ? (recordsOf(point).only?.value ?? null) : null);
  const values = new Set(attaches.map(onlyOf).filter((value) => value !== null));
  const memory = attaches.find((attach) => memoryOf(attach, readers).length > 0);
  const own = attaches.filter(({ point }) => !isRebuilt(point)).map(({ program }) => contextBytes[program] ?? 0);
  return {
    eventId,
    minRecordBytes: Math.max(COMMON_BYTES, ...own),
    key: sites.map((site) => recordsOf(site).only).find((only) => only !== null) ?? null,
    lists: new Map([...values].map((value) => [value, programs(attaches.filter((attach) => (onlyOf(attach) ?? value) === value))])),
    always: programs(attaches.filter((attach) => onlyOf(attach) === null)),
    // Memory lies where registers point to.
    registers: records?.recipe.registers ?? [],
    args: sites.some(isTyped) && records !== null ? typedWords(records) : [],
    memory: memory === undefined ? [] : memoryOf(memory, readers),
    pair,
    address: addressOf(records),
    ...callIn(roles, eventId),
  };
}

const callIn = (roles: Whole["roles"], eventId: number): Pick<ProbedEvent, "call"> => {
  const call = roles.get(eventId);
  return call === undefined ? {} : { call };
};

/** An event on which no program fires, but that ends calls. */
const endingEvent = (eventId: number, call: CallRole): ProbedEvent => ({
  eventId,
  minRecordBytes: COMMON_BYTES,
  key: null,
  lists: new Map(),
  always: [],
  registers: [],
  args: [],
  memory: [],
  pair: null,
  address: null,
  call,
});

/** An event on which no program fires, but whose arguments the return needs. */
const rememberedEvent = (records: SiteRecords, pair: ProbedEvent["pair"]): ProbedEvent => ({
  eventId: records.eventId,
  minRecordBytes: COMMON_BYTES,
  key: null,
  lists: new Map(),
  always: [],
  registers: records.recipe.registers,
  args: [],
  memory: [],
  pair,
  address: addressOf(records),
});

/** Returns whose memory is relative to the entry's arguments, with a number for each; by event id. */
function pairsOf(attaches: readonly Attach[]): {
  readonly pairs: Map<number, ProbedEvent["pair"]>;
  readonly entries: readonly SiteRecords[];
} {
  const pairs = new Map<number, ProbedEvent["pair"]>();
  const entries: SiteRecords[] = [];
  for (const { point } of attaches) {
    const records = isRebuilt(point) ? recordsOf(point) : null;
    if (records?.entry === undefined || pairs.has(records.eventId)) continue;
    const number = entries.push(records.entry) - 1;
    pairs.set(records.eventId, { at: "return", number }).set(records.entry.eventId, { at: "entry", number });
  }
  return { pairs, entries };
}

export function probedPlan(
  script: CompiledScript,
  hir: HirProgram | null,
  contextBytes: readonly number[],
  { sources, roles }: KeptCalls,
): ProbedPlan {
  const byEvent = new Map<number, Attach[]>();
  for (const attach of script.attach) {
    const id = eventIdOf(attach.point);
    if (id !== null) byEvent.set(id, [...(byEvent.get(id) ?? []), attach]);
  }
  const readers = new Set([...sources, ...script.programs.flatMap((program, index) => (readsMemory(program) ? [index] : []))]);
  const missing = findMissing(script, hir, readers);
  const whole: Whole = { missing, contextBytes, readers, roles };
  const { pairs, entries } = pairsOf(script.attach);
  const events = [...byEvent]
    .filter(
      ([id, attaches]) =>
        roles.has(id) || attaches.some((attach) => isRebuilt(attach.point) || memoryOf(attach, readers).length > 0 || missing.has(attach)),
    )
    .map(([id, attaches]) => eventOf(id, attaches, whole, pairs.get(id) ?? null));
  const remembered = entries.filter(({ eventId }) => !byEvent.has(eventId));
  const ending = [...roles].filter(([id]) => !byEvent.has(id) && !remembered.some(({ eventId }) => eventId === id));
  return {
    events: [
      ...events,
      ...remembered.map((records) => ({
        ...rememberedEvent(records, pairs.get(records.eventId) ?? null),
        ...callIn(roles, records.eventId),
      })),
      ...ending.map(([id, role]) => endingEvent(id, role)),
    ],
    missing: [...missing.values()],
  };
}
