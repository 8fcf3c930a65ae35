/** The optional first line: what holds for the whole recording, as JSON. docs/jsonl.schema.json has its shape. */
import type { SampledEvent, RecordedMemory } from "../../../lang/catalogue.ts";
import type { KernelName, TaskRule, TimedMapping } from "../../recording.ts";

/** A field: its C declaration, or that with what the recorder stored. */
export type DeclaredField = string | { readonly decl: string; readonly offset?: number; readonly size?: number; readonly signed?: boolean };

export interface DeclaredEvent {
  readonly fields: readonly DeclaredField[];
  /** common_type. */
  readonly id?: number;
  /** The kernel's `print fmt`. */
  readonly print?: string;
  /** False: described only, there is none of it in the lines. */
  readonly seen?: boolean;
  readonly memory?: readonly RecordedMemory[];
}

export interface Header {
  readonly clock: string;
  readonly clockIsNs: boolean;
  readonly ncpus: number | null;
  readonly longBytes: 4 | 8;
  readonly uname: string | null;
  readonly comms: ReadonlyMap<number, string>;
  /** By `category:name`. */
  readonly events: ReadonlyMap<string, DeclaredEvent>;
  /** Nothing else has to be known before the first event: the lines are not looked through first. */
  readonly complete: boolean;
  /** What only hindsight's own exports have. */
  readonly sampled: readonly SampledEvent[];
  readonly taskRules: readonly TaskRule[];
  /** Lines tell of each task what there is to tell, in time: events add nothing, and nothing has to be looked for before. */
  readonly tellsTasks: boolean;
  /** Code of the kernel, where that is all that is known of it. */
  readonly code: readonly KernelName[];
}

export const noHeader: Header = {
  clock: "mono",
  clockIsNs: true,
  ncpus: null,
  longBytes: 8,
  uname: null,
  comms: new Map(),
  events: new Map(),
  complete: false,
  sampled: [],
  taskRules: [],
  tellsTasks: false,
  code: [],
};

/** The version that this reads. */
export const HEADER_VERSION = 1;

/** What lines call the samples of an exported event: several may have one label. */
export const sampleName = ({ label, records }: SampledEvent): string => `${label}#${records.eventId}`;

type Json = Readonly<Record<string, unknown>>;
export type HeaderResult = { readonly ok: true; readonly header: Header } | { readonly ok: false; readonly message: string };

class Mismatch extends Error {}

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

function expectThat(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Mismatch(what);
}

const wholeNumber = (value: unknown, most: number): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;

const MOST_CPUS = 65_536;
const MOST_ID = 65_535;
const MOST_BYTES = 65_536;

/** 64-bit numbers of exports are `{"$n": "…"}`: JSON's own are doubles for most who read them. */
export function reviveBigint(_key: string, value: unknown): unknown {
  return isObject(value) && typeof value["$n"] === "string" && /^-?\d{1,20}$/.test(value["$n"]) ? BigInt(value["$n"]) : value;
}

export const replaceBigint = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? { $n: String(value) } : value);

function readField(value: unknown, where: string): DeclaredField {
  if (typeof value === "string") return value;
  expectThat(isObject(value) && typeof value["decl"] === "string", `${where} must be a C declaration, or an object with "decl"`);
  const { decl, offset, size, signed } = value as { decl: string; offset?: unknown; size?: unknown; signed?: unknown };
  expectThat(offset === undefined || wholeNumber(offset, MOST_BYTES), `${where}.offset must be a number of bytes`);
  expectThat(size === undefined || wholeNumber(size, MOST_BYTES), `${where}.size must be a number of bytes`);
  expectThat(signed === undefined || typeof signed === "boolean", `${where}.signed must be true or false`);
  return {
    decl,
    ...(offset === undefined ? {} : { offset }),
    ...(size === undefined ? {} : { size }),
    ...(signed === undefined ? {} : { signed }),
  };
}

function readEvent(value: unknown, where: string): DeclaredEvent {
  expectThat(isObject(value) && Array.isArray(value["fields"]), `${where} must be an object with the array "fields"`);
  const { fields, id, print, seen, memory } = value as Record<string, unknown> & { readonly fields: readonly unknown[] };
  expectThat(id === undefined || (wholeNumber(id, MOST_ID) && id > 0), `${where}.id must be a number from 1 to 65535`);
  expectThat(print === undefined || typeof print === "string", `${where}.print must be a string`);
  expectThat(seen === undefined || typeof seen === "boolean", `${where}.seen must be true or false`);
  expectThat(memory === undefined || Array.isArray(memory), `${where}.memory must be an array`);
  return {
    fields: fields.map((field, i) => readField(field, `${where}.fields[${i}]`)),
    ...(id === undefined ? {} : { id }),
    ...(print === undefined ? {} : { print }),
    ...(seen === undefined ? {} : { seen }),
    // Exports only: taken as they are.
    ...(memory === undefined ? {} : { memory: memory as readonly RecordedMemory[] }),
  };
}

