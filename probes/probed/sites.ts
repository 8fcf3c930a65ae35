/** The probed functions of a recording: from its dynamic events, and from what the function and function_graph tracers wrote. */
import type {
  ContextRecipe,
  ProbeCatalogue,
  ProbeSite,
  ProbeSites,
  SiteRecords,
  Tracepoint,
  TracepointField,
} from "../../lang/catalogue.ts";
import { argumentRegisters, argumentSlot, MAX_TYPED_ARGUMENTS, registerSlots, RETURN_SLOT } from "../../lang/registers.ts";
import type { ProbeDefinition } from "./definitions.ts";
import type { FetchPath } from "./fetch.ts";
import { functionByEventName, pathsByName } from "./naming.ts";
import { buildRecipe, makeStandIns, numberIn, type MeaningfulField, type StandIns } from "./recipe.ts";

export interface SymbolPlace {
  readonly name: string;
  readonly start: bigint;
  readonly module: string | null;
}

/** Name of code in a file by its offset there. */
export interface FileSymbols {
  namesAt(target: string, fileOffset: bigint): { readonly names: readonly string[]; readonly delta: bigint } | null;
}

export interface SitesInput {
  readonly catalogue: Pick<ProbeCatalogue, "tracepoints" | "longBytes">;
  readonly definitions: readonly ProbeDefinition[];
  /** Kernel code by address and by name; null: the recording has no symbols. */
  readonly kernel: { symbolAt(address: bigint): SymbolPlace | null; addressOf(name: string): bigint | null } | null;
  readonly files: FileSymbols;
  /** File and offset of a user address, by the mappings of the process; null: not known. */
  readonly fileAt: (address: bigint) => { readonly target: string; readonly offset: bigint } | null;
  /** The distinct values of a field in the records of an event. */
  readonly seen: (eventId: number, offset: number, sizeBytes: 4 | 8) => readonly bigint[];
}

const FIRST_KERNEL_ADDRESS = 1n << 63n;
const isKernelAddress = (address: bigint, longBytes: 4 | 8): boolean =>
  longBytes === 4 ? address >= 0x80000000n : address >= FIRST_KERNEL_ADDRESS;

const fieldNamed = (tracepoint: Tracepoint, name: string): TracepointField | undefined =>
  tracepoint.fields.find((field) => field.name === name);

const isOwnField = (field: TracepointField): boolean => !field.name.startsWith("common_") && !field.name.startsWith("__probe_");

interface DynamicEvent {
  readonly tracepoint: Tracepoint;
  readonly at: "entry" | "return";
  /** Address of the probed function. */
  readonly ip: TracepointField;
  /** Where a return probe returns to. */
  readonly returnIp: TracepointField | null;
}

function dynamicEvent(tracepoint: Tracepoint): DynamicEvent | null {
  if (tracepoint.category === "ftrace") return null;
  const entry = fieldNamed(tracepoint, "__probe_ip");
  if (entry !== undefined) return { tracepoint, at: "entry", ip: entry, returnIp: null };
  const func = fieldNamed(tracepoint, "__probe_func");
  return func === undefined ? null : { tracepoint, at: "return", ip: func, returnIp: fieldNamed(tracepoint, "__probe_ret_ip") ?? null };
}

/** Paths of an event's own fields: as its definition says, else as their names say. */
function meaningfulFields(event: DynamicEvent, definition: ProbeDefinition | null): MeaningfulField[] {
  const own = event.tracepoint.fields.filter(isOwnField);
  const names = own.map((field) => field.name);
  const guessed = pathsByName(names, event.at);
  const defined = new Map(definition?.args.map((arg) => [arg.name, arg.path]) ?? []);
  const takesAll = definition?.args.some((arg) => arg.path === null && arg.name.startsWith("arg")) ?? false;
  return own.flatMap((field, i): MeaningfulField[] => {
    let path: FetchPath | null;
    if (defined.has(field.name)) path = defined.get(field.name) ?? null;
    // `$arg*` stands for the function's arguments in order.
    else if (takesAll) path = { base: { kind: "argument", index: i }, derefs: [] };
    else path = guessed[i] ?? null;
    return path === null ? [] : [{ field, path }];
  });
}

/** The instruction pointer at entry; at return, the caller's and what a return probe's program asks for by bpf_get_func_ip. */
function withInstructionPointer(recipe: ContextRecipe, { ip, returnIp }: DynamicEvent): ContextRecipe {
  const from = numberIn(returnIp ?? ip);
  if (from === null || recipe.registers.some(({ slot }) => slot === registerSlots.ip)) return recipe;
  return { ...recipe, registers: [...recipe.registers, { slot: registerSlots.ip, from }] };
}

interface Place {
  readonly code: ProbeSite["code"];
  readonly target: string | null;
  readonly module: string | null;
  readonly names: readonly string[];
  readonly offset: bigint;
  readonly address: bigint | null;
}

