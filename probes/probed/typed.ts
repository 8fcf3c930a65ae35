/** Arguments of kernel functions by name and type, where the kernel's types are known: what `args` and `retval` of typed probes are. */
import type { ContextRecipe, ProbeSite, RecordedValue, SiteRecords, TracepointField } from "../../lang/catalogue.ts";
import { argumentRegisters, argumentSlot, MAX_TYPED_ARGUMENTS } from "../../lang/registers.ts";
import type { Prototypes, TypedFunction, TypedValue } from "../kernel/btf/prototypes.ts";
import type { FetchPath } from "./fetch.ts";
import { numberIn, type MeaningfulField } from "./recipe.ts";
import type { Place } from "./site.ts";

/** A function whose types are known. */
export interface TypedPlace {
  readonly fn: TypedFunction;
  readonly membersOf: Prototypes["membersOf"];
}

/** Those of the function, or of the tracepoint; not of user code, and of no place inside of a function. */
export function typesAt(prototypes: Prototypes | null, { code, names, offset }: Place): TypedPlace | null {
  if (prototypes === null || (code !== "kernel" && code !== "raw_tracepoint") || offset !== 0n) return null;
  const fn = code === "kernel" ? prototypes.ofFunction(names[0]!) : prototypes.ofTracepoint(names[0]!);
  return fn === null ? null : { fn, membersOf: prototypes.membersOf };
}

/** An argument, and members that are joined by `_`; null: the argument itself. */
interface Meant {
  readonly index: number;
  readonly members: string | null;
}

/** `count` and `file->f_path.dentry`, as the kernel fetches by BTF. */
function meantByFetch(fn: TypedFunction, fetch: string): Meant | null {
  const found = /^([A-Za-z_]\w*)((?:(?:->|\.)[A-Za-z_]\w*)*)$/.exec(fetch);
  const index = found === null ? -1 : fn.params.findIndex((param) => param.name === found[1]);
  if (index < 0) return null;
  const members = found![2]!.split(/->|\./).slice(1);
  return { index, members: members.length === 0 ? null : members.join("_") };
}

/** `count`, as `$arg*` names fields; `p0_f_path_dentry`. */
function meantByName(fn: TypedFunction, name: string): Meant | null {
  const index = fn.params.findIndex((param) => param.name === name);
  if (index >= 0) return { index, members: null };
  const found = /^p([0-9])_(.+)$/.exec(name);
  return found === null ? null : { index: Number(found[1]), members: found[2]! };
}

/** What a field is by the types of the function; `fetch`: how it was fetched, null: its definition was not kept. */
export function pathByType({ fn, membersOf }: TypedPlace, { name, loc }: TracepointField, fetch: string | null): FetchPath | null {
  const meant = fetch === null ? meantByName(fn, name) : (meantByFetch(fn, fetch) ?? meantByName(fn, name));
  const param = meant === null ? undefined : fn.params[meant.index];
  if (meant === null || param === undefined) return null;
  const reads = meant.members === null ? { offsets: [], type: param.type } : membersOf(param, meant.members);
  if (reads === null) return null;
  // The text that a pointer leads to was recorded, not the pointer.
  const text = loc !== "inline" && reads.type.kind === "pointer" ? [0n] : [];
  return { base: { kind: "argument", index: meant.index }, derefs: [...reads.offsets, ...text] };
}

export type TypedRecords = Pick<SiteRecords, "fields" | "returnIndex" | "returnType" | "words">;

/** The kernel's type in place of the recorder's: u64 for a pointer, but the value is where it was. */
const typedAs = (field: TracepointField, { name, type, decl }: TypedValue): TracepointField => ({ ...field, name, type, decl });

/** Structs by value are not in a register as they are. */
const isScalarType = ({ type }: TypedValue): boolean => ["int", "pointer", "bool", "enum"].includes(type.kind);

const plainArgument = ({ path }: MeaningfulField): number | null =>
  path.base.kind === "argument" && path.derefs.length === 0 ? path.base.index : null;

const isPlainReturn = ({ path }: MeaningfulField): boolean => path.base.kind === "return" && path.derefs.length === 0;

/** A pointer that the record lacks although it has what it leads to: a word of the context, and no bytes of the record. */
const unrecorded = ({ name, type, decl }: TypedValue): TracepointField => ({ name, type, decl, offset: 0, sizeBytes: 0, loc: "inline" });

