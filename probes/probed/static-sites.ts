/**
 * Static probes of programs (usdt) in a recording: events whose address is that of a probe's note in their file, and the events
 * `sdt_PROVIDER:NAME` that perf makes of notes, whose arguments are arg1, arg2, … in the order of the operands.
 */
import type { ContextRecipe, ProbeSite, RecordedValue, TracepointField } from "../../lang/catalogue.ts";
import { argumentSlot, MAX_STATIC_ARGUMENTS, registerSlots } from "../../lang/registers.ts";
import { int } from "../../lang/types/type.ts";
import { parseOperands, type Operand } from "../symbols/operands.ts";
import type { ProbeDefinition } from "./definitions.ts";
import { parseFetch } from "./fetch.ts";
import type { SitesInput } from "./input.ts";
import { numberIn } from "./recipe.ts";
import { siteOf } from "./site.ts";

const PERF_GROUP = "sdt_";

interface Argument {
  readonly field: TracepointField;
  readonly word: number;
  readonly from: RecordedValue;
}

/** Numbers of fields that their names say: perf counts from 1, as the kernel does where none has a name; who names them, from 0. */
function numbered(user: ProbeSite, group: string): ReadonlyMap<number, TracepointField> {
  const { fields } = user.records;
  const first = group.startsWith(PERF_GROUP) || (fields.length > 0 && fields.every(({ name }, i) => name === `arg${i + 1}`)) ? 1 : 0;
  const numbers = fields.flatMap((field) => {
    const found = /^arg([0-9]+)$/.exec(field.name);
    return found === null ? [] : [[Number(found[1]) - first, field] as const];
  });
  return new Map(numbers.filter(([index]) => index >= 0 && index < MAX_STATIC_ARGUMENTS));
}

const samePlace = (a: string, b: string): boolean => {
  const [one, other] = [parseFetch(a), parseFetch(b)];
  return a === b || (one !== null && other !== null && JSON.stringify(one, text) === JSON.stringify(other, text));
};
const text = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? String(value) : value);

/** The low bytes of a register that hold an operand, extended by its sign. */
function narrowed(from: RecordedValue, { sizeBytes, signed }: Operand, byteOrder: "little" | "big"): RecordedValue {
  if (from.kind !== "field") return from;
  if (from.sizeBytes <= sizeBytes) return { ...from, signed };
  return { ...from, offset: byteOrder === "little" ? from.offset : from.offset + from.sizeBytes - sizeBytes, sizeBytes, signed };
}

interface Event {
  readonly user: ProbeSite;
  readonly group: string;
  readonly definition: ProbeDefinition | null;
}

/** The value of an operand, as far as the records have it. */
function recordedOperand(
  event: Event,
  operand: Operand,
  index: number,
  byName: ReadonlyMap<number, TracepointField>,
): RecordedValue | null {
  const { where } = operand;
  if (where.kind === "constant") return { kind: "constant", value: BigInt.asUintN(64, where.value) };
  const { user, group, definition } = event;
  const named = byName.get(index);
  // A kept definition tells what a field is, whatever it is called.
  const isByName = definition === null || where.kind === "elsewhere" || group.startsWith(PERF_GROUP);
  if (isByName && named !== undefined) return numberIn(named);
  const same = where.kind === "fetch" ? definition?.args.find(({ fetch }) => samePlace(fetch, where.text)) : undefined;
  const field = user.records.fields.find(({ name }) => name === same?.name);
  if (field !== undefined) return numberIn(field);
  // A pointer that was followed, but not recorded, has a stand-in.
  const path = where.kind === "fetch" ? parseFetch(where.text) : null;
  const own = path?.base.kind === "register" && path.derefs.length === 0 ? registerSlots[path.base.name] : undefined;
  const register = definition === null ? argumentSlot(index) : own;
  const held = user.records.recipe.registers.some(({ slot, from }) => slot === register && from.kind === "constant");
  return held && register !== undefined ? { kind: "slot", slot: register } : null;
}

const declOf = ({ sizeBytes, signed }: Operand): string => `${signed ? "s" : "u"}${8 * sizeBytes}`;

function operandArguments(event: Event, operands: readonly Operand[], byteOrder: "little" | "big"): Argument[] {
  const byName = numbered(event.user, event.group);
  return operands.slice(0, MAX_STATIC_ARGUMENTS).flatMap((operand, word): Argument[] => {
    const recorded = recordedOperand(event, operand, word, byName);
    if (recorded === null) return [];
    const { sizeBytes, signed } = operand;
    const decl = `${declOf(operand)} arg${word}`;
    const field = { name: `arg${word}`, type: int(sizeBytes, signed), decl, offset: 0, sizeBytes, loc: "inline" } as const;
    return [{ field, word, from: narrowed(recorded, operand, byteOrder) }];
  });
}

/** Where no note is at hand, fields are what their names say, and of the type that they were recorded with. */
const namedArguments = (event: Event): Argument[] =>
  [...numbered(event.user, event.group)].flatMap(([word, field]): Argument[] => {
    const from = numberIn(field);
    return from === null ? [] : [{ field: { ...field, name: `arg${word}` }, word, from }];
  });

interface Named {
  readonly provider: string;
  readonly names: readonly string[];
  readonly operands: string | null;
}

function site({ user }: Event, { provider, names, operands }: Named, args: readonly Argument[], target: string | null): ProbeSite {
  const typed: ContextRecipe["typed"] = args.map(({ word, from }) => ({ index: word, from }));
  const place = {
    code: "usdt",
    target,
    ...(operands === null ? {} : { operands }),
    module: provider,
    names,
    offset: 0n,
    address: () => user.address,
  } as const;
  return siteOf(place, "entry", {
    ...user.records,
    recipe: { ...user.records.recipe, typed },
    fields: args.map(({ field }) => field),
    words: args.map(({ word }) => word),
    returnIndex: args.length,
  });
}

/** The static probes at which the event of a user site was recorded. */
export function staticSites(input: SitesInput, event: Event & { readonly name: string }): ProbeSite[] {
  const { user, group, name } = event;
  if (user.code !== "user" || user.at !== "entry") return [];
  const { target, address } = user;
  const isInFile = target !== null && address !== null;
  const probes = isInFile ? (input.files.staticProbesAt?.(target, address) ?? []) : [];
  const { byteOrder } = input.catalogue;
  if (probes.length > 0)
    return probes.map((probe) => {
      const named = { provider: probe.provider, names: [probe.name], operands: probe.operands };
      return site(event, named, operandArguments(event, parseOperands(probe.operands), byteOrder), target);
    });
  if (!group.startsWith(PERF_GROUP)) return [];
  // perf numbers the events of a probe that the compiler put at several places: request, request_1, request_2.
  const plain = name.replace(/_[0-9]+$/, "");
  const isNumbered = plain !== name && input.catalogue.tracepoints.some((one) => one.category === group && one.name === plain);
  const named = { provider: group.slice(PERF_GROUP.length), names: [isNumbered ? plain : name], operands: null };
  return [site(event, named, namedArguments(event), isInFile ? target : null)];
}
