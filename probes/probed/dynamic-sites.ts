/** Probed functions from the recording's dynamic events. */
import type { ContextRecipe, ProbeSite, SiteRecords, Tracepoint, TracepointField } from "../../lang/catalogue.ts";
import { registerSlots } from "../../lang/registers.ts";
import type { ProbeDefinition } from "./definitions.ts";
import type { FetchPath } from "./fetch.ts";
import type { SeenField, SitesInput } from "./input.ts";
import { functionByEventName, pathsByName } from "./naming.ts";
import { buildRecipe, numberIn, type IsSteady, type MeaningfulField, type StandIns } from "./recipe.ts";
import { fieldNamed, siteOf, type Place } from "./site.ts";
import { staticSites } from "./static-sites.ts";
import { isSteadyArgument } from "./steady.ts";
import { argumentsOf, pathByType, standInArguments, typedByPlace, typesAt, type TypedPlace } from "./typed.ts";

const FIRST_KERNEL_ADDRESS = 1n << 63n;
const isKernelAddress = (address: bigint, longBytes: 4 | 8): boolean =>
  longBytes === 4 ? address >= 0x80000000n : address >= FIRST_KERNEL_ADDRESS;

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
  if (tracepoint.category === "ftrace" || tracepoint.mayHaveField?.("__probe_") === false) return null;
  const entry = fieldNamed(tracepoint, "__probe_ip");
  if (entry !== undefined) return { tracepoint, at: "entry", ip: entry, returnIp: null };
  const func = fieldNamed(tracepoint, "__probe_func");
  return func === undefined ? null : { tracepoint, at: "return", ip: func, returnIp: fieldNamed(tracepoint, "__probe_ret_ip") ?? null };
}

/** Paths of an event's own fields: as its definition says, else as their names say, alone or with the types of the function. */
function meaningfulFields(event: DynamicEvent, definition: ProbeDefinition | null, typed: TypedPlace | null): MeaningfulField[] {
  const own = event.tracepoint.fields.filter(isOwnField);
  const names = own.map((field) => field.name);
  const guessed = pathsByName(names, event.at);
  const defined = new Map(definition?.args.map((arg) => [arg.name, arg.path]) ?? []);
  const fetched = new Map(definition?.args.map((arg) => [arg.name, arg.fetch]) ?? []);
  const takesAll = definition?.args.some((arg) => arg.path === null && arg.name.startsWith("arg")) ?? false;
  return own.flatMap((field, i): MeaningfulField[] => {
    let path: FetchPath | null;
    if (defined.has(field.name)) path = defined.get(field.name) ?? null;
    // `$arg*` stands for the function's arguments in order.
    else if (takesAll) path = { base: { kind: "argument", index: i }, derefs: [] };
    else path = guessed[i] ?? null;
    path ??= typed === null ? null : pathByType(typed, field, fetched.get(field.name) ?? null);
    return path === null ? [] : [{ field, path }];
  });
}

/** The instruction pointer at entry; at return, the caller's and what a return probe's program asks for by bpf_get_func_ip. */
function withInstructionPointer(recipe: ContextRecipe, { ip, returnIp }: DynamicEvent): ContextRecipe {
  const from = numberIn(returnIp ?? ip);
  if (from === null || recipe.registers.some(({ slot }) => slot === registerSlots.ip)) return recipe;
  return { ...recipe, registers: [...recipe.registers, { slot: registerSlots.ip, from }] };
}

const unknown = (): null => null;

function userPlace(input: SitesInput, target: string, fileOffset: bigint, eventName: string): Place {
  const found = input.files.namesAt(target, fileOffset);
  // The name of the event counts too: files are often stripped, or not at hand.
  const names = [...new Set([...(found?.names ?? []), eventName])];
  return { code: "user", target, module: null, names, offset: found?.delta ?? 0n, address: () => fileOffset };
}

function kernelPlace(input: SitesInput, address: bigint, otherwise: string): Place {
  const symbol = input.kernel?.symbolAt(address) ?? null;
  return {
    code: "kernel",
    target: null,
    module: symbol?.module ?? null,
    names: [symbol?.name ?? otherwise],
    offset: symbol === null ? 0n : address - symbol.start,
    address: () => address,
  };
}