/** Arguments in order, then the result, then what else the event has. */
function typedRecords(
  own: readonly TracepointField[],
  meaningful: readonly MeaningfulField[],
  fn: TypedFunction,
  standIns: ReadonlyMap<number, RecordedValue>,
): TypedRecords {
  const params = fn.params.flatMap((param, index) => {
    const recorded = meaningful.find((one) => plainArgument(one) === index)?.field ?? null;
    if (!isScalarType(param) || (recorded === null && !standIns.has(index))) return [];
    return [{ recorded, typed: recorded === null ? unrecorded(param) : typedAs(recorded, param) }];
  });
  const result = meaningful.find(isPlainReturn)?.field;
  const returns = fn.returns !== null && isScalarType(fn.returns) ? fn.returns : null;
  const taken = new Set([...params.map(({ recorded }) => recorded?.name), ...params.map(({ typed }) => typed.name), result?.name]);
  const fields = [
    ...params.map(({ typed }) => typed),
    ...(result === undefined ? [] : [returns === null ? result : typedAs(result, returns)]),
    ...own.filter(({ name }) => !taken.has(name)),
  ];
  const returnIndex = result === undefined ? fields.length : params.length;
  return { fields, returnIndex, ...(result === undefined || returns === null ? {} : { returnType: returns.type }) };
}

/** Words of a typed context in the order of the fields. `standIns`: of arguments by their names. */
export const typedByPlace = (
  fields: readonly TracepointField[],
  standIns: ReadonlyMap<string, RecordedValue> = new Map(),
): ContextRecipe["typed"] =>
  fields.flatMap((field, index) => {
    const from = standIns.get(field.name) ?? numberIn(field);
    return from === null || index >= MAX_TYPED_ARGUMENTS ? [] : [{ index, from }];
  });

/** Arguments that the recipe has stand-ins for. */
export function standInArguments({ registers }: ContextRecipe): Map<number, RecordedValue> {
  const indexes = new Map(argumentRegisters.map((_, index) => [argumentSlot(index), index]));
  return new Map(
    registers.flatMap(({ slot, from }) => (from.kind === "constant" && indexes.has(slot) ? [[indexes.get(slot)!, from]] : [])),
  );
}

/** Of raw tracepoints a word of the context is an argument by its number, whichever were recorded. */
function rawArguments(
  meaningful: readonly MeaningfulField[],
  fn: TypedFunction | null,
  standIns: ReadonlyMap<number, RecordedValue>,
): TypedRecords {
  const plain = meaningful.flatMap((one) => {
    const index = plainArgument(one);
    const param = index === null ? undefined : fn?.params[index];
    if (index === null) return [];
    return [{ index, field: param === undefined || !isScalarType(param) ? one.field : typedAs(one.field, param) }];
  });
  const pointers = [...standIns.keys()].flatMap((index) => {
    const param = fn?.params[index];
    return param === undefined || !isScalarType(param) ? [] : [{ index, field: unrecorded(param) }];
  });
  const recorded = [...plain, ...pointers];
  return { fields: recorded.map(({ field }) => field), words: recorded.map(({ index }) => index), returnIndex: recorded.length };
}

export function argumentsOf(
  code: ProbeSite["code"],
  own: readonly TracepointField[],
  meaningful: readonly MeaningfulField[],
  fn: TypedFunction | null,
  standIns: ReadonlyMap<number, RecordedValue>,
): TypedRecords {
  if (code === "raw_tracepoint") return rawArguments(meaningful, fn, standIns);
  if (fn !== null) return typedRecords(own, meaningful, fn, standIns);
  const result = meaningful.find(isPlainReturn);
  return { fields: own, returnIndex: result === undefined ? own.length : own.indexOf(result.field) };
}

/** Where argument registers are words of the record, as the tracers of functions write them. */
export function tracedArguments(
  fn: TypedFunction | null,
  word: (index: number) => TracepointField | null,
  result: TracepointField | undefined,
): TypedRecords {
  const params = (fn?.params ?? []).flatMap((param, index) => {
    const field = word(index);
    return field === null || !isScalarType(param) ? [] : [typedAs(field, param)];
  });
  const returns = fn?.returns ?? null;
  if (result === undefined) return { fields: params, returnIndex: params.length };
  if (returns === null || !isScalarType(returns)) return { fields: [...params, result], returnIndex: params.length };
  return { fields: [...params, typedAs(result, returns)], returnIndex: params.length, returnType: returns.type };
}
