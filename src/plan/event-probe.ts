/** Event probes: events that read the memory behind the pointers of another event, and stand for that one in a replay. */
import type { TracepointField } from "../../lang/catalogue.ts";
import type { Architecture } from "../../lang/check/env.ts";
import { memoryArguments, stringArgument, type FetchPlace } from "./fetch-text.ts";
import type { FieldMemory } from "./memory-places.ts";
import type { FetchArgument, PlannedDynamic, Unrecordable } from "./plan.ts";

export interface FieldsUsed {
  readonly fields: ReadonlySet<string>;
  readonly kstack: boolean;
  readonly ustack: boolean;
}

const isNumber = ({ loc, sizeBytes, type }: TracepointField): boolean =>
  loc === "inline" && [1, 2, 4, 8].includes(sizeBytes) && type.kind !== "array" && type.kind !== "string" && type.kind !== "struct";

const fetchField = ({ name, sizeBytes, type }: TracepointField): FetchArgument => ({
  name,
  fetch: `$${name}:${type.kind === "int" && type.signed ? "s" : "u"}${8 * sizeBytes}`,
});

const COMMON_FIELDS = /^common_/;

/** Null with what cannot be recorded, where the event has fields that an event probe does not copy. */
export function eventProbe(
  { tracepoint, needs }: FieldMemory,
  used: FieldsUsed,
  group: string,
  architecture: Architecture,
): PlannedDynamic | Unrecordable {
  const { category, name, fields } = tracepoint;
  const copied = fields.filter((field) => used.fields.has(field.name) && !COMMON_FIELDS.test(field.name));
  const odd = copied.find((field) => !isNumber(field));
  if (odd !== undefined)
    return {
      what: `what the pointers of tracepoint:${category}:${name} lead to`,
      why: `an event probe has to stand for the event, and cannot copy its field ${odd.name}`,
      hint: "leave that field out, or attach to the kernel function that has the pointer, kprobe:FUNCTION",
    };
  const place: FetchPlace = { at: "entry", code: "event", architecture, offset: 0n };
  const memory = needs.flatMap(({ base, derefs, bytes }) =>
    bytes === null ? [stringArgument(base, derefs, place)] : memoryArguments(base, derefs, bytes, place),
  );
  const distinct = new Map([...copied.map(fetchField), ...memory].map((arg) => [arg.name, arg]));
  return {
    letter: "e",
    group,
    name,
    place: `${category}/${name}`,
    isUser: false,
    args: [...distinct.values()],
    why: `tracepoint:${category}:${name}, with what its pointers lead to`,
    since: "5.15",
    kstack: used.kstack,
    ustack: used.ustack,
  };
}
