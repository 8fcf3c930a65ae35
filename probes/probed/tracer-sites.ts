/** Probed functions from what the function and function_graph tracers wrote. */
import type { ContextRecipe, ProbeSite, SiteRecords, Tracepoint, TracepointField } from "../../lang/catalogue.ts";
import { argumentRegisters, argumentSlot, registerSlots, RETURN_SLOT } from "../../lang/registers.ts";
import { uint64 } from "../../lang/types/type.ts";
import { once } from "../once.ts";
import type { SitesInput } from "./input.ts";
import { numberIn } from "./recipe.ts";
import { fieldNamed, siteOf } from "./site.ts";
import { tracedArguments, typedByPlace } from "./typed.ts";

export interface TracerEvent {
  readonly tracepoint: Tracepoint;
  readonly at: ProbeSite["at"];
  readonly ip: TracepointField;
  readonly recipe: Omit<ContextRecipe, "typed">;
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
    recipe: { registers, memory: [] },
    callerOffset: fieldNamed(tracepoint, "parent_ip")?.offset ?? null,
  };
}

/** A word of `args` as a field of its own; null: it has none for that argument. */
function argumentField({ tracepoint }: TracerEvent, index: number, longBytes: 4 | 8): TracepointField | null {
  const args = fieldNamed(tracepoint, "args");
  if (args === undefined || index >= argumentRegisters.length) return null;
  return { ...args, type: uint64, offset: args.offset + index * longBytes, sizeBytes: longBytes, loc: "inline" };
}

export function tracerSite(input: SitesInput, event: TracerEvent, address: bigint): ProbeSite {
  const { name, module, start } = input.kernel?.symbolAt(address) ?? { name: `0x${address.toString(16)}`, module: null, start: address };
  const { longBytes } = input.catalogue;
  // Tracers see tens of thousands of functions, and a script uses a handful.
  const typed = once(() =>
    tracedArguments(
      input.prototypes?.ofFunction(name) ?? null,
      (index) => (event.at === "entry" ? argumentField(event, index, longBytes) : null),
      fieldNamed(event.tracepoint, "retval"),
    ),
  );
  const records: SiteRecords = {
    eventId: event.tracepoint.id,
    only: { offset: event.ip.offset, sizeBytes: event.ip.sizeBytes as 4 | 8, value: address },
    recipe: {
      ...event.recipe,
      get typed() {
        return typedByPlace(typed().fields);
      },
    },
    get fields() {
      return typed().fields;
    },
    get returnIndex() {
      return typed().returnIndex;
    },
    get returnType() {
      return typed().returnType;
    },
    address: { offset: event.ip.offset, sizeBytes: event.ip.sizeBytes as 4 | 8 },
    callerOffset: event.callerOffset,
  };
  // Where a function begins with `endbr64`, tracers name the address behind it: still its entry.
  return siteOf({ code: "kernel", target: null, module, names: [name], offset: 0n, address: () => start }, event.at, records);
}

/** The recorders of functions, the ones that tell more first. */
export function tracerEvents(input: SitesInput): TracerEvent[] {
  const { tracepoints, longBytes } = input.catalogue;
  const ftrace = (name: string): Tracepoint | undefined => tracepoints.find((t) => t.category === "ftrace" && t.name === name);
  return [
    tracerEvent(ftrace("fgraph_retaddr_entry"), "entry", "func", longBytes),
    tracerEvent(ftrace("funcgraph_entry"), "entry", "func", longBytes),
    tracerEvent(ftrace("funcgraph_exit"), "return", "func", longBytes),
    tracerEvent(ftrace("function"), "entry", "ip", longBytes),
  ].filter((event) => event !== null);
}