function userPlace(input: SitesInput, target: string, fileOffset: bigint, eventName: string): Place {
  const found = input.files.namesAt(target, fileOffset);
  // The name of the event counts too: files are often stripped, or not at hand.
  const names = [...new Set([...(found?.names ?? []), eventName])];
  return { code: "user", target, module: null, names, offset: found?.delta ?? 0n, address: fileOffset };
}

function kernelPlace(input: SitesInput, address: bigint, otherwise: string): Place {
  const symbol = input.kernel?.symbolAt(address) ?? null;
  return {
    code: "kernel",
    target: null,
    module: symbol?.module ?? null,
    names: [symbol?.name ?? otherwise],
    offset: symbol === null ? 0n : address - symbol.start,
    address,
  };
}

function placeOf(input: SitesInput, event: DynamicEvent, definition: ProbeDefinition | null): Place {
  const byEvent = functionByEventName(event.tracepoint.name, event.at);
  if (definition?.kind === "uprobe") return userPlace(input, definition.target!, definition.offset, byEvent);
  if (definition?.kind === "tracepoint")
    return { code: "raw_tracepoint", target: null, module: null, names: [definition.symbol ?? byEvent], offset: 0n, address: null };
  if (definition !== null && definition.symbol !== null) {
    const { symbol, module, offset } = definition;
    return { code: "kernel", target: null, module, names: [symbol], offset, address: input.kernel?.addressOf(symbol) ?? null };
  }
  const address = definition?.offset ?? input.seen(event.tracepoint.id, event.ip.offset, input.catalogue.longBytes)[0];
  if (address === undefined) return { code: "kernel", target: null, module: null, names: [byEvent], offset: 0n, address: null };
  if (isKernelAddress(address, input.catalogue.longBytes)) return kernelPlace(input, address, byEvent);
  const file = input.fileAt(address);
  if (file !== null) return userPlace(input, file.target, file.offset, byEvent);
  return { code: "user", target: event.tracepoint.category, module: null, names: [byEvent], offset: 0n, address: null };
}

function siteOf(place: Place, at: ProbeSite["at"], records: SiteRecords): ProbeSite {
  const { code, target, module, names, offset, address } = place;
  return { code, at, target, module, func: names[0]!, aliases: names.slice(1), offset, address, records };
}

const typedByPlace = (fields: readonly TracepointField[]): ContextRecipe["typed"] =>
  fields.flatMap((field, index) => {
    const from = numberIn(field);
    return from === null || index >= MAX_TYPED_ARGUMENTS ? [] : [{ index, from }];
  });

const typedByNumber = (fields: readonly MeaningfulField[]): ContextRecipe["typed"] =>
  fields.flatMap(({ field, path }) => {
    const from = numberIn(field);
    return from === null || path.base.kind !== "argument" || path.derefs.length > 0 ? [] : [{ index: path.base.index, from }];
  });

function dynamicSites(input: SitesInput, standIns: StandIns): ProbeSite[] {
  const definitions = new Map(input.definitions.map((definition) => [`${definition.group}/${definition.event}`, definition]));
  return input.catalogue.tracepoints.flatMap((tracepoint): ProbeSite[] => {
    const event = dynamicEvent(tracepoint);
    if (event === null) return [];
    const definition = definitions.get(`${tracepoint.category}/${tracepoint.name}`) ?? null;
    const fields = meaningfulFields(event, definition);
    const byName = new Map(tracepoint.fields.map((field) => [field.name, field]));
    const place = placeOf(input, event, definition);
    const recipe = withInstructionPointer(buildRecipe(fields, byName, standIns), event);
    const own = tracepoint.fields.filter(isOwnField);
    const result = fields.find(({ path }) => path.base.kind === "return" && path.derefs.length === 0);
    const records: SiteRecords = {
      eventId: tracepoint.id,
      only: null,
      recipe: { ...recipe, typed: place.code === "raw_tracepoint" ? typedByNumber(fields) : typedByPlace(own) },
      fields: own,
      returnIndex: result === undefined ? own.length : own.indexOf(result.field),
      address: { offset: event.ip.offset, sizeBytes: event.ip.sizeBytes === 4 ? 4 : 8 },
      callerOffset: null,
    };
    return [siteOf(place, event.at, records)];
  });
}

interface TracerEvent {
  readonly tracepoint: Tracepoint;
  readonly at: ProbeSite["at"];
  readonly ip: TracepointField;
  readonly recipe: ContextRecipe;
  readonly callerOffset: number | null;
}

/** `args` of Linux 6.15 and newer: as many words as the record has room for. */
function argumentWords(tracepoint: Tracepoint, longBytes: 4 | 8): ContextRecipe["registers"] {
  const args = fieldNamed(tracepoint, "args");
  if (args === undefined) return [];
  return argumentRegisters.map((_, i) => ({
    slot: argumentSlot(i)!,
    from: { kind: "field", offset: args.offset + i * longBytes, sizeBytes: longBytes, signed: false },
  }));
}

