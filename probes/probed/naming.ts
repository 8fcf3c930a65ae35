/**
 * What the fields of a dynamic event are by their names alone, where its definition was not kept. arg0 … arg9: arguments; retval; ip, sp,
 * reg_<name>; sN and sN_OFF: string at argN, at the pointer stored there; mN_OFF[_OFF…]: memory; rsN, rmN_OFF: the same at return; rs, rm_OFF:
 * relative to the return value; s_FIELD, m_FIELD_OFF: at the address in another field. A minus offset is written n8.
 */
import type { FetchBase, FetchPath } from "./fetch.ts";
import { parseFetch } from "./fetch.ts";

/** `8`, `0x18`, `n8`. */
function offsetOf(text: string): bigint | null {
  const found = /^(n?)(0x[0-9a-f]+|[0-9]+)$/i.exec(text);
  if (found === null) return null;
  const value = BigInt(found[2]!);
  return found[1] === "" ? value : -value;
}

function offsetsOf(texts: readonly string[]): bigint[] | null {
  const offsets = texts.map(offsetOf);
  return offsets.every((offset) => offset !== null) ? offsets : null;
}

const argument = (index: string): FetchBase => ({ kind: "argument", index: Number(index) });

/** s, m, rs, rm with what they are relative to: `rest` is the name split at `_`. */
function memoryPath(kind: "s" | "m", base: FetchBase, rest: readonly string[]): FetchPath | null {
  const offsets = offsetsOf(rest);
  if (offsets === null) return null;
  // A string lies where the last pointer leads; memory at the last offset.
  if (kind === "s") return { base, derefs: [...offsets, 0n] };
  return offsets.length === 0 ? null : { base, derefs: offsets };
}

function byConvention(name: string, fieldNames: ReadonlySet<string>): FetchPath | null {
  const arg = /^arg([0-9])$/.exec(name);
  if (arg !== null) return { base: argument(arg[1]!), derefs: [] };
  if (name === "retval" || name === "ret") return { base: { kind: "return" }, derefs: [] };
  if (name === "ip" || name === "sp") return { base: { kind: "register", name }, derefs: [] };
  if (name.startsWith("reg_")) return parseFetch(`%${name.slice("reg_".length)}`);
  const stack = /^sarg([0-9]+)$/.exec(name);
  if (stack !== null) return { base: { kind: "register", name: "sp" }, derefs: [8n * (BigInt(stack[1]!) + 1n)] };
  const ofArgument = /^r?([sm])([0-9])(?:_(.+))?$/.exec(name);
  if (ofArgument !== null) return memoryPath(ofArgument[1] as "s" | "m", argument(ofArgument[2]!), ofArgument[3]?.split("_") ?? []);
  const ofReturn = /^r([sm])(?:_(.+))?$/.exec(name);
  if (ofReturn !== null) return memoryPath(ofReturn[1] as "s" | "m", { kind: "return" }, ofReturn[2]?.split("_") ?? []);
  return ofField(name, fieldNames);
}

/** s_FIELD and m_FIELD_OFF: field names have `_` themselves, so the longest that exists is meant. */
export function ofField(name: string, fieldNames: ReadonlySet<string>): FetchPath | null {
  const found = /^([sm])_(.+)$/.exec(name);
  if (found === null) return null;
  const words = found[2]!.split("_");
  for (let count = words.length; count > 0; count--) {
    const field = words.slice(0, count).join("_");
    if (fieldNames.has(field)) return memoryPath(found[1] as "s" | "m", { kind: "field", name: field }, words.slice(count));
  }
  return null;
}

/** The paths of the fields of one event, in order. */
export function pathsByName(names: readonly string[], at: "entry" | "return"): (FetchPath | null)[] {
  const set = new Set(names);
  // The kernel counts unnamed arguments from 1: `p vfs_unlink $arg1 $arg2` has arg1 and arg2, `r vfs_unlink $retval` has arg1.
  const isNumbered = names.length > 0 && names.every((name, i) => name === `arg${i + 1}`);
  return names.map((name, i): FetchPath | null => {
    if (!isNumbered) return byConvention(name, set);
    return { base: at === "return" && i === 0 ? { kind: "return" } : { kind: "argument", index: i }, derefs: [] };
  });
}

/** The function that the event of a probe is named after: `vfs_read_ret`, `vfs_read__return`, `p_vfs_read_0`, `vfs_read__2`. */
export function functionByEventName(event: string, at: "entry" | "return"): string {
  const made = /^[pr]_(.+)_[0-9]+$/.exec(event);
  if (made !== null) return made[1]!;
  const single = event.replace(/__[0-9]+$/, "");
  return at === "return" ? single.replace(/(?:__return|_ret|_exit)$/, "") : single;
}
