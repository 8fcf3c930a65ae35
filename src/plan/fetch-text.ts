/** Fetch arguments of dynamic events, and the names by which a replay knows what they are (probes/probed/naming.ts). */
import { argumentRegisters } from "../../lang/registers.ts";
import type { Architecture } from "../../lang/check/env.ts";
import type { FetchBase } from "../../probes/probed/fetch.ts";
import { operandType, type Operand } from "../../probes/symbols/operands.ts";
import { baseKey, type Deref } from "../needs/needs.ts";
import type { FetchArgument } from "./plan.ts";

/** What the kind of an event lets a fetch argument say. */
export interface FetchPlace {
  readonly at: "entry" | "return";
  readonly code: "kernel" | "user" | "raw_tracepoint" | "usdt" | "event";
  /** Of a static probe: where its arguments are. */
  readonly operands?: readonly Operand[];
  readonly architecture: Architecture;
  /** How a field of the event that it stands for is fetched; left out: by its name. */
  readonly fieldText?: (name: string) => string;
  /** `$argN` is for the first instruction of a function only. */
  readonly offset: bigint;
}

const registerText = (name: string, architecture: Architecture): string => {
  if (architecture === "x86_64") return `%${name}`;
  const argument = argumentRegisters.indexOf(name as (typeof argumentRegisters)[number]);
  return argument >= 0 ? `%x${argument}` : `%${name === "ip" ? "pc" : name}`;
};

/** Null: no fetch argument reaches it. */
export const operandFetch = (operand: Operand | undefined): string | null => (operand?.where.kind === "fetch" ? operand.where.text : null);

/** Without a type, a fetch argument is as wide as a register. */
export function wordFetch(base: FetchBase, place: FetchPlace): string {
  const operand = place.code === "usdt" && base.kind === "argument" ? place.operands?.[base.index] : undefined;
  return operand === undefined ? baseText(base, place) : `${baseText(base, place)}:${operandType(operand)}`;
}

export function baseText(base: FetchBase, place: FetchPlace): string {
  switch (base.kind) {
    case "argument":
      if (place.code === "usdt") return operandFetch(place.operands?.[base.index]) ?? "?";
      if (place.code === "user" || (place.code === "kernel" && place.at === "entry" && place.offset !== 0n))
        return registerText(argumentRegisters[base.index] ?? "?", place.architecture);
      return `$arg${base.index + 1}`;
    case "return":
      return "$retval";
    case "register":
      return registerText(base.name, place.architecture);
    case "place":
      return base.text;
    case "field":
      return place.fieldText?.(base.name) ?? `$${base.name}`;
  }
}

const isUserCode = ({ code }: FetchPlace): boolean => code === "user" || code === "usdt";

const offsetText = (offset: bigint): string => (offset < 0n ? `-${-offset}` : `+${offset}`);

/** `+8(+0($arg1))`; user memory is marked where the kernel's is the other possibility. */
function pathText(base: FetchBase, derefs: readonly Deref[], place: FetchPlace): string {
  return derefs.reduce(
    (inner, { offset, user }) => {
      const sign = offsetText(offset);
      const marked = user && !isUserCode(place) ? `${sign[0]!}u${sign.slice(1)}` : sign;
      return `${marked}(${inner})`;
    },
    baseText(base, place),
  );
}

const offsetName = (offset: bigint): string => (offset < 0n ? `n${-offset}` : String(offset));

/** Longest name of a fetch argument (Linux kernel/trace/trace_probe.h: MAX_ARG_NAME_LEN, with its NUL). */
const MAX_NAME = 31;

function memoryName(letter: "s" | "m", base: FetchBase, offsets: readonly bigint[], place: FetchPlace): string {
  const at = place.at === "return" ? "r" : "";
  const of = base.kind === "argument" ? String(base.index) : base.kind === "return" ? "" : `_${baseKey(base).slice(1)}`;
  const name = [`${at}${letter}${of}`, ...offsets.map(offsetName)].join("_");
  return name.slice(0, MAX_NAME);
}

/** A string where the path leads. The name says the same where the definition was not kept. */
export function stringArgument(base: FetchBase, derefs: readonly Deref[], place: FetchPlace): FetchArgument {
  const last = derefs.at(-1)!;
  const offsets = derefs.map(({ offset }) => offset);
  const name = last.offset === 0n ? memoryName("s", base, offsets.slice(0, -1), place) : memoryName("m", base, offsets, place);
  const isUser = last.user && !isUserCode(place);
  // Of a string, the type says where it is.
  const path = pathText(base, isUser ? [...derefs.slice(0, -1), { ...last, user: false }] : derefs, place);
  return { name, fetch: `${path}:${isUser ? "ustring" : "string"}` };
}

/** Longest array of a fetch argument (Documentation/trace/kprobetrace.rst: "up to 64", which is not accepted). */
const MAX_ELEMENTS = 63;

/** Bytes where the path leads, in as many arguments as they take. */
export function memoryArguments(base: FetchBase, derefs: readonly Deref[], bytes: number, place: FetchPlace): FetchArgument[] {
  const found: FetchArgument[] = [];
  const last = derefs.at(-1)!;
  for (let done = 0; done < bytes;) {
    const left = bytes - done;
    const size = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    const count = Math.min(MAX_ELEMENTS, Math.floor(left / size));
    const path = [...derefs.slice(0, -1), { ...last, offset: last.offset + BigInt(done) }];
    const name = memoryName(
      "m",
      base,
      path.map(({ offset }) => offset),
      place,
    );
    found.push({ name, fetch: `${pathText(base, path, place)}:x${8 * size}${count === 1 ? "" : `[${count}]`}` });
    done += size * count;
  }
  return found;
}