function tracerEvent(tracepoint: Tracepoint | undefined, at: ProbeSite["at"], ipName: string, longBytes: 4 | 8): TracerEvent | null {
  const ip = tracepoint === undefined ? undefined : fieldNamed(tracepoint, ipName);
  if (tracepoint === undefined || ip === undefined || (ip.sizeBytes !== 4 && ip.sizeBytes !== 8)) return null;
  const registers = [...argumentWords(tracepoint, longBytes), { slot: registerSlots.ip, from: numberIn(ip)! }];
  const result = fieldNamed(tracepoint, "retval");
  const value = result === undefined ? null : numberIn(result);
  if (value !== null) registers.push({ slot: RETURN_SLOT, from: value });
  return {
    tracepoint,
    at,
    ip,
    recipe: { registers, memory: [], typed: value === null ? [] : [{ index: 0, from: value }] },
    callerOffset: fieldNamed(tracepoint, "parent_ip")?.offset ?? null,
  };
}

function tracerSite(input: SitesInput, event: TracerEvent, address: bigint): ProbeSite {
  const { name, module, start } = input.kernel?.symbolAt(address) ?? { name: `0x${address.toString(16)}`, module: null, start: address };
  const records: SiteRecords = {
    eventId: event.tracepoint.id,
    only: { offset: event.ip.offset, sizeBytes: event.ip.sizeBytes as 4 | 8, value: address },
    recipe: event.recipe,
    fields: event.tracepoint.fields.filter((field) => field.name === "retval"),
    returnIndex: 0,
    address: { offset: event.ip.offset, sizeBytes: event.ip.sizeBytes as 4 | 8 },
    callerOffset: event.callerOffset,
  };
  // Where a function begins with `endbr64`, tracers name the address behind it: still its entry.
  return siteOf({ code: "kernel", target: null, module, names: [name], offset: 0n, address: start }, event.at, records);
}

/** The recorders of functions, the ones that tell more first. */
function tracerEvents(input: SitesInput): TracerEvent[] {
  const { tracepoints, longBytes } = input.catalogue;
  const ftrace = (name: string): Tracepoint | undefined => tracepoints.find((t) => t.category === "ftrace" && t.name === name);
  return [
    tracerEvent(ftrace("fgraph_retaddr_entry"), "entry", "func", longBytes),
    tracerEvent(ftrace("funcgraph_entry"), "entry", "func", longBytes),
    tracerEvent(ftrace("funcgraph_exit"), "return", "func", longBytes),
    tracerEvent(ftrace("function"), "entry", "ip", longBytes),
  ].filter((event) => event !== null);
}

/** One call is told by one recorder only. */
const placeKey = (site: ProbeSite): string => [site.code, site.at, site.target, site.func, site.offset].join("\n");

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const inOrder = (a: ProbeSite, b: ProbeSite): number =>
  compare(a.target ?? "", b.target ?? "") || compare(a.func, b.func) || Number(a.offset - b.offset) || compare(a.at, b.at);

const argumentSlots = new Set(argumentRegisters.map((_, i) => argumentSlot(i)!));

/** Whether a return's record tells of memory at arguments that only the entry's record has. */
const needsEntry = ({ at, records }: ProbeSite): boolean =>
  at === "return" && records.recipe.memory.some(({ base }) => base.kind === "slot" && argumentSlots.has(base.slot));

function withEntries(sites: readonly ProbeSite[]): ProbeSite[] {
  return sites.map((site) => {
    if (!needsEntry(site)) return site;
    const entry = sites.find((other) => other.at === "entry" && placeKey({ ...other, at: "return" }) === placeKey(site));
    return entry === undefined ? site : { ...site, records: { ...site.records, entry: entry.records } };
  });
}

export function probeSites(input: SitesInput): ProbeSites {
  let all: readonly ProbeSite[] | null = null;
  /** Tracers that wrote anything. */
  const active: TracerEvent[] = [];
  const findSites = (): readonly ProbeSite[] => {
    // Of several events on one place the one that holds most is taken.
    const dynamic = dynamicSites(input, makeStandIns()).sort(
      (a, b) =>
        b.records.recipe.registers.length +
        b.records.recipe.memory.length -
        a.records.recipe.registers.length -
        a.records.recipe.memory.length,
    );
    const traced = tracerEvents(input).flatMap((event) => {
      const addresses = input.seen(event.tracepoint.id, event.ip.offset, event.ip.sizeBytes as 4 | 8);
      if (addresses.length > 0) active.push(event);
      return addresses.map((address) => tracerSite(input, event, address));
    });
    const byPlace = new Map<string, ProbeSite>();
    for (const site of [...dynamic, ...traced]) if (!byPlace.has(placeKey(site))) byPlace.set(placeKey(site), site);
    return withEntries([...byPlace.values()]).sort(inOrder);
  };
  const sites = (): readonly ProbeSite[] => (all ??= findSites());
  return {
    get sites() {
      return sites();
    },
    unseen(at, func) {
      sites();
      const event = active.find((candidate) => candidate.at === at);
      const address = input.kernel?.addressOf(func) ?? null;
      return event === undefined || address === null ? null : tracerSite(input, event, address);
    },
  };
}
