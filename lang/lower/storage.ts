/** Where the current function finds a local: a register, a slot, or a field of the frame that loop bodies share. */
import type { LocalId } from "../hir/hir.ts";
import type { Address } from "../ir/ir.ts";
import { sizeOf } from "../types/type.ts";
import { frameField, zero, type Lowering, type Storage } from "./lowering.ts";
import type { LocalUse } from "./locals.ts";
import { pointee, reg } from "./operand.ts";

function useOf(l: Lowering, local: LocalId): LocalUse {
  const use = l.probe.uses.get(local);
  if (use === undefined) throw new Error(`local ${local} is used nowhere`);
  return use;
}

/** The function that the local belongs to: `l` or one around it. */
function homeOf(l: Lowering, use: LocalUse): Lowering {
  let home = l;
  while (home.path.length > use.home.length && home.outer !== null) home = home.outer;
  return home;
}

/** Does `create` the first time that the function meets the local. */
function storage(l: Lowering, local: LocalId, create: () => Storage): Storage {
  const known = l.locals.get(local);
  if (known !== undefined) return known;
  const made = create();
  l.locals.set(local, made);
  return made;
}

const nameOf = (l: Lowering, local: LocalId): string => l.probe.localTypes[local]!.name;

/** A slot for a scalar whose address is taken. */
function scalarSlot(l: Lowering, local: LocalId, use: LocalUse): Storage {
  const addr = l.b.slot(nameOf(l, local), 8);
  l.b.letEscape(addr);
  if (use.startsZero) l.b.prologue([{ op: "store", to: addr, size: 8, src: zero }]);
  return { kind: "memory", addr };
}

export function scalarHome(l: Lowering, local: LocalId): Storage {
  const use = useOf(l, local);
  if (use.shared) {
    storage(homeOf(l, use), local, () => {
      const home = homeOf(l, use);
      const addr = frameField(home, `local ${local}`);
      if (use.addressed) l.probe.main.letEscape(l.probe.frame.slot());
      if (use.startsZero) home.b.prologue([{ op: "store", to: addr, size: 8, src: zero }]);
      return { kind: "memory", addr };
    });
    return { kind: "memory", addr: frameField(l, `local ${local}`) };
  }
  return storage(l, local, () => {
    if (use.addressed) return scalarSlot(l, local, use);
    const dst = l.b.vreg();
    l.b.pin(dst);
    if (use.startsZero) l.b.prologue([{ op: l.probe.hidesVariables ? "hide" : "mov", dst, src: zero }]);
    return { kind: "reg", reg: dst };
  });
}

/** Address of a local that is not a scalar. */
export function memoryHome(l: Lowering, local: LocalId): Address {
  const use = useOf(l, local);
  const sizeBytes = sizeOf(l.probe.localTypes[local]!.type);
  if (!use.shared) {
    const own = storage(l, local, () => {
      const addr = l.b.slot(nameOf(l, local), sizeBytes);
      if (use.addressed) l.b.letEscape(addr);
      if (use.startsZero) l.b.prologue([{ op: "zero", to: addr, sizeBytes }]);
      return { kind: "memory", addr };
    });
    return memory(own);
  }
  // The slot is the main function's; loop bodies find its address in the frame.
  const main = mainOf(l);
  const slot = memory(storage(main, local, () => ({ kind: "memory", addr: main.b.slot(nameOf(l, local), sizeBytes) })));
  if (use.addressed) main.b.letEscape(slot);
  const addressOf = (from: Lowering): Address =>
    frameField(from, `address of local ${local}`, (at) => {
      const address = main.b.vreg();
      return [
        { op: "addressOf", dst: address, addr: slot },
        { op: "store", to: at, size: 8, src: reg(address) },
      ];
    });
  const home = homeOf(l, use);
  if (use.startsZero && !home.zeroed.has(local)) {
    home.zeroed.add(local);
    if (home === main) home.b.prologue([{ op: "zero", to: slot, sizeBytes }]);
    else {
      const address = home.b.vreg();
      home.b.prologue([
        { op: "load", dst: address, from: addressOf(home), size: 8, signed: false },
        { op: "zero", to: pointee(reg(address)), sizeBytes },
      ]);
    }
  }
  return l === main ? slot : pointee(l.b.load(addressOf(l), 8, false));
}

function memory(at: Storage): Address {
  if (at.kind !== "memory") throw new Error("local of a memory type in a register");
  return at.addr;
}

function mainOf(l: Lowering): Lowering {
  let main = l;
  while (main.outer !== null) main = main.outer;
  return main;
}
