/**
 * What a callback may read of the frame whose address it is given (the context of bpf_loop and bpf_for_each_map_elem). Without it all
 * of the caller's frame would count as read, and states that differ in some leftover there would be explored apart.
 */
import { helpers } from "../helpers/table.ts";
import type { Insn, InsnIndex } from "../isa/insn.ts";
import type { MapSpec } from "../spec.ts";
import type { Cfg } from "./cfg.ts";
import { type Known, type KnownValues, mayPointToFrame } from "./known-values.ts";

/** Bytes relative to the context pointer; null: any. */
export type Reads = readonly (readonly [off: number, size: number])[] | null;

/** Parameter of the callback that is its context. */
const CONTEXT_REG = { loop: 2, map_elem: 4 } as const;

interface Search {
  readonly cfg: Cfg;
  readonly maps: readonly MapSpec[];
  readonly values: KnownValues;
  /** By function and register; null while it is being looked at. */
  readonly found: Map<string, Reads>;
}

/** For the call at `index`, which runs a callback. */
export type CallbackReads = (index: number) => Reads;

export function findCallbackReads(cfg: Cfg, maps: readonly MapSpec[], values: KnownValues): CallbackReads {
  const search: Search = { cfg, maps, values, found: new Map() };
  // Through an address that is stored somewhere anything may be read.
  return (index) => (values.storesWildly ? null : ofCall(search, index));
}

function ofCall(search: Search, index: number): Reads {
  const insn = search.cfg.insns[index]!;
  const kind = insn.kind === "call" ? (helpers[insn.helper]?.callback ?? null) : null;
  const target = search.values.args[index]?.[2];
  return kind === null || target?.kind !== "func" ? null : ofFunction(search, target.target, CONTEXT_REG[kind]);
}

function ofFunction(search: Search, func: InsnIndex, reg: number): Reads {
  const id = `${func} ${reg}`;
  const known = search.found.get(id);
  if (known !== undefined) return known;
  // A function that runs itself as a callback is rejected elsewhere.
  search.found.set(id, null);
  const reads: (readonly [number, number])[] = [];
  for (let index: number = func; index < search.cfg.insns.length && search.cfg.funcOf[index] === func; index++) {
    const some = ofInsn(search, search.cfg.insns[index]!, index, reg);
    if (some === null) return null;
    reads.push(...some);
  }
  search.found.set(id, reads);
  return reads;
}

/** Whether the value may have come from the context; if so, where it points to. */
function throughContext(value: Known | undefined, reg: number): number | "no" | "anywhere" {
  if (value === undefined || value.kind === "maybe") return "anywhere";
  if (value.kind !== "arg") return "no";
  if (value.off === null) return "anywhere";
  return value.reg === reg ? value.off : "no";
}

/** Whether what is called with this pointer to the function's own frame may find in it an address of the context. */
function leadsToContext({ cfg, values }: Search, index: number, value: Known | undefined): boolean {
  if (value === undefined || !mayPointToFrame(value)) return false;
  return [...values.stored.get(cfg.funcOf[index]!)!.values()].some(({ kind }) => kind !== "fp");
}

function ofInsn(search: Search, insn: Insn, index: number, reg: number): Reads {
  const base = search.values.base[index];
  const regs = search.values.args[index];
  if (insn.kind === "load" || insn.kind === "atomic") {
    const at = base === undefined ? "no" : throughContext(base, reg);
    if (at === "no") return [];
    return at === "anywhere" ? null : [[at + insn.off, insn.size]];
  }
  if (regs === undefined) return [];
  if (insn.kind === "call") return ofHelper(search, insn.helper, index, regs, reg);
  const isReached = regs.some((value, arg) => arg > 0 && (throughContext(value, reg) !== "no" || leadsToContext(search, index, value)));
  return isReached ? null : [];
}

function ofHelper(search: Search, helper: number, index: number, regs: readonly Known[], reg: number): Reads {
  const reads: (readonly [number, number])[] = [];
  for (const [i, type] of (helpers[helper]?.args ?? []).entries()) {
    const at = throughContext(regs[i + 1], reg);
    if (type === "stack_or_null" && leadsToContext(search, index, regs[i + 1])) return null;
    if (at === "no" || type === "writable" || type === "anything") continue;
    if (at === "anywhere") return null;
    if (type === "stack_or_null") {
      const inner = ofCall(search, index);
      if (inner === null) return null;
      reads.push(...inner.map(([off, size]) => [at + off, size] as const));
      continue;
    }
    const size = type === "readable" ? constant(regs[i + 2]) : mapSize(search, regs[1], type);
    if (size === null) return null;
    reads.push([at, size]);
  }
  return reads;
}

const constant = (value: Known | undefined): number | null => (value?.kind === "const" ? value.value : null);

function mapSize({ maps }: Search, map: Known | undefined, type: string): number | null {
  const spec = map?.kind === "map" ? maps[map.map] : undefined;
  if (spec === undefined) return null;
  return type === "map_key" ? spec.keySize : type === "map_value" ? spec.valueSize : null;
}
