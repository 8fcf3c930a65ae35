/**
 * Whether one state makes another superfluous: everything that can go wrong from `cur` can go wrong from `old` too. Only what
 * liveness.ts says may be read, and among numbers only what may decide something, is compared (linux states_equal).
 */
import { type Liveness, stackNeeds } from "./liveness.ts";
import { type PlacePointer, type RegState, isPointer, unknownReg } from "./reg-state.ts";
import { constValue, isConst, loadedScalar, scalarContains, zeroScalar } from "./scalar.ts";
import type { StackNeeds } from "./stack-needs.ts";
import { type CallbackRun, type Frame, type Slot, type State, mapRegs } from "./state.ts";

/** Which id of `cur` plays the part of an id of `old`. Made when there is one. */
interface Ids {
  of: Map<number, number> | null;
}

export function covers(old: State, cur: State, insn: number, liveness: Liveness): boolean {
  const depth = old.frames.length;
  if (depth !== cur.frames.length || old.refs.length !== cur.refs.length) return false;
  const ids: Ids = { of: null };
  for (const [index, ref] of old.refs.entries()) {
    const other = cur.refs[index]!;
    if (ref.insn !== other.insn || !sameId(ids, ref.id, other.id)) return false;
  }
  for (let level = 0; level < depth; level++) {
    const frame = old.frames[level]!;
    const other = cur.frames[level]!;
    if (frame.func !== other.func || frame.callsite !== other.callsite) return false;
    const at = level === depth - 1 ? insn : old.frames[level + 1]!.callsite;
    if (!frameCovers(frame, other, at, liveness, ids)) return false;
  }
  return true;
}

/** The states agree in all that is compared. */
export function equivalent(a: State, b: State, insn: number, liveness: Liveness): boolean {
  return covers(a, b, insn, liveness) && covers(b, a, insn, liveness);
}

/** Both are in the same iteration of the same callbacks. */
export function sameIterations(a: State, b: State): boolean {
  return a.frames.every((frame, depth) => {
    const [left, right]: (CallbackRun | null | undefined)[] = [frame.callback, b.frames[depth]?.callback];
    return left?.instance === right?.instance && left?.iteration === right?.iteration;
  });
}

function frameCovers(old: Frame, cur: Frame, insn: number, liveness: Liveness, ids: Ids): boolean {
  const precise = liveness.precise[insn]!;
  for (let reg = 0, live = liveness.live[insn]!; reg < 10 && live !== 0; reg++, live >>= 1) {
    if ((live & 1) !== 0 && !regCovers(old.regs[reg]!, cur.regs[reg]!, (precise & (1 << reg)) !== 0, ids)) return false;
  }
  return liveness.liveBytes[insn] === 0n || stackCovers(old, cur, stackNeeds(liveness, insn), ids);
}

function regCovers(old: RegState, cur: RegState, precise: boolean, ids: Ids): boolean {
  // Nobody read it on the way that was explored from there.
  if (old.kind === "not_init") return true;
  if (old === cur && !("id" in old && old.id !== 0)) return true;
  if (old.kind === "scalar") {
    if (cur.kind !== "scalar") return false;
    if (!precise) return true;
    // A number that takes a place among the copies of another leaves less room for those.
    if (cur.near !== undefined && old.near === undefined) return false;
    return scalarContains(old.scalar, cur.scalar) && linkCovers(ids, old.id, cur.id);
  }
  return isPointer(cur) && pointerCovers(old, cur, ids);
}

/** Numbers that were the same for `old` must be so for `cur`; that of a number without twins matters nothing. */
function linkCovers(ids: Ids, old: number, cur: number): boolean {
  if (old === 0) return true;
  // No twin in cur: give a partner that no other register can have.
  return sameId(ids, old, cur === 0 ? -old : cur);
}

function sameId(ids: Ids, old: number, cur: number): boolean {
  ids.of ??= new Map();
  const known = ids.of.get(old);
  if (known === undefined) ids.of.set(old, cur);
  return known === undefined || (known === cur && cur > 0);
}

function pointerCovers(old: RegState, cur: RegState, ids: Ids): boolean {
  switch (old.kind) {
    case "map_ptr":
      return cur.kind === "map_ptr" && old.map === cur.map;
    case "func":
      return cur.kind === "func" && old.target === cur.target;
    case "ctx":
      return cur.kind === "ctx" && placeCovers(old, cur);
    case "fp":
      return cur.kind === "fp" && old.frame === cur.frame && placeCovers(old, cur);
    case "map_key":
      return cur.kind === "map_key" && old.map === cur.map && placeCovers(old, cur);
    case "map_value":
      if (cur.kind !== "map_value" || old.map !== cur.map || old.orNull !== cur.orNull) return false;
      return placeCovers(old, cur) && (!old.orNull || sameId(ids, old.id, cur.id));
    case "ringbuf_mem":
      if (cur.kind !== "ringbuf_mem" || old.sizeBytes !== cur.sizeBytes || old.orNull !== cur.orNull) return false;
      return placeCovers(old, cur) && sameId(ids, old.id, cur.id);
    default:
      return false;
  }
}