/** `seen`: where the records of an event without a definition say that they are from. */
function placeOf(input: SitesInput, event: DynamicEvent, definition: ProbeDefinition | null, seen: bigint | undefined): Place {
  const byEvent = functionByEventName(event.tracepoint.name, event.at);
  if (definition?.kind === "uprobe") return userPlace(input, definition.target!, definition.offset, byEvent);
  if (definition?.kind === "tracepoint")
    return { code: "raw_tracepoint", target: null, module: null, names: [definition.symbol ?? byEvent], offset: 0n, address: unknown };
  if (definition !== null && definition.symbol !== null) {
    const { symbol, module, offset } = definition;
    return { code: "kernel", target: null, module, names: [symbol], offset, address: () => input.kernel?.addressOf(symbol) ?? null };
  }
  const address = definition?.offset ?? seen;
  if (address === undefined) return { code: "kernel", target: null, module: null, names: [byEvent], offset: 0n, address: unknown };
  if (isKernelAddress(address, input.catalogue.longBytes)) return kernelPlace(input, address, byEvent);
  const file = input.fileAt(address);
  if (file !== null) return userPlace(input, file.target, file.offset, byEvent);
  return { code: "user", target: event.tracepoint.category, module: null, names: [byEvent], offset: 0n, address: unknown };
}

/** The same for its entry and its return. */
const functionOf = ({ code, target, module, names, offset }: Place): string => [code, target, module, names[0], offset].join("\n");

const typedByNumber = (fields: readonly MeaningfulField[]): ContextRecipe["typed"] =>
  fields.flatMap(({ field, path }) => {
    const from = numberIn(field);
    return from === null || path.base.kind !== "argument" || path.derefs.length > 0 ? [] : [{ index: path.base.index, from }];
  });

export interface DefinedEvent {
  readonly event: DynamicEvent;
  readonly definition: ProbeDefinition | null;
}

/** Events of probes, with their definitions where these were kept. */
export function dynamicEvents(input: SitesInput): DefinedEvent[] {
  const definitions = new Map(input.definitions.map((definition) => [`${definition.group}/${definition.event}`, definition]));
  return input.catalogue.tracepoints.flatMap((tracepoint) => {
    const event = dynamicEvent(tracepoint);
    if (event === null) return [];
    return [{ event, definition: definitions.get(`${tracepoint.category}/${tracepoint.name}`) ?? null }];
  });
}

/** What has to be known from the records of events without a definition: a probe's address is always the same. */
export function addressesOf(events: readonly DefinedEvent[], longBytes: 4 | 8): SeenField[] {
  return events.flatMap(({ event: { tracepoint, ip }, definition }) =>
    definition === null ? [{ eventId: tracepoint.id, offset: ip.offset, sizeBytes: longBytes, maxValues: 1 }] : [],
  );
}

/** `seen`: the first address in the records of an event. */
export function dynamicSites(
  input: SitesInput,
  events: readonly DefinedEvent[],
  seen: (eventId: number) => bigint | undefined,
  standIns: StandIns,
): ProbeSite[] {
  return events.flatMap(({ event, definition }): ProbeSite[] => {
    const { tracepoint } = event;
    const place = placeOf(input, event, definition, definition === null ? seen(tracepoint.id) : undefined);
    const typed = typesAt(input.prototypes, place);
    const fields = meaningfulFields(event, definition, typed);
    const byName = new Map(tracepoint.fields.map((field) => [field.name, field]));
    const fn = typed?.fn ?? null;
    const pointerOf = (path: FetchPath): bigint => standIns.of(path, functionOf(place));
    const isUser = place.code === "user";
    const isSteady: IsSteady = (path, isText) =>
      event.at === "entry" &&
      place.offset === 0n &&
      isSteadyArgument({ path, isText, isUser }, (argument) => fn?.params[argument]?.decl ?? null);
    const built = buildRecipe(fields, byName, pointerOf, isSteady, input.catalogue.byteOrder);
    const recipe = withInstructionPointer(built, event);
    const standIn = standInArguments(recipe);
    const named = argumentsOf(place.code, tracepoint.fields.filter(isOwnField), fields, fn, standIn);
    const standInNames = new Map(
      [...standIn].flatMap(([index, from]) => (fn?.params[index] === undefined ? [] : [[fn.params[index].name, from]])),
    );
    const words =
      place.code === "raw_tracepoint"
        ? [...typedByNumber(fields), ...[...standIn].map(([index, from]) => ({ index, from }))]
        : typedByPlace(named.fields, standInNames);
    const records: SiteRecords = {
      eventId: tracepoint.id,
      only: null,
      recipe: { ...recipe, typed: words },
      ...named,
      address: { offset: event.ip.offset, sizeBytes: event.ip.sizeBytes === 4 ? 4 : 8 },
      callerOffset: null,
    };
    const site = siteOf(place, event.at, records);
    if (place.code !== "user") return [site];
    const { category: group, name } = tracepoint;
    return [site, ...staticSites(input, { user: site, group, name, definition })];
  });
}
