/**
 * Where pointers come from and go to, regardless of order: which registers may hold a pointer, which slots of this function
 * they may lead to, and which slots have pointers stored in them. The kernel's verifier keeps the type of a pointer on the stack
 * only, and a slot lives as long as anything leads to it.
 */
import type { Address, IrFunction, IrInsn, SlotId, VReg } from "../../lang/ir/ir.ts";

interface Origin {
  /** Slots that the pointer may lead to. */
  readonly slots: Set<SlotId>;
  /** Came out of memory or a parameter of a callback: whoever called it may have put pointers there. */
  foreign: boolean;
}

export interface Provenance {
  readonly pointers: ReadonlySet<number>;
  /** Some register leads to a slot. */
  readonly leadsToSlots: boolean;
  /** Slots that may be reached through the register, those included that are found in slots. */
  slotsThrough(reg: VReg): Iterable<SlotId>;
  /** Slots whose contents lead to other slots, and those. */
  slotsBehind(slot: SlotId): Iterable<SlotId>;
  /** Pointers are stored in these, or helpers want them there. */
  readonly onStack: ReadonlySet<SlotId>;
  /** Their address went where it can't be followed. */
  readonly escaped: ReadonlySet<SlotId>;
}

/** Helpers that return a pointer: map_lookup_elem, ringbuf_reserve, map_lookup_percpu_elem (linux include/uapi/linux/bpf.h). */
const pointerHelpers: ReadonlySet<number> = new Set([1, 131, 195]);

/** Helpers whose third argument is handed on to a callback, and which take it from the stack only: for_each_map_elem, loop. */
const callbackHelpers: ReadonlySet<number> = new Set([164, 181]);

/** `isProgram`: its parameter is a context, which holds no pointers; a callback's parameter may point to some. */
export function traceProvenance(func: IrFunction, order: readonly number[], isProgram: boolean): Provenance {
  const origins = new Map<number, Origin>();
  const held = new Map<SlotId, Origin>();
  const escaped = new Set(func.slots.flatMap((slot, id) => (slot.escapes ? [id as SlotId] : [])));
  const onStack = new Set<SlotId>();
  /** Slots that hold a pointer, rather than a word of a caller's frame that may be anything: those are numbers when they are kept. */
  const surelyHeld = new Set<SlotId>();
  let changed = true;

  const mergeInto = <K>(map: Map<K, Origin>, key: K, slots: Iterable<SlotId>, foreign: boolean): void => {
    let origin = map.get(key);
    if (origin === undefined) {
      origin = { slots: new Set(), foreign: false };
      map.set(key, origin);
      changed = true;
    }
    const before = origin.slots.size;
    for (const slot of slots) origin.slots.add(slot);
    if (origin.slots.size !== before) changed = true;
    if (foreign && !origin.foreign) {
      origin.foreign = true;
      changed = true;
    }
  };
  const flow = (dst: VReg, from: Origin | undefined): void => {
    if (from !== undefined) mergeInto(origins, dst, from.slots, from.foreign);
  };
  const slotsAt = (address: Address): readonly SlotId[] =>
    address.kind === "slot" ? [address.slot] : [...(origins.get(address.reg)?.slots ?? [])];
  const isForeign = (address: Address): boolean => address.kind === "ptr" && origins.get(address.reg)?.foreign === true;

  const keep = (to: Address, value: Origin): void => {
    const slots = slotsAt(to);
    for (const slot of slots) {
      mergeInto(held, slot, value.slots, value.foreign);
      if (value.slots.size > 0 || !value.foreign) surelyHeld.add(slot);
    }
    if (slots.length > 0) return;
    for (const slot of value.slots) escaped.add(slot);
  };
  const fetch = (dst: VReg, from: Address): void => {
    for (const slot of slotsAt(from)) flow(dst, held.get(slot));
    if (isForeign(from)) mergeInto(origins, dst, [], true);
  };

  const follow = (insn: IrInsn): void => {
    switch (insn.op) {
      case "mov":
        if (insn.src.kind === "reg") flow(insn.dst, origins.get(insn.src.reg));
        return;
      case "bin":
        if (insn.fn !== "add" && insn.fn !== "sub") return;
        if (insn.a.kind === "reg") flow(insn.dst, origins.get(insn.a.reg));
        if (insn.b.kind === "reg") flow(insn.dst, origins.get(insn.b.reg));
        return;
      case "ctx":
        mergeInto(origins, insn.dst, [], false);
        return;
      case "addressOf":
        if (insn.addr.kind === "ptr") flow(insn.dst, origins.get(insn.addr.reg));
        else mergeInto(origins, insn.dst, [insn.addr.slot], false);
        return;
      case "load":
        if (insn.size === 8) fetch(insn.dst, insn.from);
        return;
      case "store": {
        const value = insn.src.kind === "reg" ? origins.get(insn.src.reg) : undefined;
        if (insn.size === 8 && value !== undefined) keep(insn.to, value);
        return;
      }
      case "copy":
        for (const slot of slotsAt(insn.from)) {
          const value = held.get(slot);
          if (value !== undefined) keep(insn.to, value);
        }
        return;
      case "helper": {
        if (insn.dst !== null && pointerHelpers.has(insn.helper)) mergeInto(origins, insn.dst, [], false);
        const block = callbackHelpers.has(insn.helper) ? insn.args[2] : undefined;
        if (block?.kind === "addr") for (const slot of slotsAt(block.addr)) onStack.add(slot);
        if (block?.kind === "reg") for (const slot of origins.get(block.reg)?.slots ?? []) onStack.add(slot);
        return;
      }
      case "call": {
        if (insn.dst === null) return;
        for (const arg of insn.args) {
          if (arg.kind === "reg") flow(insn.dst, origins.get(arg.reg));
          if (arg.kind === "addr") mergeInto(origins, insn.dst, slotsAt(arg.addr), isForeign(arg.addr));
        }
        return;
      }
      default:
    }
  };

  for (const param of func.params) mergeInto(origins, param, [], !isProgram);
  while (changed) {
    changed = false;
    for (const id of order) func.blocks[id]!.insns.forEach(follow);
  }

  const closure = (start: Iterable<SlotId>): Set<SlotId> => {
    const all = new Set(start);
    for (const slot of all) for (const next of held.get(slot)?.slots ?? []) all.add(next);
    return all;
  };
  const none: readonly SlotId[] = [];
  return {
    pointers: new Set(origins.keys()),
    leadsToSlots: [...origins.values()].some((origin) => origin.slots.size > 0),
    slotsThrough: (reg) => {
      const slots = origins.get(reg)?.slots;
      return slots === undefined || slots.size === 0 ? none : closure(slots);
    },
    slotsBehind: (slot) => (held.get(slot)?.slots.size ? closure([slot]) : none),
    onStack: new Set([...surelyHeld, ...onStack]),
    escaped: closure(escaped),
  };
}