function readEvents(value: unknown): Map<string, DeclaredEvent> {
  if (value === undefined) return new Map();
  expectThat(isObject(value), "events must be an object");
  const events = Object.entries(value).map(([name, event]) => {
    expectThat(/^[^:\s]+:[^:\s]+$/.test(name), `events: ${JSON.stringify(name)} is no category:name`);
    return [name, readEvent(event, `events[${JSON.stringify(name)}]`)] as const;
  });
  return new Map(events);
}

function readComms(value: unknown): Map<number, string> {
  if (value === undefined) return new Map();
  expectThat(isObject(value), "comms must be an object");
  return new Map(
    Object.entries(value).map(([pid, comm]) => {
      expectThat(/^\d{1,10}$/.test(pid) && typeof comm === "string", "comms must be names by process id");
      return [Number(pid), comm];
    }),
  );
}

function readAll(json: Json): Header {
  const { hindsight, clock, clockIsNs, ncpus, longBytes, uname, complete, sampled, taskRules, tellsTasks, code } = json;
  expectThat(hindsight === HEADER_VERSION, `hindsight must be ${HEADER_VERSION}, the version of the format`);
  expectThat(clock === undefined || typeof clock === "string", "clock must be a string");
  expectThat(clockIsNs === undefined || typeof clockIsNs === "boolean", "clockIsNs must be true or false");
  expectThat(ncpus === undefined || (wholeNumber(ncpus, MOST_CPUS) && ncpus > 0), "ncpus must be a number of CPUs");
  expectThat(longBytes === undefined || longBytes === 4 || longBytes === 8, "longBytes must be 4 or 8");
  expectThat(uname === undefined || uname === null || typeof uname === "string", "uname must be a string");
  expectThat(complete === undefined || typeof complete === "boolean", "complete must be true or false");
  expectThat(sampled === undefined || Array.isArray(sampled), "sampled must be an array");
  expectThat(code === undefined || Array.isArray(code), "code must be an array");
  expectThat(tellsTasks === undefined || typeof tellsTasks === "boolean", "tellsTasks must be true or false");
  expectThat(taskRules === undefined || Array.isArray(taskRules), "taskRules must be an array");
  return {
    clock: clock ?? noHeader.clock,
    clockIsNs: clockIsNs ?? true,
    ncpus: ncpus ?? null,
    longBytes: longBytes ?? 8,
    uname: uname ?? null,
    comms: readComms(json["comms"]),
    events: readEvents(json["events"]),
    complete: complete ?? false,
    sampled: (sampled ?? []) as readonly SampledEvent[],
    taskRules: (taskRules ?? []) as readonly TaskRule[],
    tellsTasks: tellsTasks ?? false,
    code: (code ?? []) as readonly KernelName[],
  };
}

/** `text`: the line; its JSON has been found to be sound. */
export function readHeader(text: string): HeaderResult {
  try {
    const json: unknown = JSON.parse(text, reviveBigint);
    expectThat(isObject(json), "it must be an object");
    return { ok: true, header: readAll(json) };
  } catch (error) {
    if (!(error instanceof Mismatch) && !(error instanceof SyntaxError)) throw error;
    return { ok: false, message: `header: ${error.message}` };
  }
}

/** Whole, or as text where JSON's numbers are not exact; null: it is neither. */
function nanoseconds(value: unknown): bigint | null {
  if (typeof value === "string") return /^[0-9]{1,19}$/.test(value) ? BigInt(value) : null;
  return wholeNumber(value, Number.MAX_SAFE_INTEGER) ? BigInt(value) : null;
}

const NO_RANGE = { start: 0n, end: 0n, fileOffset: 0n, path: "", buildId: null } as const;

/** The object of a mapping line, which says itself since when it holds, or else holds from `ns` on; null: it lacks something. */
export function readMapping(text: string, before: bigint): TimedMapping | null {
  const json: unknown = JSON.parse(text, reviveBigint);
  if (!isObject(json)) return null;
  const { pid, ts, start, end, fileOffset, path, buildId, copiedFrom, execs } = json;
  const ns = ts === undefined ? before : nanoseconds(ts);
  if (ns === null) return null;
  if (copiedFrom !== undefined)
    return wholeNumber(pid, 0xffff_ffff) && wholeNumber(copiedFrom, 0xffff_ffff) ? { pid, ns, ...NO_RANGE, copiedFrom } : null;
  if (execs !== undefined) return wholeNumber(pid, 0xffff_ffff) && execs === true ? { pid, ns, ...NO_RANGE, execs } : null;
  const hex = (value: unknown): bigint | null => (typeof value === "string" && /^0x[0-9a-f]{1,16}$/i.test(value) ? BigInt(value) : null);
  const [from, to, offset] = [hex(start), hex(end), hex(fileOffset)];
  if (!wholeNumber(pid, 0xffff_ffff) || from === null || to === null || offset === null || typeof path !== "string") return null;
  return { pid, ns, start: from, end: to, fileOffset: offset, path, buildId: typeof buildId === "string" ? buildId : null };
}