function placeCovers(old: PlacePointer, cur: PlacePointer): boolean {
  return old.off === cur.off && scalarContains(old.variable, cur.variable);
}

const UNWRITTEN: Slot = { types: "????????", spilled: null };

function stackCovers(old: Frame, cur: Frame, { live, precise }: StackNeeds, ids: Ids): boolean {
  for (let index = 0; index < old.stack.length; index++) {
    const slot = old.stack[index];
    if (slot === undefined || live[index] === 0) continue;
    if (!slotCovers(slot, cur.stack[index] ?? UNWRITTEN, live[index]!, precise[index]!, ids)) return false;
  }
  return true;
}

function slotCovers(old: Slot, cur: Slot, live: number, precise: number, ids: Ids): boolean {
  // Without a spilled register all that there is to know are the types.
  if (old === cur && old.spilled === null) return true;
  if (old.spilled && isPointer(old.spilled)) return cur.spilled !== null && regCovers(old.spilled, cur.spilled, true, ids);
  const curIsPointer = cur.spilled !== null && isPointer(cur.spilled);
  const spilledSize = old.types.lastIndexOf("r") + 1;
  const spilledMask = (1 << spilledSize) - 1;
  if (old.spilled && live & spilledMask) {
    if (curIsPointer) return false;
    const loaded = valueOf(cur, spilledSize as 1 | 2 | 4 | 8);
    if (!loaded || !regCovers(old.spilled, loaded, (precise & spilledMask) !== 0, ids)) return false;
  }
  for (let byte = spilledSize; byte < 8; byte++) {
    const type = old.types[byte]!;
    if (!(live & (1 << byte)) || type === "?") continue;
    const other = cur.types[byte]!;
    if (other === "?" || curIsPointer) return false;
    if (type === "0" && precise & (1 << byte) && other !== "0" && !isZero(cur)) return false;
  }
  return true;
}

function isZero(slot: Slot): boolean {
  return slot.types === "rrrrrrrr" && slot.spilled?.kind === "scalar" && constValue(slot.spilled.scalar) === 0n;
}

/** What a load of the slot's first bytes gives, null if it would be rejected. */
function valueOf(slot: Slot, size: 1 | 2 | 4 | 8): RegState | null {
  const types = slot.types.slice(0, size);
  if (types.includes("?")) return null;
  if (slot.spilled && slot.types.lastIndexOf("r") + 1 === size) return slot.spilled;
  if (/^0+$/.test(types)) return { kind: "scalar", scalar: zeroScalar, id: 0 };
  return { kind: "scalar", scalar: loadedScalar(size, false), id: 0 };
}

/**
 * The state for one more round of a callback loop: numbers that the last round has changed may be anything from now on.
 * Sound whatever it widens; what it does not widen is explored round by round.
 */
export function widen(head: State, cur: State): void {
  cur.frames.forEach((frame, depth) => {
    const old = head.frames[depth];
    if (!old) return;
    frame.regs.forEach((reg, index) => {
      if (moved(old.regs[index]!, reg)) frame.regs[index] = unknownReg;
    });
    frame.stack.forEach((slot, index) => {
      if (!slot || slot.spilled?.kind !== "scalar") return;
      const before = old.stack[index];
      const size = (slot.types.lastIndexOf("r") + 1) as 1 | 2 | 4 | 8;
      const value = before && !(before.spilled && isPointer(before.spilled)) ? valueOf(before, size) : null;
      if (!value || !moved(value, slot.spilled)) return;
      frame.stack[index] = { ...slot, spilled: { kind: "scalar", scalar: loadedScalar(size, false), id: 0 } };
    });
  });
  dropLinks(cur);
}

function moved(old: RegState, cur: RegState): boolean {
  return old.kind === "scalar" && cur.kind === "scalar" && !scalarContains(old.scalar, cur.scalar);
}

/** Links between widened numbers would keep rounds apart. */
function dropLinks(state: State): void {
  mapRegs(state, (reg) => (reg.kind === "scalar" && reg.id !== 0 && !isConst(reg.scalar) ? { ...reg, id: 0 } : reg));
}
